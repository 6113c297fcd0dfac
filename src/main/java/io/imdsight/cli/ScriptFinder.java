package io.imdsight.cli;

import io.imdsight.attribute.ScriptText;
import io.imdsight.linux.PlainFile;
import io.imdsight.model.Caller;
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

    /** How far up a process is taken to work for a script. */
    private static final int ANCESTORS_MAX = 4;

    private final Path proc;

    ScriptFinder(Path proc) {
        this.proc = proc;
    }

    /** The lines, of the nearest script that has any. Empty where none could be found or read. */
    List<Found.ScriptLine> lines(Caller caller) {
        List<Caller> chain = new ArrayList<>();
        chain.add(caller);
        chain.addAll(caller.parents()
                .subList(0, Math.min(ANCESTORS_MAX, caller.parents().size())));
        for (Caller c : chain) {
            String script = script(c);
            List<Found.ScriptLine> found = script == null ? List.of() : lines(c.pid(), script, caller);
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** The argument that names the script of an interpreter; null where there is none. */
    static String script(Caller c) {
        int blank = c.title() == null ? -1 : c.title().indexOf(' ');
        if (blank < 0 || c.arguments() == null) {
            return null;
        }
        String name = c.title().substring(blank + 1);
        for (String a : c.arguments().subList(1, c.arguments().size())) {
            if (!a.startsWith("-") && a.substring(a.lastIndexOf('/') + 1).equals(name)) {
                return a;
            }
        }
        return null;
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
