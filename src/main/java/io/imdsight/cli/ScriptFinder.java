package io.imdsight.cli;

import io.imdsight.attribute.ScriptText;
import io.imdsight.linux.PlainFile;
import io.imdsight.model.Caller;
import io.imdsight.model.Script;
import io.imdsight.report.Found;
import io.imdsight.report.ScriptScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds the scripts that a process runs or works for, while it lives, and in them the lines that call. */
final class ScriptFinder {
    /** A script of people's has some hundred lines. */
    private static final int SCRIPT_BYTES_MAX = 256 * 1024;

    private static final int COMMAND_LINE_BYTES_MAX = 64 * 1024;

    private final Path proc;

    ScriptFinder(Path proc) {
        this.proc = proc;
    }

    /**
     * The lines of the script that it runs or works for, or of its own before those. Nobody else's: what a script further up calls, it calls itself. Empty
     * where none could be found or read.
     */
    List<Found.ScriptLine> lines(Caller caller) {
        List<Caller> chain = new ArrayList<>();
        chain.add(caller);
        int ancestor = Script.ancestor(caller);
        if (ancestor >= 0) {
            chain.add(caller.parents().get(ancestor));
        }
        for (Caller c : chain) {
            String script = Script.argument(c);
            List<Found.ScriptLine> found = script == null ? List.of() : lines(c.pid(), script, caller);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private List<Found.ScriptLine> lines(int pid, String script, Caller caller) {
        try {
            Path process = proc.resolve(Integer.toString(pid));
            boolean absolute = script.startsWith("/");
            boolean alive = stillRuns(process, script);
            if (!alive && (!absolute || caller.containerId() != null)) {
                return List.of();
            }
            // through /proc, so that a container's file is the container's
            Path file = !alive ? Path.of(script) : process.resolve(absolute ? "root" + script : "cwd/" + script);
            byte[] text = PlainFile.read(file, caller.userId(), SCRIPT_BYTES_MAX);
            return text == null ? List.of() : lines(text, absolute ? script : shown(process, script));
        } catch (InvalidPathException e) {
            return List.of(); // its name has bytes that no path here can have
        }
    }

    private static List<Found.ScriptLine> lines(byte[] text, String name) {
        List<Found.ScriptLine> out = new ArrayList<>();
        for (ScriptScan.Line line : ScriptScan.calls(new String(text, StandardCharsets.ISO_8859_1))) {
            out.add(new Found.ScriptLine(name, line.number(), ScriptText.safe(line.text())));
        }
        return out;
    }

    /** A number may belong to another process by now: that one was not given this script. */
    private static boolean stillRuns(Path process, String script) {
        byte[] line = PlainFile.read(process.resolve("cmdline"), -1, COMMAND_LINE_BYTES_MAX);
        return line != null
                && List.of(new String(line, StandardCharsets.UTF_8).split("\0", -1))
                        .contains(script);
    }

    private static String shown(Path process, String script) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")) + "/" + script;
        } catch (IOException | UnsupportedOperationException e) {
            return script;
        }
    }
}
