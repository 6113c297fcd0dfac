package io.imdsight.cli;

import io.imdsight.report.AuditReport;
import io.imdsight.report.HtmlReport;
import io.imdsight.report.JsonReport;
import io.imdsight.report.TextReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts a report where it was asked for. */
final class AuditOutput {
    /** What stands for standard output. */
    static final String STANDARD = "-";

    private final Console console;
    private final OutputFormat format;
    private final String json;
    private final String html;

    /**
     * Where to.
     *
     * @param json a file for the JSON, or {@code -}; null for none
     * @param html a file for the page, or {@code -}; null for none
     */
    AuditOutput(Console console, OutputFormat format, String json, String html) {
        this.console = console;
        this.format = STANDARD.equals(json) ? OutputFormat.JSON : format;
        this.json = STANDARD.equals(json) ? null : json;
        this.html = html;
        if (STANDARD.equals(json) && STANDARD.equals(html)) {
            throw new Failure(
                    ExitStatus.USAGE, "--json - and --html - both want standard output; give one of them a file");
        }
        require("--json", this.json);
        require("--html", html);
    }

    /** A watch of a day is not to end with a file that could never have been written. */
    static void require(String flag, String file) {
        if (file == null || STANDARD.equals(file)) {
            return;
        }
        Path path = Path.of(file).toAbsolutePath();
        boolean possible = Files.exists(path)
                ? !Files.isDirectory(path) && Files.isWritable(path)
                : path.getParent() != null && Files.isDirectory(path.getParent()) && Files.isWritable(path.getParent());
        if (!possible) {
            throw new Failure(
                    ExitStatus.OUTPUT,
                    "cannot write " + file + ": there is no such directory, or it may not be written; give " + flag
                            + " a file in a directory that may be written");
        }
    }

    /** Writes it; the files first, for standard output may be a pipe that nobody reads. A file that fails keeps nothing from the others. */
    void write(AuditReport report) {
        String line = JsonReport.line(report) + "\n";
        boolean page = STANDARD.equals(html);
        Failure failed = tryWrite("--json", json, line);
        if (html != null && !page) {
            Failure second = tryWrite("--html", html, HtmlReport.page(report));
            failed = failed == null ? second : failed;
        }
        String text = page
                ? HtmlReport.page(report)
                : format == OutputFormat.JSON
                        ? line
                        : String.join("\n", TextReport.lines(report, console.colour())) + "\n";
        try {
            console.out().write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Failure(
                    ExitStatus.OUTPUT,
                    "cannot write to standard output: " + Failures.reason(e) + "; see --json FILE",
                    e);
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static Failure tryWrite(String flag, String file, String text) {
        try {
            if (file != null) {
                write(flag, file, text);
            }
            return null;
        } catch (Failure e) {
            return e;
        }
    }

    /** Writes a file that a flag asked for. */
    static void write(String flag, String file, String text) {
        try {
            Files.writeString(Path.of(file), text);
        } catch (IOException e) {
            throw new Failure(
                    ExitStatus.OUTPUT,
                    "cannot write " + file + ": " + Failures.reason(e) + "; give " + flag
                            + " a file in a directory that may be written",
                    e);
        }
    }
}
