package io.imdsight.decode;

import io.imdsight.model.Drop;
import io.imdsight.model.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings the segments of both directions of a connection in order, also against each other.
 *
 * <p>A segment is read when everything in front of it has been read: the bytes before it in its own direction, and the bytes of the other
 * direction that it acknowledges. Otherwise it is held. What its receiver has acknowledged and was still not seen after a while, the capture
 * has missed.
 */
final class Turns {
    /** Takes the segments in order. */
    interface Reader {
        /** A segment whose turn it is; it may repeat bytes that have been read. */
        void read(Segment s, boolean fromOriginator);

        /** The next bytes of a direction were never seen; {@code noticedBy} is the segment that shows it. */
        void missed(boolean fromOriginator, int count, Segment noticedBy);
    }

    /** Segments held for one connection: three of the longest heads in segments of 1,448 bytes. */
    private static final int HELD_MAX = 128;

    private final Workshop workshop;
    private final Stream up;
    private final Stream down;
    private final Reader reader;
    private final List<Held> held = new ArrayList<>(0);
    private int arrivals;

    Turns(Workshop workshop, Stream up, Stream down, Reader reader) {
        this.workshop = workshop;
        this.up = up;
        this.down = down;
        this.reader = reader;
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** A segment as it was captured. */
    void segment(Segment s, boolean fromOriginator) {
        arrivals++;
        if (isReady(s, fromOriginator ? up : down, fromOriginator ? down : up)) {
            reader.read(s, fromOriginator);
            readHeld();
        } else {
            hold(s, fromOriginator);
        }
        expire(workshop.time().nowNanos());
    }

    /** Nothing more will come: reads all that is held, with gaps for what is missing. */
    void end() {
        while (!held.isEmpty()) {
            force(0);
        }
    }

    /** Sequence number of the segment's first byte; a SYN takes one. */
    static int start(Segment s) {
        return s.has(Segment.SYN) ? s.sequence() + 1 : s.sequence();
    }

    private static boolean isReady(Segment s, Stream own, Stream peer) {
        return Stream.distance(start(s), own.next()) <= 0
                && (!s.has(Segment.ACK) || Stream.distance(s.acknowledgment(), peer.next()) <= 0);
    }

    private void hold(Segment s, boolean fromOriginator) {
        if (s.payloadLength() == 0 && !s.has(Segment.FIN)) {
            return; // its acknowledgment has been noted
        }
        if (held.size() >= HELD_MAX) {
            force(0);
        }
        if (workshop.budget().take(Held.cost(s))) {
            held.add(Held.copyOf(s, fromOriginator, arrivals, workshop.time().nowNanos()));
        } else {
            workshop.drops().add(Drop.STREAM_MEMORY, s.payloadLength());
        }
    }

    private void readHeld() {
        for (int i = 0; i < held.size(); ) {
            Held h = held.get(i);
            boolean ready = isReady(h.segment(), own(h), peer(h));
            if (ready) {
                take(i);
                reader.read(h.segment(), h.fromOriginator());
                i = 0;
            } else {
                i++;
            }
        }
    }

    /** Gives up waiting for what the receiver has and the capture does not. */
    void expire(long nowNanos) {
        for (int i = 0; i < held.size(); ) {
            if (isOverdue(held.get(i), nowNanos)) {
                force(i);
                i = 0;
            } else {
                i++;
            }
        }
    }

    private boolean isOverdue(Held h, long nowNanos) {
        DecoderLimits limits = workshop.limits();
        long ageNanos = nowNanos - h.sinceNanos();
        int start = start(h.segment());
        boolean missed = own(h).isAcknowledgedTo(start) || Stream.distance(start, own(h).next()) <= 0;
        return missed && (arrivals - h.arrival() >= limits.reorderSegments() || ageNanos >= limits.reorderNanos())
                || ageNanos >= limits.answerTimeoutNanos();
    }

    /** Reads a held segment now, with gaps for what should have come before it. */
    private void force(int index) {
        Held h = take(index);
        fill(h.fromOriginator(), start(h.segment()), h.segment());
        if (h.segment().has(Segment.ACK)) {
            fill(!h.fromOriginator(), h.segment().acknowledgment(), h.segment());
        }
        reader.read(h.segment(), h.fromOriginator());
        readHeld();
    }

    /** Brings a stream up to a sequence number: from what is held, and with gaps. */
    private void fill(boolean fromOriginator, int to, Segment noticedBy) {
        Stream stream = fromOriginator ? up : down;
        while (Stream.distance(to, stream.next()) > 0) {
            int first = -1;
            for (int i = 0; i < held.size(); i++) {
                Held h = held.get(i);
                if (h.fromOriginator() == fromOriginator
                        && Stream.distance(to, start(h.segment())) > 0
                        && (first < 0
                                || Stream.distance(
                                                start(h.segment()),
                                                start(held.get(first).segment()))
                                        < 0)) {
                    first = i;
                }
            }
            if (first < 0) {
                reader.missed(fromOriginator, Stream.distance(to, stream.next()), noticedBy);
                return;
            }
            Held h = take(first);
            int missing = Stream.distance(start(h.segment()), stream.next());
            if (missing > 0) {
                reader.missed(fromOriginator, missing, noticedBy);
            }
            reader.read(h.segment(), h.fromOriginator());
        }
    }

    private Held take(int index) {
        Held h = held.remove(index);
        workshop.budget().giveBack(Held.cost(h.segment()));
        return h;
    }

    private Stream own(Held h) {
        return h.fromOriginator() ? up : down;
    }

    private Stream peer(Held h) {
        return h.fromOriginator() ? down : up;
    }
}
