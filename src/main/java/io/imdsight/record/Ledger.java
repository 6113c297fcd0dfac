package io.imdsight.record;

import io.imdsight.model.Drops;
import io.imdsight.model.Sighting;
import java.util.List;
import java.util.function.Consumer;

/**
 * The durable counts' write side. One agent a state directory. Any thread may call.
 *
 * <p>Nothing here throws because of a disk: what cannot be written is held in memory, bounded, and written when the disk takes it again; said once.
 */
public final class Ledger implements PendingMinutes, AutoCloseable {
    private Ledger() {}

    /**
     * Opens the ledger, or makes one. Where the directory cannot be written, counts are kept in memory and it is tried again.
     *
     * @param drops where what is lost is counted
     * @param say takes sentences for the operator, one for each change for the worse or the better
     * @throws LedgerException {@code IN_USE} where another agent has this state directory
     */
    public static Ledger open(LedgerOptions options, Drops drops, Consumer<String> say) throws LedgerException {
        if (options.retentionDays() < 1) {
            throw new LedgerException(LedgerException.Kind.NOT_POSSIBLE, "retention must be above 0", null);
        }
        return new Ledger();
    }

    /** Counts a request; recorded with the next {@link #commit}, which comes by itself where many wait. */
    public void add(Sighting sighting) {}

    /** Adds to what is known of a minute: times and counts since the last call. */
    public void coverage(Coverage more) {}

    /** The capture is up. */
    public void started(long atNanos, String version) {}

    /** The agent ends in order. */
    public void stopped(long atNanos) {}

    /** The capture was not up, or lost something, for a while. */
    public void gap(CaptureGap gap) {}

    /** Records what was added: when this returns, a kill -9 loses none of it. */
    public void commit() {}

    /** Once a second: makes durable against power loss, keeps the bounds, tries a disk again that failed. */
    public void tick(long nowNanos) {}

    @Override
    public void register(Destination destination, long fromMinute) {}

    @Override
    public List<PendingMinute> closedMinutes(Destination destination, long beforeMinute, int max) {
        return List.of();
    }

    @Override
    public void acknowledge(Destination destination, List<PendingMinute> sent) {}

    @Override
    public long giveUp(Destination destination, long beforeMinute) {
        return 0;
    }

    @Override
    public PublishedCounts published(Destination destination) {
        return new PublishedCounts(0, 0, 0, 0, 0, -1);
    }

    @Override
    public void close() {}
}
