package io.imdsight.cli.scan;

import io.imdsight.linux.InstalledPackages;
import io.imdsight.linux.PackageOwners;
import io.imdsight.linux.ThreadPriority;
import io.imdsight.report.ClientTable;
import io.imdsight.report.Ecosystem;
import io.imdsight.report.scan.PackageTable;
import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.RestingPackage;
import io.imdsight.report.scan.ScanBook;
import io.imdsight.report.scan.ScanResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Looks for code at rest that may call the metadata service without a token, on a thread of its own that everything else goes before. */
public final class DiskScan {
    /** A file system that hangs is left behind so long after the scan should have ended. */
    private static final long GRACE_MILLIS = 2000;

    /** Asking rpm for an owner starts a program. */
    private static final int OWNED_MAX = 200;

    private static final Path SYSTEM = Path.of("/");

    private final List<Path> roots;
    private final boolean whole;
    private final ScanLimits limits;
    private final ScanBook book;
    private final ScanWork work;
    private final long begunNanos = System.nanoTime();
    private final Thread thread = Thread.ofPlatform().daemon().name("scan").unstarted(this::run);

    private DiskScan(List<Path> roots, ScanLimits limits) {
        this.whole = roots.isEmpty();
        this.roots = whole ? List.of(SYSTEM) : List.copyOf(roots);
        this.limits = limits;
        PackageTable table = new PackageTable(ClientTable.load());
        this.book = new ScanBook(table);
        this.work = new ScanWork(limits, table, book);
    }

    /**
     * Begins.
     *
     * @param roots what to scan, whatever file system that is; none for this machine
     */
    public static DiskScan start(List<Path> roots, ScanLimits limits) {
        DiskScan out = new DiskScan(roots, limits);
        out.thread.start();
        return out;
    }

    /** Ends as soon as may be, with what was found. */
    public void stop() {
        work.stop();
    }

    /** What was found. Waits for the end, but not for a file system that hangs. */
    public ScanResult await() throws InterruptedException {
        long left = limits.time().toMillis() + GRACE_MILLIS - elapsedMillis();
        long until = System.nanoTime() + Math.max(GRACE_MILLIS, left) * 1_000_000;
        while (thread.isAlive() && System.nanoTime() < until && !work.isStopped()) {
            thread.join(100);
        }
        thread.join(GRACE_MILLIS);
        if (thread.isAlive()) {
            book.missed("hung", "the scan hangs, and was left behind, at", work.place());
        }
        ScanResult result = book.result(
                roots.stream().map(Path::toString).toList(), work.files(), work.bytesRead(), elapsedMillis());
        return result.owned(owners(result));
    }

    private long elapsedMillis() {
        return (System.nanoTime() - begunNanos) / 1_000_000;
    }

    private void run() {
        ThreadPriority.background();
        try {
            if (whole) {
                book.missed("containers", "files of containers and their images are not looked at", null);
                packages();
                walk(Mounts.read(Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.UTF_8)));
            } else {
                walk(Mounts.read(""));
            }
        } catch (IOException | RuntimeException e) {
            book.missed("failed", "the scan ended early: " + e, work.place());
        }
    }

    private void walk(Mounts mounts) {
        DiskWalk walk = new DiskWalk(mounts, whole, work, book);
        if (whole) {
            Places.FIRST.forEach(p -> walk.root(Path.of(p)));
        }
        roots.forEach(walk::root);
    }

    private void packages() {
        String status = "/var/lib/dpkg/status";
        String place = Files.isRegularFile(Path.of(status)) ? status : "rpm";
        try {
            for (InstalledPackages.Installed p : InstalledPackages.of(SYSTEM)) {
                String name = place + ": " + p.name();
                book.add(new RestingPackage(Ecosystem.SYSTEM, p.name(), p.version(), name, null));
                p.builtUsing()
                        .forEach((source, version) -> book.add(
                                new RestingPackage(Ecosystem.BUILT_USING, source, upstream(version), name, null)));
            }
        } catch (IOException e) {
            book.missed("packages", "the distribution's packages could not be read", place);
        }
    }

    /** Without a distribution's epoch: what the table compares ends with the first character that is neither digit nor dot. */
    private static String upstream(String version) {
        return version.substring(version.indexOf(':') + 1);
    }

    private static Map<String, String> owners(ScanResult result) {
        Map<String, String> out = new HashMap<>();
        new PackageOwners(SYSTEM)
                .owners(result.found().stream()
                        .map(PossibleCaller::place)
                        .filter(p -> p.startsWith("/") && p.indexOf('\\') < 0 && p.indexOf(": ") < 0)
                        .limit(OWNED_MAX)
                        .collect(Collectors.toSet()))
                .forEach((path, owner) ->
                        out.put(path, owner.name() + (owner.version() == null ? "" : " " + owner.version())));
        return out;
    }
}
