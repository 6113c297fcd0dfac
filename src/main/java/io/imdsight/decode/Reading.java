package io.imdsight.decode;

import io.imdsight.model.Drop;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;

/**
 * Gives the bytes of both directions of a connection to their parsers, segment by segment in the order that {@link Turns} brings about, and knows what the
 * parsers' findings cannot say: in which segment they were made, and what was not seen or came again around them.
 */
final class Reading implements Turns.Reader {
    private final Workshop workshop;
    private final Conversation conversation;
    private final Exchanges exchanges;
    private final Stream up = new Stream();
    private final Stream down = new Stream();
    private final Repeats requestBytes;
    private long upFinishedNanos;
    private Segment current;

    Reading(Workshop workshop, Conversation conversation) {
        this.workshop = workshop;
        this.conversation = conversation;
        this.requestBytes = new Repeats(workshop.spares());
        this.exchanges = new Exchanges(conversation, this, workshop);
    }

    Stream up() {
        return up;
    }

    Stream down() {
        return down;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    /** When the originator closed its side, by {@link PacketTime}; meaningless while it has not. */
    long upFinishedNanos() {
        return upFinishedNanos;
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
        return up.parser() instanceof RequestParser p ? p.isUnexplained() : !conversation.sawOpening();
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
        parser.advanced();
    }

    /** Of requests that have been reported nothing is kept. */
    void forgetReported() {
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
                    ? new RequestParser(workshop.budget(), headBytesMax, workshop.texts(), exchanges)
                    : new AnswerParser(workshop.budget(), headBytesMax, exchanges);
            stream.parser(p);
            if (!conversation.sawOpening()) {
                p.startOutOfStep();
            }
            if (stream.isFinished()) {
                p.end();
            }
        }
        return stream.parser();
    }

    /**
     * Nothing more will come.
     *
     * @param lastNanos when the last segment was captured
     * @param link where the connection was first seen
     */
    void end(boolean connectionEnded, long lastNanos, Link link) {
        finish(up, true, connectionEnded, lastNanos, link);
        finish(down, false, connectionEnded, lastNanos, link);
        exchanges.resolveAll(connectionEnded);
        up.parser(null);
        down.parser(null);
        requestBytes.forget();
    }

    private void finish(Stream stream, boolean fromOriginator, boolean connectionEnded, long lastNanos, Link link) {
        int unseen = stream.acknowledgedUnseen();
        if (unseen > 1 && !stream.isFinished()) { // 1: an unseen FIN
            missed(fromOriginator, unseen, none(lastNanos, link));
        }
        if (stream.parser() != null && connectionEnded) {
            stream.parser().end();
        } else if (stream.parser() != null) {
            current = none(lastNanos, link);
            stream.parser().captureEnd();
            current = null;
        }
    }

    /** The parsers' findings ask for the segment being read; at the end there is none. */
    private static Segment none(long lastNanos, Link link) {
        return new Segment(lastNanos, link, 0, 0, 0, 0, 0, 0, 0, 0, 0, new byte[0], 0, 0, 0);
    }
}
