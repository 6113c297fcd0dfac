package io.imdsight.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads a ledger, also while an agent writes it; sees whole commits only, and never holds the writer up. One thread. */
public final class LedgerReader implements Tallies, AutoCloseable {
    /** A report reads millions of tallies once, in the order of the file: a cache is of little use. */
    private static final int CACHE_KIB = 2048;

    private final Path path;
    private final Connection connection;

    private LedgerReader(Path path, Connection connection) {
        this.path = path;
        this.connection = connection;
    }

    /**
     * Opens the ledger in a state directory.
     *
     * @throws LedgerException where there is none, or it cannot be read
     */
    public static LedgerReader open(Path directory) throws LedgerException {
        Path path = directory.resolve(LedgerFile.NAME);
        if (!Files.exists(path)) {
            throw new LedgerException(
                    LedgerException.Kind.ABSENT,
                    "no ledger in " + directory
                            + "; name the agent's with --state-dir, or let imdsight agent run first",
                    null);
        }
        if (!Files.isReadable(path)) {
            throw new LedgerException(
                    LedgerException.Kind.NOT_POSSIBLE,
                    "cannot read " + path + ": Permission denied; run as root or as the agent's user",
                    null);
        }
        Connection c = null;
        try {
            LedgerLayout.requireFile(path);
            c = LedgerFile.connect(path, true, CACHE_KIB);
            if (!LedgerLayout.hasBegun(path, c)) {
                throw new LedgerException(
                        LedgerException.Kind.ABSENT,
                        "the ledger " + path
                                + " is empty; name the agent's with --state-dir, or let imdsight agent run first",
                        null);
            }
            LedgerSchema.readAsLatest(c, LedgerSchema.version(c));
            return new LedgerReader(path, c);
        } catch (LedgerException e) {
            LedgerFile.closeQuietly(c);
            throw e;
        } catch (SQLException e) {
            LedgerFile.closeQuietly(c);
            throw unreadable(path, e);
        }
    }

    private static LedgerException unreadable(Path path, SQLException e) {
        return new LedgerException(
                LedgerException.Kind.UNREADABLE,
                "cannot read " + path + ": " + LedgerFaults.reason(e) + "; see docs/ledger.md",
                e);
    }

    @Override
    public List<Tally> tallies(long fromMinute, long toMinute) {
        return read(c -> LedgerQueries.tallies(c, fromMinute, toMinute));
    }

    @Override
    public List<CallerProfile> callers(long fromMinute, long toMinute) {
        return read(c -> LedgerQueries.callers(c, fromMinute, toMinute));
    }

    @Override
    public List<Coverage> coverage(long fromMinute, long toMinute) {
        return read(c -> LedgerQueries.coverage(c, fromMinute, toMinute));
    }

    /** The agent's lives that touch these minutes, in order. */
    public List<AgentRun> runs(long fromMinute, long toMinute) {
        return read(c -> LedgerQueries.runs(c, fromMinute, toMinute));
    }

    /** The gaps that touch these minutes, in order. */
    public List<CaptureGap> gaps(long fromMinute, long toMinute) {
        return read(c -> LedgerQueries.gaps(c, fromMinute, toMinute));
    }

    /** A destination's account; reads every tally. */
    public PublishedCounts published(Destination destination) {
        return read(c -> PendingReader.published(c, destination));
    }

    /** The first and last minute of which anything is known, as {first, last + 1}; both 0 where nothing is. */
    public long[] span() {
        return read(c -> {
            long first = LedgerSchema.number(c, "SELECT coalesce(min(minute), 0) FROM minute");
            return new long[] {first, LedgerSchema.number(c, "SELECT coalesce(max(minute) + 1, 0) FROM minute")};
        });
    }

    /**
     * When the ledger begins: with its first minute, or where the agent started within that, then; with the start of the agent where there is no
     * minute yet.
     *
     * @param nowNanos what is said of a ledger without anything in it
     */
    public long begunNanos(long nowNanos) {
        long first = span()[0];
        boolean empty = span()[1] == 0;
        List<AgentRun> runs = empty ? runs(0, Long.MAX_VALUE) : runs(first, first + 1);
        long started = runs.isEmpty() ? 0 : runs.getFirst().startedNanos();
        return empty ? (runs.isEmpty() ? nowNanos : started) : Math.max(first * TallyKey.MINUTE_NANOS, started);
    }

    private interface Query<T> {
        T run(Connection c) throws SQLException;
    }

    private <T> T read(Query<T> query) {
        try {
            return query.run(connection);
        } catch (SQLException e) {
            throw new LedgerDamagedException(unreadable(path, e).getMessage(), e);
        }
    }

    @Override
    public void close() {
        LedgerFile.closeQuietly(connection);
    }
}
