package io.imdsight.decode;

import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;

/** One TCP connection to the service, from its first packet to its last: which segments are its own, and when it is over. */
final class Conversation {
    /**
     * How long an answer may take once the originator has closed its side. One that only half-closes reads on and has its answer at once; one
     * that has given up never acknowledges another byte.
     */
    private static final long HALF_CLOSED_NANOS = 2_000_000_000L;

    private final Workshop workshop;
    private final Connection connection;
    private final Link link;
    private final long openedNanos;
    private final Stream up;

    /** What it takes to read; null once it is done: of the thousands that ended within the last minute only their place is remembered. */
    private Reading reading;

    private Exchanges exchanges;
    private Stream down;
    private Turns turns;
    private boolean sawOpening;
    private int openingSequence;

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
        this.reading = new Reading(workshop, this);
        this.exchanges = reading.exchanges();
        this.up = reading.up();
        this.down = reading.down();
        this.turns = new Turns(workshop, up, down, reading);
    }

    Connection connection() {
        return connection;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** Whether the connection's first packet was seen: whatever comes is in step. */
    boolean sawOpening() {
        return sawOpening;
    }

    /** Whether a request waits for its answer. */
    boolean isWaiting() {
        return !isDone() && exchanges.isWaiting();
    }

    /** Whether something is due sooner than an answer: a segment that waits for its turn, an originator that has closed. */
    boolean isHolding() {
        return !isDone() && (!turns.isEmpty() || up.isFinished() && exchanges.isWaiting());
    }

    boolean isDone() {
        return reading == null;
    }

    /** Whether payload was ever seen, of one that is not done. */
    boolean hasSpoken() {
        return !isDone() && (up.parser() != null || down.parser() != null);
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
        return elsewhere || isDone() && Stream.distance(s.sequence(), up.next()) + s.payloadLength() > 0;
    }

    /** One segment of this connection. */
    void segment(Segment s, boolean fromOriginator) {
        lastNanos = workshop.time().nowNanos();
        lastTimestampNanos = s.timestampNanos();
        if (isDone()) {
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
        if (!isDone()) {
            reading.forgetReported();
        }
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

    private void endIfOver() {
        if (up.isFinished() && down.isFinished() && down.isAcknowledgedTo(down.next())) {
            end(true);
        }
    }

    /** Time has passed without a segment of this connection. */
    void expire(long nowNanos) {
        if (isDone()) {
            return;
        }
        turns.expire(nowNanos);
        exchanges.expire(nowNanos);
        if (up.isFinished() && nowNanos - reading.upFinishedNanos() >= HALF_CLOSED_NANOS) {
            exchanges.originatorEnded();
        }
        reading.forgetReported();
    }

    /** Nothing more will be read: reports what is open. */
    void end(boolean connectionEnded) {
        if (isDone()) {
            return;
        }
        turns.end();
        reading.end(connectionEnded, lastTimestampNanos, link);
        reading = null;
        exchanges = null;
        turns = null;
        down = null;
        workshop.sink().closed(connection, openedNanos);
    }
}
