package io.imdsight.cli;

import io.imdsight.report.AuditReport;
import io.imdsight.report.HtmlReport;
import io.imdsight.report.JsonReport;
import io.imdsight.report.TextReport;
import picocli.CommandLine.Model.CommandSpec;

/** Puts an audit's report where it was asked for. */
final class AuditOutput {
    private static final String JSON = "--json";
    private static final String HTML = "--html";

    private final Console console;
    private final OutputFormat format;
    private final ReportFiles files;

    /**
     * Where to.
     *
     * @param json a file for the JSON, or {@code -}; null for none
     * @param html a file for the page, or {@code -}; null for none
     */
    AuditOutput(Console console, CommandSpec command, OutputFormat format, String json, String html) {
        this.console = console;
        files = new ReportFiles(console, command);
        files.add(JSON, json);
        files.add(HTML, html);
        this.format = files.isPiped(JSON) ? OutputFormat.JSON : format;
    }

    /** Writes it. Where nobody reads standard output the verdict is still the exit status. */
    void write(AuditReport report) {
        files.write(JSON, JsonReport.line(report) + "\n");
        if (files.has(HTML)) {
            files.write(HTML, HtmlReport.page(report));
        }
        files.writeLast(line -> {
            if (files.isPiped(HTML)) {
                line.accept(HtmlReport.page(report).stripTrailing());
            } else if (format == OutputFormat.JSON) {
                line.accept(JsonReport.line(report));
            } else {
                TextReport.lines(report, console.colour(), console.columns()).forEach(line);
            }
        });
    }
}
