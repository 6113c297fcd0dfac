package io.imdsight.cli;

import io.imdsight.record.LedgerException;
import io.imdsight.record.LedgerOptions;
import io.imdsight.record.LedgerReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the ledger can be read and has room to grow.
 *
 * @param stateDirectory see {@code --state-dir}
 */
record LedgerCheck(Path stateDirectory) implements Check {
    /** The largest that the ledger becomes by default, and its log. */
    private static final long BYTES_WANTED = LedgerOptions.BYTES_MAX + (64L << 20);

    private static final String FILE = "ledger.db";
    private static final int MINUTE_SECONDS = 60;

    @Override
    public List<Finding> look() {
        List<Finding> out = new ArrayList<>();
        out.add(space());
        out.add(ledger());
        return out;
    }

    private Finding space() {
        Path there = stateDirectory.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        long free;
        try {
            free = Files.getFileStore(there).getUsableSpace();
        } catch (IOException e) {
            return Finding.limited(
                    "space", "cannot be told: " + Failures.reason(e), "whether counts will find room", null);
        }
        String found = mebibytes(free) + " free for the state directory";
        long has = Math.max(0, size());
        return free + has >= BYTES_WANTED
                ? Finding.ok("space", found)
                : Finding.limited(
                        "space",
                        found + "; the ledger grows up to " + mebibytes(LedgerOptions.BYTES_MAX) + ", and a log",
                        "counts wait in memory while the disk is full, 6 MiB of them",
                        "make room, or --ledger-bytes-max " + Math.max(1, ((free + has) >> 20) / 2) + "MiB");
    }

    /** Below 0 where there is no such file. */
    private long size() {
        try {
            return Files.size(stateDirectory.resolve(FILE));
        } catch (IOException e) {
            return -1;
        }
    }

    private Finding ledger() {
        try (LedgerReader reader = LedgerReader.open(stateDirectory)) {
            long[] span = reader.span();
            String when = span[1] == 0
                    ? "nothing in it yet"
                    : Instant.ofEpochSecond(span[0] * MINUTE_SECONDS) + " to "
                            + Instant.ofEpochSecond(span[1] * MINUTE_SECONDS);
            return Finding.ok("ledger", when + ", " + Math.max(1, size() >> 10) + " KiB");
        } catch (LedgerException e) {
            return unreadable(e);
        } catch (IllegalStateException e) {
            return damaged(e.getMessage()); // it opens, and a page that is read is not what it should be
        }
    }

    private Finding unreadable(LedgerException e) {
        return switch (e.kind()) {
            case ABSENT ->
                Finding.ok("ledger", size() >= 0 ? "empty yet; the agent begins it" : "none yet; the agent makes one");
            case LATER ->
                Finding.missing(
                        "ledger",
                        e.getMessage(),
                        "the agent does not start with it",
                        "use the version of imdsight that wrote it, or another --state-dir",
                        ExitStatus.CONFIGURATION);
            case UNREADABLE -> damaged(e.getMessage());
            default ->
                Finding.limited(
                        "ledger",
                        e.getMessage(),
                        "audit --from-ledger and reconcile cannot read it",
                        "run doctor as the agent's user, or as root");
        };
    }

    private Finding damaged(String problem) {
        return Finding.limited(
                "ledger",
                problem,
                "the agent will set the file aside and begin a new one: earlier counts are then only in the old file",
                "sqlite3 " + stateDirectory.resolve(FILE) + " .recover, into another file");
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
