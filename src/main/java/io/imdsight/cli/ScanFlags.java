package io.imdsight.cli;

import io.imdsight.cli.scan.DiskScan;
import io.imdsight.cli.scan.ScanLimits;
import io.imdsight.report.Durations;
import io.imdsight.report.scan.ScanResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The flags of a scan of the disk beside an audit, and the scan. */
final class ScanFlags {
    @Option(
            names = "--scan",
            description = "Also look on the disk for code that may call without a token; no verdict rests on it.")
    boolean scan;

    @Option(
            names = "--scan-time",
            paramLabel = "DURATION",
            defaultValue = "2m",
            converter = Converters.DurationConverter.class,
            description = "How long that may take. Default: ${DEFAULT-VALUE}.")
    Duration time;

    @Option(
            names = "--scan-root",
            paramLabel = "DIR",
            converter = Converters.PathConverter.class,
            split = ",",
            description = "Scan that directory only, whatever file system it is on; may be repeated. Implies --scan.")
    List<Path> roots = List.of();

    private DiskScan running;

    /** Whether there is to be one. */
    boolean wanted() {
        return scan || !roots.isEmpty();
    }

    /** Begins, where there is to be one. From now on signals end it. */
    void start(Console console) {
        if (!wanted()) {
            return;
        }
        for (Path root : roots) {
            if (!Files.isDirectory(root)) {
                throw new Failure(
                        ExitStatus.NO_INPUT, "cannot scan " + root + ": no such directory; check --scan-root");
            }
        }
        running = DiskScan.start(roots, new ScanLimits(time, ScanLimits.FILES_MAX, ScanLimits.BYTES_READ_MAX));
        console.ending().onSignal(this::stop);
        console.say("scanning "
                + (roots.isEmpty()
                        ? "this machine's disks"
                        : roots.stream().map(Path::toString).collect(Collectors.joining(", ")))
                + " for code that may call without a token, for " + Durations.of(time.toMillis()) + " at most");
    }

    /** Ends it; what was found stays. */
    void stop() {
        if (running != null) {
            running.stop();
        }
    }

    /** What it found. Waits for its end. */
    ScanResult await() throws InterruptedException {
        return running.await();
    }
}
