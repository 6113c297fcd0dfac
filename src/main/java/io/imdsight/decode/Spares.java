package io.imdsight.decode;

import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;

/** What finished requests have left behind for the next ones, instead of garbage. One thread. */
final class Spares {
    /** Requests under way at the same time, on an ordinary machine; beyond it the collector has work. 60 KiB. */
    static final int SPARES_MAX = 64;

    private final Pending[] pending = new Pending[SPARES_MAX];
    private int pendingCount;
    private final Repeats.Memory[] memories = new Repeats.Memory[SPARES_MAX];
    private int memoryCount;

    Pending pending(RequestHead head, int headEnd, long timestampNanos, Link link, int acknowledgedBy) {
        Pending p = pendingCount > 0 ? pending[--pendingCount] : new Pending();
        p.begin(head, headEnd, timestampNanos, link, acknowledgedBy);
        return p;
    }

    /** Nobody else knows it any more. */
    void giveBack(Pending p) {
        p.forget();
        if (pendingCount < SPARES_MAX) {
            pending[pendingCount++] = p;
        }
    }

    Repeats.Memory memory() {
        return memoryCount > 0 ? memories[--memoryCount] : new Repeats.Memory();
    }

    /** Its bytes are overwritten. */
    void giveBack(Repeats.Memory m) {
        if (memoryCount < SPARES_MAX) {
            memories[memoryCount++] = m;
        }
    }
}
