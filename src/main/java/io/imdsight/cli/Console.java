package io.imdsight.cli;

import io.imdsight.linux.TerminalSize;
import io.imdsight.model.Escaped;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command has around it; a parameter, so that tests can look on.
 *
 * @param environment the environment's variables
 * @param in standard input
 * @param out standard output, unbuffered: results, nothing else
 * @param err standard error: everything else
 * @param terminal whether standard output is a terminal
 * @param ending what signals end
 */
record Console(
        Map<String, String> environment,
        InputStream in,
        OutputStream out,
        PrintStream err,
        boolean terminal,
        Ending ending) {
    /** The process's own. */
    static Console ofProcess() {
        return new Console(
                System.getenv(),
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                isTerminal(Path.of("/proc/self/fd/1")),
                Ending.ofProcess());
    }

    /** System.console() answers for input and output together; only the output matters here. */
    static boolean isTerminal(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether lines may be coloured: a terminal, and no NO_COLOR in the environment. */
    boolean colour() {
        String no = environment.get("NO_COLOR");
        return terminal && (no == null || no.isEmpty()) && !"dumb".equals(environment.get("TERM"));
    }

    /** How wide standard output is; 0 where it is no terminal, or does not know. */
    int columns() {
        TerminalSize size = terminal ? TerminalSize.of(1) : null;
        return size == null ? 0 : size.columns();
    }

    /** Prints a sentence on standard error, safe for a terminal whatever is in it. */
    void say(String sentence) {
        say(Journal.NOTICE, sentence);
    }

    /**
     * The same, with a priority for the journal.
     *
     * @param priority of {@link Journal}
     */
    void say(int priority, String sentence) {
        String prefix = Journal.isAt(Journal.ERR_PATH, environment) ? Journal.prefix(priority) : "";
        err.println(prefix + "imdsight: " + Escaped.of(sentence));
    }

    /** Prints a result that belongs on standard error, in the format that was asked for. */
    void tell(OutputFormat format, String text, String json) {
        if (format == OutputFormat.JSON) {
            err.println(json);
        } else {
            say(text);
        }
    }
}
