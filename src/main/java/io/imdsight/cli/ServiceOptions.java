package io.imdsight.cli;

import io.imdsight.publish.Rotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** The flags that say where the agent publishes. docs/commands.md describes them. */
final class ServiceOptions {
    private static final String AUTO = "auto";

    @Option(
            names = "--log",
            paramLabel = "calls|callers",
            defaultValue = "calls",
            converter = Converters.LogConverter.class,
            description =
                    "What standard output gets: a line a request, or lines on new and returning callers without a token,"
                            + " and summaries. Default: ${DEFAULT-VALUE}.")
    LogStyle log;

    @Option(
            names = "--log-every",
            paramLabel = "DURATION",
            defaultValue = "1h",
            converter = Converters.DurationConverter.class,
            description = "How often a summary comes, with --log callers. Default: ${DEFAULT-VALUE}.")
    Duration logEvery;

    @Option(
            names = "--events",
            paramLabel = "FILE|auto|none",
            defaultValue = AUTO,
            converter = Converters.FileConverter.class,
            description =
                    "File for the sightings in full, as far as bounds allow, and roll-ups of the rest; auto is, with"
                            + " --log callers, events.ndjson in the state directory, otherwise none. Default: ${DEFAULT-VALUE}.")
    String events;

    @Option(
            names = "--feed",
            paramLabel = "FILE|DIR",
            converter = Converters.FileConverter.class,
            description = "File, or directory for feed.ndjson, with a record a caller and interval for a dashboard.")
    String feed;

    @Option(
            names = "--feed-every",
            paramLabel = "DURATION",
            defaultValue = "1m",
            converter = Converters.MinutesConverter.class,
            description = "The feed's interval. Default: ${DEFAULT-VALUE}.")
    Duration feedEvery;

    @Option(
            names = "--rotate-size",
            paramLabel = "SIZE",
            defaultValue = "16MiB",
            converter = Converters.SizeConverter.class,
            description = "Events and feed begin a new file at that size. Default: ${DEFAULT-VALUE}.")
    long rotateSize;

    @Option(
            names = "--rotate-age",
            paramLabel = "DURATION",
            defaultValue = "1d",
            converter = Converters.DurationConverter.class,
            description = "Events and feed begin a new file at that age. Default: ${DEFAULT-VALUE}.")
    Duration rotateAge;

    @Option(
            names = "--rotate-files",
            paramLabel = "COUNT",
            defaultValue = "8",
            converter = Converters.FilesConverter.class,
            description = "How many files of each are kept. Default: ${DEFAULT-VALUE}.")
    int rotateFiles;

    @Option(
            names = "--listen",
            paramLabel = "ADDR:PORT|none",
            defaultValue = "127.0.0.1:16925",
            converter = Converters.ListenConverter.class,
            description = "Where /metrics and /healthz are served. Default: ${DEFAULT-VALUE}.")
    Listen listen;

    @Option(names = "--check-config", description = "Check the settings, say what they are, and end.")
    boolean checkConfig;

    /**
     * Refuses what cannot be together; to be asked before anything begins.
     *
     * @param emf where Embedded Metric Format goes; null where nowhere
     */
    void check(CommandSpec command, Path stateDir, String emf) {
        Map<String, Path> files = new LinkedHashMap<>();
        put(files, "--events", eventFile(stateDir));
        put(files, "--feed", feedFile());
        put(files, "--emf", emf == null || emf.equals("-") ? null : Path.of(emf));
        List<String> flags = List.copyOf(files.keySet());
        for (int i = 1; i < flags.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (ReportFiles.isSame(files.get(flags.get(i)), files.get(flags.get(j)))) {
                    throw new Failure(
                            Settings.wrongStatus(command, flags.get(j), flags.get(i)),
                            flags.get(j) + " and " + flags.get(i) + " both want " + files.get(flags.get(i))
                                    + "; give them files of their own");
                }
            }
        }
    }

    private static void put(Map<String, Path> files, String flag, Path file) {
        if (file != null) {
            files.put(flag, file);
        }
    }

    Rotation rotation() {
        return new Rotation(rotateSize, rotateAge.toNanos(), rotateFiles);
    }

    /** Where events go; null where nowhere. */
    Path eventFile(Path stateDir) {
        return switch (events) {
            case "none" -> null;
            case AUTO -> log == LogStyle.CALLERS ? stateDir.resolve("events.ndjson") : null;
            default -> Path.of(events);
        };
    }

    /** Where the feed goes; null where nowhere. */
    Path feedFile() {
        if (feed == null) {
            return null;
        }
        Path path = Path.of(feed);
        return Files.isDirectory(path) || feed.endsWith("/") ? path.resolve("feed.ndjson") : path;
    }
}
