package io.imdsight.cli;

import io.imdsight.report.fleet.FleetJson;
import io.imdsight.report.fleet.FleetPage;
import io.imdsight.report.fleet.FleetReport;
import io.imdsight.report.fleet.FleetText;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Puts the fleet's report where it was asked for. */
final class FleetOutput {
    private static final int TEXT_ROWS = 20;
    private static final int PAGE_ROWS = 500;

    private final Console console;
    private final OutputFormat format;
    private final String html;
    private final Integer top;

    /**
     * Where to.
     *
     * @param html a file for the page, or {@code -}; null for none
     * @param top rows of each table; null for what is usual
     */
    FleetOutput(Console console, OutputFormat format, String html, Integer top) {
        this.console = console;
        this.format = format;
        this.html = html;
        this.top = top;
        AuditOutput.require("--html", html);
    }

    /**
     * Writes it; the page first, for standard output may be a pipe that nobody reads.
     *
     * @param instance the one that is wanted on standard output; null for all
     */
    void write(FleetReport report, String instance) {
        boolean piped = AuditOutput.STANDARD.equals(html);
        String page = html == null
                ? null
                : FleetPage.page(report, rows(PAGE_ROWS), "imdsight " + Imdsight.BuildVersion.version());
        if (page != null && !piped) {
            AuditOutput.write("--html", html, page);
        }
        try (OutputStream out = new BufferedOutputStream(console.out())) {
            if (piped) {
                out.write(page.getBytes(StandardCharsets.UTF_8));
            } else if (instance != null) {
                one(report, instance, out);
            } else if (format == OutputFormat.JSON) {
                FleetJson.lines(report, rows(Integer.MAX_VALUE), line -> line(out, line));
            } else {
                FleetText.lines(report, rows(TEXT_ROWS)).forEach(line -> line(out, line));
            }
        } catch (IOException e) {
            throw SightingPrinter.failure(e);
        } catch (UncheckedIOException e) {
            throw SightingPrinter.failure(e.getCause());
        }
    }

    private void one(FleetReport report, String instance, OutputStream out) {
        List<String> lines = FleetReport.one(report, instance, format == OutputFormat.JSON);
        if (lines.isEmpty()) {
            throw new Failure(
                    ExitStatus.NO_INPUT,
                    "no instance " + instance
                            + " in these files and this time; --format json lists all, --until and --window set the time");
        }
        lines.forEach(line -> line(out, line));
    }

    private int rows(int usual) {
        return top == null ? usual : top;
    }

    private static void line(OutputStream out, String line) {
        try {
            out.write(line.getBytes(StandardCharsets.UTF_8));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
