package io.imdsight.attribute;

import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Who sent on one connection after the process that opened it: each entry is somebody else than the one before, and sends until the next begins.
 */
final class Senders {
    /**
     * Changes kept. An answer is waited for at most 30 s; who takes turns so fast that this is not enough is told that it is not known.
     */
    static final int CHANGES_MAX = 64;

    /**
     * How much later than its packet a send may seem to be: it is earlier by some microseconds, but the two are stamped by different clocks. Who
     * sends next has seen the answer first, which takes longer than this.
     */
    static final long SLACK_NANOS = 10_000;

    /**
     * Who sent a request is asked for within a minute of it ({@link ConnectTable#GRACE_NANOS}): a change that much later than the request is none of the
     * future, but one from before the clock was set back.
     */
    static final long CLOCK_SET_NANOS = 2 * ConnectTable.GRACE_NANOS;

    /** One change. */
    private record Change(long nanos, Attribution sender) {}

    private final Deque<Change> newestFirst = new ArrayDeque<>();
    private boolean forgotten;

    /**
     * Somebody else sends.
     *
     * @param nanos since when, nanoseconds since 1970
     * @return what is forgotten for it; null where nothing is
     */
    Caller add(long nanos, Attribution sender) {
        newestFirst.addFirst(new Change(nanos, sender));
        if (newestFirst.size() <= CHANGES_MAX) {
            return null;
        }
        forgotten = true;
        return newestFirst.removeLast().sender().caller();
    }

    /**
     * Who sent what was captured at a time.
     *
     * @param opener the answer where nobody else had sent by then
     */
    Attribution at(long nanos, Attribution opener) {
        for (Change c : newestFirst) {
            if (c.nanos() <= nanos + SLACK_NANOS || c.nanos() - nanos >= CLOCK_SET_NANOS) {
                return c.sender();
            }
        }
        return forgotten
                ? Attribution.none("more processes took turns on this connection than are remembered")
                : opener;
    }

    /** All that are held. */
    Iterator<Caller> callers() {
        return newestFirst.stream().map(c -> c.sender().caller()).iterator();
    }
}
