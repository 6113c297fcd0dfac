package io.imdsight.attribute;

import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Who sent on one connection after the process that opened it: each entry is somebody else than the one before, and its own are the bytes up to where
 * the next begins. By the place of the bytes in the stream, for when they leave says little: a small request waits until what was sent before it is
 * acknowledged (RFC 896), and may then leave in one packet with those of others.
 */
final class Senders {
    /**
     * Changes kept. An answer is waited for at most 30 s; who takes turns so fast that this is not enough is told that it is not known.
     */
    static final int CHANGES_MAX = 64;

    /**
     * One change.
     *
     * @param sequence TCP sequence number of the first byte
     */
    private record Change(int sequence, Attribution sender) {}

    private final Deque<Change> newestFirst = new ArrayDeque<>();
    private boolean forgotten;

    /**
     * Somebody else sends.
     *
     * @param sequence TCP sequence number of the first byte
     * @return what is forgotten for it; null where nothing is
     */
    Caller add(int sequence, Attribution sender) {
        newestFirst.addFirst(new Change(sequence, sender));
        if (newestFirst.size() <= CHANGES_MAX) {
            return null;
        }
        forgotten = true;
        return newestFirst.removeLast().sender().caller();
    }

    /**
     * Who sent the byte in front of a sequence number.
     *
     * @param opener the answer where nobody else had sent by then
     */
    Attribution at(int end, Attribution opener) {
        Change last = null;
        for (Change c : newestFirst) {
            if (last != null) {
                return c.sequence() == last.sequence() ? atOnce() : last.sender();
            }
            if (end - c.sequence() > 0) { // RFC 9293 section 3.4
                last = c;
            }
        }
        if (last != null) {
            return last.sender();
        }
        return forgotten
                ? Attribution.none("more processes took turns on this connection than are remembered")
                : opener;
    }

    /** Before kernel 6.16 it is noted that a process comes to send, and not that its turn has come. */
    private static Attribution atOnce() {
        return Attribution.none("two processes began to send at once on this connection");
    }

    /** All that are held. */
    Iterator<Caller> callers() {
        return newestFirst.stream().map(c -> c.sender().caller()).iterator();
    }
}
