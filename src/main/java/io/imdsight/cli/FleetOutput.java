package io.imdsight.cli;

import io.imdsight.report.fleet.FleetJson;
import io.imdsight.report.fleet.FleetPage;
import io.imdsight.report.fleet.FleetReport;
import io.imdsight.report.fleet.FleetText;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/** Puts the fleet's report where it was asked for. */
final class FleetOutput {
    private static final String HTML = "--html";
    private static final int TEXT_ROWS = 20;
    private static final int PAGE_ROWS = 500;

    private final OutputFormat format;
    private final Integer top;
    private final ReportFiles files;

    /**
     * Where to.
     *
     * @param html a file for the page, or {@code -}; null for none
     * @param top rows of each table; null for what is usual
     */
    FleetOutput(Console console, CommandSpec command, OutputFormat format, String html, Integer top) {
        this.format = format;
        this.top = top;
        files = new ReportFiles(console, command);
        files.add(HTML, html);
    }

    /** Refuses a page that would be written over a feed. */
    void keepsAway(Path feed) {
        files.keepsAway(feed);
    }

    /**
     * Writes it.
     *
     * @param instance the one that is wanted on standard output; null for all
     */
    void write(FleetReport report, String instance) {
        List<String> one = instance == null ? null : one(report, instance);
        if (files.has(HTML)) {
            files.write(HTML, page(report));
        }
        files.writeLast(line -> {
            if (files.isPiped(HTML)) {
                line.accept(page(report).stripTrailing());
            } else if (one != null) {
                one.forEach(line);
            } else if (format == OutputFormat.JSON) {
                FleetJson.lines(report, rows(Integer.MAX_VALUE), line);
            } else {
                FleetText.lines(report, rows(TEXT_ROWS)).forEach(line);
            }
        });
    }

    private String page(FleetReport report) {
        return FleetPage.page(report, rows(PAGE_ROWS), "imdsight " + Imdsight.BuildVersion.version());
    }

    private List<String> one(FleetReport report, String instance) {
        List<String> lines = FleetReport.one(report, instance, format == OutputFormat.JSON);
        if (lines.isEmpty()) {
            throw new Failure(
                    ExitStatus.NO_INPUT,
                    "no instance " + instance
                            + " in these files and this time; --format json lists all, --until and --window set the time");
        }
        return lines;
    }

    private int rows(int usual) {
        return top == null ? usual : top;
    }
}
