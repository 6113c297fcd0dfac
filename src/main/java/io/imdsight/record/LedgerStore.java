package io.imdsight.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Keeps the file open through whatever happens to it: damaged, it is set aside and a new one begun; deleted, it is written again from the one that is
 * still open; refused by the disk, it is tried again, at longer and longer intervals. For one thread at a time.
 */
final class LedgerStore implements AutoCloseable {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** The longest wait between two tries: a disk that has room again is used within half a minute. */
    private static final int RETRY_SECONDS_MAX = 30;

    /** Somebody who holds the file for a moment, as a backup does, is not worth a sentence; this many tries are. */
    private static final int BUSY_FAILURES_MAX = 4;

    /** Something to be done with the file. */
    interface Task {
        void run(LedgerWriter writer) throws SQLException;
    }

    private final LedgerOptions options;
    private final Path path;
    private final Consumer<String> say;
    private final LongSupplier monotonicNanos;
    private final Task onOpen;

    private StateLock lock;
    private LedgerFile file;
    private LedgerWriter writer;
    private boolean up;
    private volatile boolean said;
    private int failures;
    private long retryAtNanos;

    /**
     * A store that is not open yet.
     *
     * @param onOpen done with each newly opened file
     */
    LedgerStore(LedgerOptions options, Consumer<String> say, LongSupplier monotonicNanos, Task onOpen) {
        this.options = options;
        path = options.directory().resolve(LedgerFile.NAME);
        this.say = say;
        this.monotonicNanos = monotonicNanos;
        this.onOpen = onOpen;
    }

    /**
     * Opens for the first time. What the disk refuses is tried again later.
     *
     * @throws LedgerException where another agent has the directory, or a later version wrote the file
     */
    void open() throws LedgerException {
        try {
            if (!openFile()) {
                throw inUse();
            }
            succeeded();
        } catch (IOException | SQLException e) {
            failed(e);
        }
    }

    private LedgerException inUse() {
        return new LedgerException(
                LedgerException.Kind.IN_USE,
                "another agent keeps its ledger in " + options.directory() + " (it holds " + StateLock.NAME
                        + "); stop it, or give this one another --state-dir",
                null);
    }

    /** Whether the file can be written, as far as is known. */
    boolean up() {
        return up;
    }

    /** The open file; null where there is none. */
    LedgerFile file() {
        return file;
    }

    /** Whether the disk's failure has been told, so that its end is worth telling as well. */
    boolean said() {
        return said;
    }

    /** Does something with the file; false where that failed, and nothing of it was done. */
    boolean attempt(Task task) {
        if (!up) {
            return false;
        }
        try {
            task.run(writer);
            succeeded();
            return true;
        } catch (SQLException e) {
            if (!LedgerFaults.isDamage(e) || !beginAnew(e)) {
                failed(e);
                return false;
            }
        }
        try {
            task.run(writer);
            return true;
        } catch (SQLException e) {
            failed(e);
            return false;
        }
    }

    /** With each tick: is the file still there; is it time to try a disk again? True where the file may be written again. */
    boolean look() {
        boolean displaced = file != null && (file.gone() || lock == null || lock.gone());
        boolean due = !up && monotonicNanos.getAsLong() - retryAtNanos >= 0;
        if (up ? !displaced : !due) {
            return false;
        }
        try {
            if (displaced) {
                replace();
            } else if (file == null || failures > 2) {
                closeFile();
                if (!openFile()) {
                    throw new IOException(inUse().getMessage());
                }
            }
            up = true;
            return true;
        } catch (IOException | SQLException | LedgerException e) {
            failed(e);
            return false;
        }
    }

    /** Somebody took the file away from under us. All of it is still in the open one. */
    private void replace() throws IOException, SQLException, LedgerException {
        if (lock == null || lock.gone()) {
            closeLock();
            lock = StateLock.take(options.directory());
            if (lock == null) {
                throw inUse();
            }
        }
        if (file.gone()) {
            if (Files.exists(path)) {
                say.accept("another file was put in the place of the ledger; it was moved to "
                        + LedgerFaults.setAside(path, Instant.now()));
            }
            file.rescue();
            closeFile();
            openOrBeginAnew();
            say.accept("the ledger " + path
                    + " was deleted under way; it was written again, with everything that was in it");
        }
    }

    private boolean openFile() throws IOException, SQLException, LedgerException {
        if (lock == null || lock.gone()) {
            closeLock();
            lock = StateLock.take(options.directory());
            if (lock == null) {
                return false;
            }
        }
        openOrBeginAnew();
        return true;
    }

    private void openOrBeginAnew() throws IOException, SQLException, LedgerException {
        try {
            use(LedgerFile.open(path));
        } catch (SQLException e) {
            if (!LedgerFaults.isDamage(e) || !beginAnew(e)) {
                throw e;
            }
        }
    }

    /** Sets the damaged file aside; false where that, or making a new one, failed. */
    private boolean beginAnew(SQLException damage) {
        closeFile();
        try {
            Path aside = LedgerFaults.setAside(path, Instant.now());
            use(LedgerFile.open(path));
            say.accept("THE LEDGER WAS DAMAGED (" + LedgerFaults.reason(damage) + "); it was moved to " + aside
                    + " and a new one begun: counts before now are only in that file, see docs/ledger.md");
            return true;
        } catch (IOException | SQLException | LedgerException e) {
            damage.addSuppressed(e);
            closeFile();
            return false;
        }
    }

    private void use(LedgerFile opened) throws SQLException {
        file = opened;
        writer = new LedgerWriter(opened.writer(), options.callersPerDayMax());
        onOpen.run(writer);
    }

    /** A write failed, or making it durable did. */
    void failed(Exception e) {
        up = false;
        failures++;
        long seconds = Math.min(RETRY_SECONDS_MAX, 1L << Math.min(failures - 1, 10));
        retryAtNanos = monotonicNanos.getAsLong() + seconds * SECOND_NANOS;
        boolean worth = !LedgerFaults.isBusy(e) || failures >= BUSY_FAILURES_MAX;
        if (!said && worth) {
            said = true;
            say.accept("cannot write the ledger " + path + ": " + LedgerFaults.reason(e)
                    + "; counts are kept in memory and it is tried again, see docs/ledger.md");
        }
    }

    private void succeeded() {
        up = true;
        failures = 0;
    }

    /** The end of a failure has been told. */
    void recovered() {
        said = false;
    }

    private void closeFile() {
        writer = null;
        if (file != null) {
            file.close();
            file = null;
        }
    }

    private void closeLock() {
        if (lock != null) {
            lock.close();
            lock = null;
        }
    }

    @Override
    public void close() {
        closeFile();
        closeLock();
        up = false;
    }
}
