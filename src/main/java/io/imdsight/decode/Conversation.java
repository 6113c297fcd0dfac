package io.imdsight.decode;

import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.util.ArrayList;
import java.util.List;

/**
 * One TCP connection to the service: puts both directions' segments in order, also against each other, and gives their bytes to the parsers.
 *
 * <p>A segment is read when everything in front of it has been read: the bytes before it in its own direction, and the bytes of the other
 * direction that it acknowledges. Otherwise it is held. What its receiver has acknowledged and was still not seen after a while, the capture
 * has missed: a gap.
 */
final class Conversation {
    /** Segments held for one connection: three of the longest heads in segments of 1,448 bytes. */
    private static final int HELD_MAX = 128;

    /** A segment this far from what is expected is none of this connection's: the largest window is 2^30 (RFC 7323), ours stay far below. */
    private static final int WINDOW_BYTES_MAX = 1 << 24;

    /**
     * How long an answer may take once the originator has closed its side. One that only half-closes reads on and has its answer at once; one
     * that has given up never acknowledges another byte.
     */
    private static final long HALF_CLOSED_NANOS = 2_000_000_000L;

    private final Workshop workshop;
    private final Connection connection;
    private final long openedNanos;
    private final Exchanges exchanges;
    private final Stream up = new Stream();
    private final Stream down = new Stream();
    private final List<Held> held = new ArrayList<>(0);
    private long upFinishedNanos;
    private boolean sawOpening;
    private int openingSequence;
    private int arrivals;
    private boolean done;
    private Segment current;

    /** Where the table keeps this conversation; the table's business alone. */
    final FlowTable.Place place = new FlowTable.Place(this);

    long lastNanos;

    Conversation(Workshop workshop, Connection connection, long openedNanos) {
        this.workshop = workshop;
        this.connection = connection;
        this.openedNanos = openedNanos;
        this.lastNanos = openedNanos;
        this.exchanges = new Exchanges(this, workshop);
    }

    Connection connection() {
        return connection;
    }

    long openedNanos() {
        return openedNanos;
    }

    Stream down() {
        return down;
    }

    long segmentNanos() {
        return current.timestampNanos();
    }

    Link segmentLink() {
        return current.link();
    }

    /** Sequence number of the first request byte that has not been read. */
    int requestsNext() {
        return up.next();
    }

    int segmentAcknowledgment() {
        return current.acknowledgment();
    }

    /** Whether the segment being read acknowledges a byte of the answers' stream. */
    boolean acknowledges(int sequence) {
        return current.has(Segment.ACK) && Stream.distance(current.acknowledgment(), sequence) > 0;
    }

    boolean requestsUnexplained() {
        return up.parser() instanceof RequestParser p ? p.isUnexplained() : !sawOpening;
    }

    boolean requestsNotHttp() {
        return up.parser() != null && up.parser().isDeaf();
    }

    void explainRequests() {
        if (up.parser() instanceof RequestParser p) {
            p.explain();
        }
    }

    /** Whether a request waits for its answer. */
    boolean isWaiting() {
        return exchanges.isWaiting();
    }

    /** Whether something is due sooner than an answer: a segment that waits for its turn, an originator that has closed. */
    boolean isHolding() {
        return !held.isEmpty() || up.isFinished() && exchanges.isWaiting();
    }

    boolean isDone() {
        return done;
    }

    /** Whether payload was ever seen. */
    boolean hasSpoken() {
        return up.parser() != null || down.parser() != null;
    }

    /** Whether this SYN of the originator opens another connection between the same ports. */
    boolean isReopenedBy(Segment s) {
        return !sawOpening || openingSequence != s.sequence();
    }

    /** One segment of this connection. */
    void segment(Segment s, boolean fromOriginator) {
        lastNanos = s.timestampNanos();
        if (done) {
            return;
        }
        arrivals++;
        Stream own = fromOriginator ? up : down;
        Stream peer = fromOriginator ? down : up;
        if (s.has(Segment.SYN)) {
            opening(s, fromOriginator, own);
        } else if (!own.isKnown()) {
            own.beginAt(s.sequence());
        }
        if (s.has(Segment.ACK) && !peer.isKnown()) {
            peer.beginAt(s.acknowledgment());
        }
        if (isForeign(s, own, peer)) {
            workshop.drops().add(Drop.PACKET_DAMAGED);
            return;
        }
        if (s.has(Segment.ACK)) {
            peer.noteAcknowledgment(s.acknowledgment());
        }
        if (fromOriginator) {
            exchanges.originatorSpoke(down);
        }
        exchanges.expire(s.timestampNanos());
        if (s.has(Segment.RST)) {
            end(true);
        } else if (isReady(s, own, peer)) {
            read(s, fromOriginator);
            readHeld();
            expireHeld(s.timestampNanos());
            endIfOver();
        } else {
            hold(s, fromOriginator);
            expireHeld(s.timestampNanos());
            endIfOver();
        }
    }

    private void opening(Segment s, boolean fromOriginator, Stream own) {
        if (!own.isKnown()) {
            own.beginAt(s.sequence() + 1);
        }
        if (fromOriginator && !sawOpening) {
            openingSequence = s.sequence();
        }
        sawOpening = true;
    }

    private static boolean isForeign(Segment s, Stream own, Stream peer) {
        return Math.abs((long) Stream.distance(s.sequence(), own.next())) > WINDOW_BYTES_MAX
                || s.has(Segment.ACK)
                        && !s.has(Segment.RST)
                        && Math.abs((long) Stream.distance(s.acknowledgment(), peer.next())) > WINDOW_BYTES_MAX;
    }

