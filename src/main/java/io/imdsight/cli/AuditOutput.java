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
    }

    /** Writes it; the files first, for standard output may be a pipe that nobody reads. */
    void write(AuditReport report) {
        String line = JsonReport.line(report) + "\n";
        if (json != null) {
            write("--json", json, line);
        }
        boolean page = STANDARD.equals(html);
        if (html != null && !page) {
            write("--html", html, HtmlReport.page(report));
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
