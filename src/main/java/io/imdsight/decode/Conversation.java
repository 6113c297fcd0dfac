package io.imdsight.decode;

import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;

/**
 * One TCP connection to the service: follows both directions, in the order that {@link Turns} brings about, and gives their bytes to the
 * parsers.
 */
final class Conversation implements Turns.Reader {
    /**
     * How long an answer may take once the originator has closed its side. One that only half-closes reads on and has its answer at once; one
     * that has given up never acknowledges another byte.
     */
    private static final long HALF_CLOSED_NANOS = 2_000_000_000L;

    private final Workshop workshop;
    private final Connection connection;
    private final Link link;
    private final long openedNanos;
    private final Exchanges exchanges;
    private final Stream up = new Stream();
    private final Stream down = new Stream();
    private final Turns turns;
    private final Repeats requestBytes = new Repeats();
    private long upFinishedNanos;
    private boolean sawOpening;
    private int openingSequence;
    private boolean done;
    private Segment current;

    /** Where the table keeps this conversation; the table's business alone. */
    final FlowTable.Place place = new FlowTable.Place(this);

    /** When it last said something, by {@link PacketTime}. */
    long lastNanos;

    private long lastTimestampNanos;

    Conversation(Workshop workshop, Connection connection, Link link, long openedNanos) {
        this.workshop = workshop;
        this.connection = connection;
        this.link = link;
        this.openedNanos = openedNanos;
        this.lastNanos = workshop.time().nowNanos();
        this.lastTimestampNanos = openedNanos;
        this.exchanges = new Exchanges(this, workshop);
        this.turns = new Turns(workshop, up, down, this);
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

    /** Whether a request may have been missed: bytes were not seen. */
    boolean requestsUnexplained() {
        return up.parser() instanceof RequestParser p ? p.isUnexplained() : !sawOpening;
    }

    /** Whether a request in front of the one that is being read may have been missed. */
    boolean requestsUnexplainedBefore() {
        return up.parser() instanceof RequestParser p && p.hasGapInFront();
    }

    /** Whether a request may have been passed over: bytes were seen, and not taken for one. */
    boolean requestsPassedOver() {
        return up.parser() instanceof RequestParser p && (p.mayHideRequest() || !p.isBetweenMessages());
    }

    void explainRequests() {
        if (up.parser() instanceof RequestParser p) {
            p.explain();
        }
    }

    /** Whether the answer that was read last has not ended yet. */
    boolean isAnswering() {
        return down.parser() != null && down.parser().isInBody();
    }

    /** Whether a request waits for its answer. */
    boolean isWaiting() {
        return exchanges.isWaiting();
    }

    /** Whether something is due sooner than an answer: a segment that waits for its turn, an originator that has closed. */
    boolean isHolding() {
        return !turns.isEmpty() || up.isFinished() && exchanges.isWaiting();
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

    /**
     * Whether this segment of the originator, no SYN, belongs to another connection between the same ports whose opening was not seen: it brings
     * bytes behind the end, from before the beginning, or from far outside, and nothing waits here.
     */
    boolean isSucceededBy(Segment s) {
        if (s.payloadLength() <= 1 || !up.isKnown() || isWaiting()) { // 1: a keep-alive probe
            return false;
        }
        boolean elsewhere = Plausibility.isFar(s.sequence(), up) || Stream.distance(s.sequence(), up.first()) < 0;
        return elsewhere || done && Stream.distance(s.sequence(), up.next()) + s.payloadLength() > 0;
    }

    /** One segment of this connection. */
    void segment(Segment s, boolean fromOriginator) {
        lastNanos = workshop.time().nowNanos();
        lastTimestampNanos = s.timestampNanos();
        if (done) {
            return;
        }
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
        if (Plausibility.isForeign(s, own, peer) || s.has(Segment.RST) && !Plausibility.isCredibleReset(s, own)) {
            workshop.drops().add(Drop.PACKET_DAMAGED);
            return;
        }
        if (s.has(Segment.ACK)) {
            peer.noteAcknowledgment(s.acknowledgment());
        }
        if (fromOriginator) {
            exchanges.originatorSpoke(down);
        }
        exchanges.expire(lastNanos);
        if (s.has(Segment.RST)) {
            if (fromOriginator && !s.has(Segment.ACK)) {
                exchanges.originatorRefused(); // so a kernel answers data for a socket that is closed: the answer did
                // arrive
            }
            end(true);
        } else {
            turns.segment(s, fromOriginator);
            endIfOver();
        }
        forgetReported();
    }

    private void opening(Segment s, boolean fromOriginator, Stream own) {
        if (!own.isKnown()) {
            own.beginAt(s.sequence() + 1);
        }
        if (!sawOpening) {
            openingSequence = fromOriginator ? s.sequence() : s.acknowledgment() - 1;
        }
        sawOpening = true;
    }

    @Override
    public void read(Segment s, boolean fromOriginator) {
        Segment outer = current;
        current = s;
        Stream own = fromOriginator ? up : down;
        int known = Stream.distance(own.next(), Turns.start(s));
        int length = s.payloadLength();
        if (fromOriginator && known > 0 && length > 0) {
            readAgain(s, Math.min(known, s.payloadCaptured()));
        }
        if (known < length) {
            readPayload(s, own, fromOriginator, known);
        }
        if (s.has(Segment.FIN) && own.next() == Turns.start(s) + length && !own.isFinished()) {
            own.advance(1);
            own.finish();
            if (own.parser() != null) {
                own.parser().end();
            }
            if (fromOriginator) {
                upFinishedNanos = workshop.time().nowNanos();
            } else {
                exchanges.responderEnded();
            }
        }
        current = outer;
    }

    @Override
    public void missed(boolean fromOriginator, int count, Segment noticedBy) {
        Segment outer = current;
        current = noticedBy;
        Stream stream = fromOriginator ? up : down;
        parser(stream, fromOriginator).gap(count);
        stream.advance(count);
        current = outer;
    }

    /** Of bytes that came twice and differ the service has taken one copy, and it cannot be told which. */
    private void readAgain(Segment s, int count) {
        boolean behindEnd = up.isFinished() && Stream.distance(up.next(), Turns.start(s) + count) <= 0;
        if (behindEnd || requestBytes.differ(Turns.start(s), s.data(), s.payloadOffset(), count)) {
            doubtRequests();
        }
    }

    private void doubtRequests() {
        workshop.drops().add(Drop.OVERLAP);
        exchanges.doubtHeads();
        if (up.parser() instanceof RequestParser p) {
            p.doubt();
        }
    }

    /** The service answers what it has: what came again by now and was not compared to its end will not be. */
    void endRepeats() {
        if (requestBytes.isUnfinished()) {
            requestBytes.forget();
            doubtRequests();
        }
    }

    private void readPayload(Segment s, Stream own, boolean fromOriginator, int known) {
        MessageParser parser = parser(own, fromOriginator);
        int fresh = s.payloadCaptured() - known;
        if (fresh > 0) {
            if (fromOriginator) {
                forgetReported();
                requestBytes.fresh(Turns.start(s) + known, s.data(), s.payloadOffset() + known, fresh);
            }
            if (fromOriginator && known == 0 && parser.isInBody() && !exchanges.isWaiting()) {
                skipUnsentBody((RequestParser) parser, s);
            }
            parser.bytes(s.data(), s.payloadOffset() + known, fresh, known == 0);
        }
        int missing = s.payloadLength() - Math.max(known, s.payloadCaptured());
        if (missing > 0) {
            parser.gap(missing);
        }
        own.advance(s.payloadLength() - known);
    }

    /** Of requests that have been reported nothing is kept. */
    private void forgetReported() {
        boolean within = up.parser() != null && !up.parser().isBetweenMessages();
        if (!within && !exchanges.isWaiting()) {
            requestBytes.forget();
        }
    }

    /** A client that has its answer and begins a segment with a request never sent the body that it announced. */
    private static void skipUnsentBody(RequestParser parser, Segment s) {
        if (parser.beginsRequest(s.data(), s.payloadOffset(), s.payloadCaptured())) {
            parser.skipBody();
        }
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

    private void endIfOver() {
        if (up.isFinished() && down.isFinished() && down.isAcknowledgedTo(down.next())) {
            end(true);
        }
    }

    /** Time has passed without a segment of this connection. */
    void expire(long nowNanos) {
        turns.expire(nowNanos);
        exchanges.expire(nowNanos);
        if (up.isFinished() && nowNanos - upFinishedNanos >= HALF_CLOSED_NANOS) {
            exchanges.originatorEnded();
        }
        forgetReported();
    }

    /** Nothing more will be read: reports what is open. */
    void end(boolean connectionEnded) {
        if (done) {
            return;
        }
        turns.end();
        finishStream(up, true, connectionEnded);
        finishStream(down, false, connectionEnded);
        exchanges.resolveAll(connectionEnded);
        done = true;
        up.parser(null);
        down.parser(null);
        requestBytes.forget();
        workshop.sink().closed(connection, openedNanos);
    }

    private void finishStream(Stream stream, boolean fromOriginator, boolean connectionEnded) {
        // the parsers ask for the segment being read; here there is none
        Segment none =
                new Segment(lastTimestampNanos, link, 0, 0, 0, 0, 0, 0, stream.next(), 0, 0, new byte[0], 0, 0, 0);
        int unseen = stream.acknowledgedUnseen();
        if (unseen > 1 && !stream.isFinished()) { // 1: an unseen FIN
            missed(fromOriginator, unseen, none);
        }
        if (stream.parser() != null && connectionEnded) {
            stream.parser().end();
        } else if (stream.parser() != null) {
            current = none;
            stream.parser().captureEnd();
            current = null;
        }
    }
}