    private static int start(Segment s) {
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
            held.add(Held.copyOf(s, fromOriginator, arrivals));
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
                read(h.segment(), h.fromOriginator());
                i = 0;
            } else {
                i++;
            }
        }
    }

    /** Gives up waiting for what the receiver has and the capture does not. */
    private void expireHeld(long nowNanos) {
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
        long ageNanos = nowNanos - h.segment().timestampNanos();
        int start = start(h.segment());
        boolean missed = own(h).isAcknowledgedTo(start) || Stream.distance(start, own(h).next()) <= 0;
        return missed && (arrivals - h.arrival() >= limits.reorderSegments() || ageNanos >= limits.reorderNanos())
                || ageNanos >= limits.answerTimeoutNanos();
    }

    /** Reads a held segment now, with gaps for what should have come before it. */
    private void force(int index) {
        Held h = take(index);
        Segment outer = current;
        current = h.segment();
        fill(own(h), start(h.segment()), h.fromOriginator());
        if (h.segment().has(Segment.ACK)) {
            fill(peer(h), h.segment().acknowledgment(), !h.fromOriginator());
        }
        current = outer;
        read(h.segment(), h.fromOriginator());
        readHeld();
    }

    /** Brings a stream up to a sequence number: from what is held, and with gaps. */
    private void fill(Stream stream, int to, boolean fromOriginator) {
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
                gap(stream, fromOriginator, Stream.distance(to, stream.next()));
                return;
            }
            Held h = take(first);
            int missing = Stream.distance(start(h.segment()), stream.next());
            if (missing > 0) {
                gap(stream, fromOriginator, missing);
            }
            read(h.segment(), h.fromOriginator());
        }
    }

    private void gap(Stream stream, boolean fromOriginator, int count) {
        parser(stream, fromOriginator).gap(count);
        stream.advance(count);
    }

    private Held take(int index) {
        Held h = held.remove(index);
        workshop.budget().giveBack(Held.cost(h.segment()));
        return h;
    }

    private void read(Segment s, boolean fromOriginator) {
        Segment outer = current;
        current = s;
        Stream own = fromOriginator ? up : down;
        int known = Stream.distance(own.next(), start(s));
        int length = s.payloadLength();
        if (known < length) {
            readPayload(s, own, fromOriginator, known);
        }
        if (s.has(Segment.FIN) && own.next() == start(s) + length && !own.isFinished()) {
            own.advance(1);
            own.finish();
            if (own.parser() != null) {
                own.parser().end();
            }
            if (fromOriginator) {
                upFinishedNanos = s.timestampNanos();
            } else {
                exchanges.responderEnded();
            }
        }
        current = outer;
    }

    private void readPayload(Segment s, Stream own, boolean fromOriginator, int known) {
        MessageParser parser = parser(own, fromOriginator);
        int fresh = s.payloadCaptured() - known;
        if (fresh > 0) {
            if (fromOriginator
                    && known == 0
                    && ((RequestParser) parser).expectsContinue()
                    && !exchanges.isWaiting()
                    && parser.mayStart(s.data(), s.payloadOffset(), fresh)) {
                parser.skipBody();
            }
            parser.bytes(s.data(), s.payloadOffset() + known, fresh, known == 0);
        }
        int missing = s.payloadLength() - Math.max(known, s.payloadCaptured());
        if (missing > 0) {
            parser.gap(missing);
        }
        own.advance(s.payloadLength() - known);
    }

    private MessageParser parser(Stream stream, boolean fromOriginator) {
        if (stream.parser() == null) {
            int headBytesMax = workshop.limits().headBytesMax();
            MessageParser p = fromOriginator
                    ? new RequestParser(workshop.budget(), headBytesMax, exchanges)
                    : new AnswerParser(workshop.budget(), headBytesMax, exchanges);
            stream.parser(p);
            if (!sawOpening) {
                p.startOutOfStep();
            }
            if (stream.isFinished()) {
                p.end();
            }
        }
        return stream.parser();
    }

    private Stream own(Held h) {
        return h.fromOriginator() ? up : down;
    }

    private Stream peer(Held h) {
        return h.fromOriginator() ? down : up;
    }

    private void endIfOver() {
        if (up.isFinished() && down.isFinished() && down.isAcknowledgedTo(down.next())) {
            end(true);
        }
    }

    /** Time has passed without a segment of this connection. */
    void expire(long nowNanos) {
        expireHeld(nowNanos);
        exchanges.expire(nowNanos);
        if (up.isFinished() && nowNanos - upFinishedNanos >= HALF_CLOSED_NANOS) {
            exchanges.originatorEnded();
        }
    }

    /** Nothing more will be read: reports what is open. */
    void end(boolean connectionEnded) {
        if (done) {
            return;
        }
        while (!held.isEmpty()) {
            force(0);
        }
        finishStream(up, true, connectionEnded);
        finishStream(down, false, connectionEnded);
        exchanges.resolveAll(connectionEnded);
        done = true;
        workshop.sink().closed(connection, openedNanos);
    }

    private void finishStream(Stream stream, boolean fromOriginator, boolean connectionEnded) {
        // parsers ask for the segment being read; a gap at the end has none of its own
        Segment outer = current;
        if (current == null) {
            current = new Segment(lastNanos, Link.UNKNOWN, 0, 0, 0, 0, 0, 0, stream.next(), 0, 0, new byte[0], 0, 0, 0);
        }
        int unseen = stream.acknowledgedUnseen();
        if (unseen > 1 && !stream.isFinished()) { // 1: an unseen FIN
            gap(stream, fromOriginator, unseen);
        }
        if (stream.parser() != null) {
            if (connectionEnded) {
                stream.parser().end();
            } else {
                stream.parser().captureEnd();
            }
        }
        current = outer;
    }
}
