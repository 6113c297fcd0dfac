package io.imdsight.cli.scan;

import io.imdsight.attribute.ScriptText;
import io.imdsight.linux.QuietFile;
import io.imdsight.model.Escaped;
import io.imdsight.report.Ecosystem;
import io.imdsight.report.Found;
import io.imdsight.report.scan.ArchiveScan;
import io.imdsight.report.scan.ByteSource;
import io.imdsight.report.scan.GoBuildInfo;
import io.imdsight.report.scan.MetadataFile;
import io.imdsight.report.scan.PackageTable;
import io.imdsight.report.scan.RestingPackage;
import io.imdsight.report.scan.ScanBook;
import io.imdsight.report.scan.ScriptAtRest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Looks at one file after the other, and keeps account of what that costs. */
final class ScanWork {
    /** A script of people's has some hundred lines. */
    private static final int SCRIPT_BYTES_MAX = 256 * 1024;

    /** Enough to tell text, ELF and a script's first line. */
    private static final int SNIFF_BYTES = 512;

    private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

    private final ScanLimits limits;
    private final PackageTable table;
    private final ScanBook book;
    private final ArchiveScan archives;
    private final long endNanos;
    private volatile boolean stopped;
    private volatile String place = "";
    private final AtomicLong files = new AtomicLong();
    private final AtomicLong bytesRead = new AtomicLong();
    private boolean told;

    ScanWork(ScanLimits limits, PackageTable table, ScanBook book) {
        this.limits = limits;
        this.table = table;
        this.book = book;
        this.archives = new ArchiveScan(table, book, this::isOver);
        this.endNanos = System.nanoTime() + limits.time().toNanos();
    }

    void stop() {
        stopped = true;
    }

    boolean isStopped() {
        return stopped;
    }

    /** Where the scan is. */
    String place() {
        return place;
    }

    long files() {
        return files.get();
    }

    long bytesRead() {
        return bytesRead.get();
    }

    /** Whether a limit is reached; says so once. */
    boolean isOver() {
        String code = stopped
                ? "stopped"
                : System.nanoTime() - endNanos >= 0
                        ? "time"
                        : files.get() >= limits.files()
                                ? "files"
                                : bytesRead.get() >= limits.bytesRead() ? "bytes" : null;
        if (code != null && !told) {
            told = true;
            book.missed(
                    code,
                    switch (code) {
                        case "stopped" -> "the scan was stopped; what comes after this place was not looked at";
                        case "time" -> "the time of --scan-time was up; what comes after this place was not looked at";
                        case "files" -> "too many files; what comes after this place was not looked at";
                        default -> "too much to read; what comes after this place was not looked at";
                    },
                    place);
        }
        return code != null;
    }

    /** The scan goes on to a place. */
    void at(String path) {
        place = path;
    }

    /** A file was looked at, if only by its name. */
    void counted() {
        files.incrementAndGet();
    }

    /** Whether a file is worth opening. */
    boolean wants(String path, String name, long length, boolean executable) {
        MetadataFile metadata = MetadataFile.of(path);
        if (metadata != null) {
            return metadata.name() == null || table.knows(metadata.ecosystem(), metadata.name());
        }
        return length > 0
                && (ArchiveScan.isArchive(name)
                        || executable
                        || length <= SCRIPT_BYTES_MAX && Places.mayBeScript(path, name, false));
    }

    /** Looks at a file that is. */
    void look(String path, String name, boolean executable, QuietFile file) throws IOException {
        ByteSource bytes = source(file);
        MetadataFile metadata = MetadataFile.of(path);
        if (metadata != null) {
            byte[] content = metadata.needsBytes() ? bytes.bytes(0, MetadataFile.BYTES_MAX) : new byte[0];
            metadata.packages(content, path, null).forEach(book::add);
            return;
        }
        if (ArchiveScan.isArchive(name)) {
            archives.scan(path, bytes);
            return;
        }
        byte[] start = bytes.bytes(0, SNIFF_BYTES);
        if (start.length >= ELF.length && Arrays.equals(start, 0, ELF.length, ELF, 0, ELF.length)) {
            for (GoBuildInfo.Module m : GoBuildInfo.modules(bytes)) {
                book.add(new RestingPackage(Ecosystem.GO, m.path(), m.version(), path, null));
            }
        } else if (file.length() <= SCRIPT_BYTES_MAX && isText(start) && mayBeScript(path, name, executable, start)) {
            script(path, new String(bytes.bytes(0, SCRIPT_BYTES_MAX), StandardCharsets.ISO_8859_1));
        }
    }

    private static boolean isText(byte[] start) {
        for (byte b : start) {
            if (b == 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean mayBeScript(String path, String name, boolean executable, byte[] start) {
        boolean run = start.length > 2 && start[0] == '#' && start[1] == '!';
        return run || Places.mayBeScript(path, name, executable);
    }

    private void script(String path, String text) {
        ScriptAtRest.Suspicion s = ScriptAtRest.namesService(text) ? ScriptAtRest.judge(text) : null;
        if (s == null) {
            return;
        }
        String shown = Escaped.of(path);
        List<Found.ScriptLine> lines = s.lines().stream()
                .map(l -> new Found.ScriptLine(shown, l.number(), ScriptText.safe(l.text())))
                .toList();
        Places.Library library = Places.library(path);
        if (library == null) {
            book.addScript(path, s.why(), lines);
        } else {
            book.addLibraryCode(library.ecosystem(), library.name(), library.directory(), s.why(), lines);
        }
    }

    private ByteSource source(QuietFile file) {
        return new ByteSource() {
            @Override
            public long length() {
                return file.length();
            }

            @Override
            public int read(long at, byte[] into, int offset, int count) throws IOException {
                int got = file.read(at, into, offset, count);
                bytesRead.addAndGet(Math.max(0, got));
                return got;
            }
        };
    }
}
