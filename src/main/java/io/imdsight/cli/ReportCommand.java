package io.imdsight.cli;

import io.imdsight.model.Plural;
import io.imdsight.report.fleet.Fleet;
import io.imdsight.report.fleet.FleetReport;
import io.imdsight.report.fleet.Period;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.zip.ZipException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code imdsight report FEED…}: the fleet from the feeds of many machines. docs/report.md has the rules. */
@Command(
        name = "report",
        description =
                "Say from the feeds of many machines which are ready for HttpTokens=required, what blocks the others, and what to fix first.",
        sortOptions = false)
final class ReportCommand implements Callable<Integer> {
    /** Names standard input. */
    private static final String STANDARD_INPUT = "-";

    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(
            paramLabel = "FEED",
            arity = "1..*",
            description =
                    "Feed or event files, as they are or compressed with gzip, or directories of them; - reads standard input.")
    List<String> feeds;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            converter = Converters.FileConverter.class,
            description = "Also write the report as a page; - is standard output.")
    String html;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            defaultValue = "30d",
            converter = Converters.DurationConverter.class,
            description = "How far back the history by day goes; at most 399d. Default: ${DEFAULT-VALUE}.")
    Duration since;

    @Option(
            names = "--window",
            paramLabel = "DURATION",
            defaultValue = "7d",
            converter = Converters.DurationConverter.class,
            description = "An instance is judged by so much of the end of it; at most 399d. Default: ${DEFAULT-VALUE}.")
    Duration window;

    @Option(
            names = "--watched-min",
            paramLabel = "DURATION",
            converter = Converters.DurationConverter.class,
            description =
                    "Having seen nothing while watching for less than that is inconclusive. Default: the whole window.")
    Duration watchedMin;

    @Option(
            names = "--silent-after",
            paramLabel = "DURATION",
            defaultValue = "3h",
            converter = Converters.DurationConverter.class,
            description = "An instance without a heartbeat for so long is silent. Default: ${DEFAULT-VALUE}.")
    Duration silentAfter;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            converter = Converters.InstantConverter.class,
            description = "Report as of then, as in 2026-11-22T05:04:00Z. Default: now.")
    Instant until;

    @Option(
            names = "--instance",
            paramLabel = "ID",
            description = "Only this instance, by id or host name, with all of its callers.")
    String instance;

    @Option(
            names = "--top",
            paramLabel = "NUMBER",
            converter = Converters.RowsConverter.class,
            description = "Rows of each table. Default: 20 in text, 500 on the page, all in JSON.")
    Integer top;

    @Spec
    CommandSpec spec;

    private final Console console;
    private final Clock clock;

    ReportCommand(Console console, Clock clock) {
        this.console = console;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        FleetOutput output = new FleetOutput(console, common.command, common.format, html, top);
        bounded("--since", since);
        bounded("--window", window);
        Instant end = until == null ? clock.instant() : until;
        Period period = Period.until(end, since, window, silentAfter, watchedMin == null ? window : watchedMin);
        Fleet fleet = new Fleet(period, instance);
        int worst = ExitStatus.DONE;
        FeedFiles files = new FeedFiles();
        boolean piped = false;
        for (String feed : feeds) {
            if (feed.equals(STANDARD_INPUT)) {
                piped = true;
            } else {
                worst = Math.max(worst, find(files, feed));
            }
        }
        tellOfFiles(files);
        files.files().forEach(output::keepsAway);
        for (Path file : files.files()) {
            worst = Math.max(worst, read(fleet, file));
        }
        if (piped) {
            worst = Math.max(worst, read(fleet, "standard input", "standard input", console.in()));
        }
        if (fleet.inputs().damagedLines() > 0) {
            console.say(fleet.inputs().damagedLines() + " of "
                    + Plural.of(fleet.inputs().lines(), "line")
                    + " could not be read, and what they say is in no figure; the report has the reasons");
            worst = Math.max(worst, ExitStatus.DATA);
        }
        output.write(FleetReport.of(fleet), instance);
        return worst;
    }

    /** Refuses what would be cut in silence. */
    private void bounded(String flag, Duration value) {
        if (value.compareTo(Period.LONGEST) > 0) {
            throw new Failure(
                    Settings.wrongStatus(spec, flag),
                    "bad value for " + flag + ": " + Values.text(value) + " is too long; give at most "
                            + Values.text(Period.LONGEST));
        }
    }

    private int find(FeedFiles files, String feed) {
        if (feed.isEmpty()) {
            console.say(
                    "cannot read a file without a name; give feed files, directories of them, or - for standard input");
            return ExitStatus.NO_INPUT;
        }
        try {
            files.add(Path.of(feed));
            return ExitStatus.DONE;
        } catch (IOException e) {
            console.say("cannot read " + feed + ": " + Failures.reason(e) + "; check the name and the permissions");
        } catch (InvalidPathException e) {
            console.say("cannot read " + feed + ": " + e.getReason()
                    + "; where the name is right, set LC_ALL=C.UTF-8, or give the file on standard input");
        }
        return ExitStatus.NO_INPUT;
    }

    private void tellOfFiles(FeedFiles files) {
        if (files.otherNames() > 0) {
            console.say(Plural.of(files.otherNames(), "file")
                    + " in the directories left out, neither named nor begun as a feed; name one to have it read");
        }
        if (files.twice() > 0) {
            console.say(Plural.of(files.twice(), "file") + " named twice, read once");
        }
    }

    private int read(Fleet fleet, Path file) {
        try (InputStream in = EndableInput.open(file)) {
            return read(fleet, file.toString(), FeedFiles.machine(file), in);
        } catch (IOException e) {
            console.say("cannot read " + file + ": " + Failures.reason(e) + "; check the name and the permissions");
            return ExitStatus.NO_INPUT;
        }
    }

    private int read(Fleet fleet, String name, String machine, InputStream in) {
        try {
            fleet.read(FeedFiles.decompressed(in), machine);
            return ExitStatus.DONE;
        } catch (ZipException | EOFException e) {
            console.say(name + " is damaged: " + Failures.reason(e) + "; what comes before that is in the report");
            return ExitStatus.DATA;
        } catch (IOException e) {
            console.say("cannot read " + name + ": " + Failures.reason(e) + "; check the name and the permissions");
            return ExitStatus.NO_INPUT;
        }
    }
}
