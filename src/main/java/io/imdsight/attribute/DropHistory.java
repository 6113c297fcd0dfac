package io.imdsight.attribute;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;

/**
 * When the capture's losses were noticed last: a connection may be looked at long after it was made, as after the whole agent stood still, so
 * that a count taken when it is first heard of would come too late.
 */
final class DropHistory {
    private final Drops drops;
    private long seen;
    private long noticedNanos = Long.MIN_VALUE;

    DropHistory(Drops drops) {
        this.drops = drops;
        this.seen = total();
    }

    /** Takes a look. To be called each second. */
    void look(long nowNanos) {
        long now = total();
        if (now != seen) {
            seen = now;
            noticedNanos = nowNanos;
        }
    }

    /** Whether a loss of packets was noticed after a time. */
    boolean noticedSince(long nanos) {
        return noticedNanos >= nanos;
    }

    private long total() {
        return drops.get(Drop.KERNEL_RING) + drops.get(Drop.INTERFACE);
    }
}
