package io.imdsight.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads a ledger, also while an agent writes it; sees whole commits only. One thread. */
public final class LedgerReader implements Tallies, AutoCloseable {
    private LedgerReader() {}

    /**
     * Opens the ledger in a state directory.
     *
     * @throws LedgerException where there is none, or it cannot be read
     */
    public static LedgerReader open(Path directory) throws LedgerException {
        if (!Files.exists(directory)) {
            throw new LedgerException(LedgerException.Kind.ABSENT, "no ledger in " + directory, null);
        }
        return new LedgerReader();
    }

    @Override
    public List<Tally> tallies(long fromMinute, long toMinute) {
        return List.of();
    }

    @Override
    public List<CallerProfile> callers(long fromMinute, long toMinute) {
        return List.of();
    }

    @Override
    public List<Coverage> coverage(long fromMinute, long toMinute) {
        return List.of();
    }

    /** The agent's lives that touch these minutes, in order. */
    public List<AgentRun> runs(long fromMinute, long toMinute) {
        return List.of();
    }

    /** The gaps that touch these minutes, in order. */
    public List<CaptureGap> gaps(long fromMinute, long toMinute) {
        return List.of();
    }

    /** The first and last minute of which anything is known, as {first, last + 1}; both 0 where nothing is. */
    public long[] span() {
        return new long[2];
    }

    @Override
    public void close() {}
}
