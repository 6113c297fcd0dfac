package io.imdsight.decode;

import io.imdsight.decode.FlowTable.Rank;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Segment;
import io.imdsight.model.SegmentSink;

/** Segments in, exchanges out. Used by one thread. */
public final class Decoder implements SegmentSink {
    /** How often, in time of the packets, the waiting connections are looked through. */
    private static final long SWEEP_NANOS = 500_000_000L;

    /** A connection that has said nothing for so long is forgotten; should it speak, it is known again from its first request. */
    private static final long SILENT_NANOS = 120_000_000_000L;

    /** In the order in which they are forgotten; made once. */
    private static final Rank[] RANKS = Rank.values();

    private final Endpoints endpoints;
    private final Workshop workshop;
    private final FlowTable table;
    private final Translations translations = new Translations();
    private long sweptNanos;
    private long evictedNanos = Long.MIN_VALUE / 2;

    /**
     * A decoder without connections, for packets of a file.
     *
     * @param endpoints where the service listens: tells requests from answers
     * @param limits what may be held
     * @param sink where exchanges go, on the thread that gives segments
     * @param drops where losses are counted
     */
    public Decoder(Endpoints endpoints, DecoderLimits limits, ExchangeSink sink, Drops drops) {
        this(endpoints, limits, new PacketTime(PacketTime.NO_JUMP_NANOS), sink, drops);
    }

    /** One for packets as they are captured here, on a machine whose clock may be set meanwhile. */
    public static Decoder live(Endpoints endpoints, DecoderLimits limits, ExchangeSink sink, Drops drops) {
        return new Decoder(endpoints, limits, new PacketTime(PacketTime.LIVE_JUMP_NANOS), sink, drops);
    }

    private Decoder(Endpoints endpoints, DecoderLimits limits, PacketTime time, ExchangeSink sink, Drops drops) {
        this.endpoints = endpoints;
        this.workshop = new Workshop(
                limits, time, new Budget(limits.streamBytesMax()), new KnownTexts(), new Spares(), drops, sink);
        this.table = new FlowTable(limits.connectionsMax());
    }

    @Override
    public void segment(Segment s) {
        boolean up = endpoints.isService(s.destinationHigh(), s.destinationLow(), s.destinationPort());
        if (!up && !endpoints.isService(s.sourceHigh(), s.sourceLow(), s.sourcePort())) {
            return;
        }
        long now = workshop.time().at(s.timestampNanos());
        if (Math.abs(now - sweptNanos) >= SWEEP_NANOS) {
            sweep(now);
        }
        Conversation c = up
                ? table.find(
                        s.sourceHigh(),
                        s.sourceLow(),
                        s.sourcePort(),
                        s.destinationHigh(),
                        s.destinationLow(),
                        s.destinationPort())
                : table.find(
                        s.destinationHigh(),
                        s.destinationLow(),
                        s.destinationPort(),
                        s.sourceHigh(),
                        s.sourceLow(),
                        s.sourcePort());
        boolean opens = s.has(Segment.SYN) && !s.has(Segment.ACK);
        if (c != null && opens && up && c.isReopenedBy(s)) {
            c.end(true);
            table.remove(c);
            c = null;
        }
        if (c != null && up && !s.has(Segment.SYN) && c.isSucceededBy(s)) {
            c.end(true);
            table.remove(c);
            c = null;
        }
        if (c == null) {
            boolean forgotten = !up && now - evictedNanos < workshop.limits().answerTimeoutNanos();
            if (!s.has(Segment.SYN) && (s.payloadLength() == 0 || forgotten)) {
                return; // the tail of something that was reported
            }
            c = open(s, up);
        }
        if (s.payloadLength() > 0 || opens) {
            translations.remember(s, c);
        }
        c.segment(s, up);
        table.touch(c);
    }

    private Conversation open(Segment s, boolean up) {
        long oHigh = up ? s.sourceHigh() : s.destinationHigh();
        long oLow = up ? s.sourceLow() : s.destinationLow();
        int oPort = up ? s.sourcePort() : s.destinationPort();
        long rHigh = up ? s.destinationHigh() : s.sourceHigh();
        long rLow = up ? s.destinationLow() : s.sourceLow();
        int rPort = up ? s.destinationPort() : s.sourcePort();
        IpAddress responder = new IpAddress(rHigh, rLow);
        Connection connection = new Connection(new IpAddress(oHigh, oLow), oPort, responder, rPort);
        Conversation c = translations.sameConnection(s, responder, rPort);
        if (c == null) {
            makeRoom(workshop.time().nowNanos());
            c = new Conversation(workshop, connection, s.link(), s.timestampNanos());
            workshop.sink().opened(connection, s.timestampNanos());
        } else {
            workshop.sink().translated(c.connection(), c.openedNanos(), connection);
        }
        table.add(oHigh, oLow, oPort, rHigh, rLow, rPort, c);
        return c;
    }

    private void makeRoom(long now) {
        if (table.size() < workshop.limits().connectionsMax()) {
            return;
        }
        for (Rank rank : RANKS) {
            Conversation c = table.oldest(rank);
            if (c != null) {
                if (rank != Rank.DONE) {
                    workshop.drops().add(Drop.CONNECTION_TABLE);
                    evictedNanos = now;
                }
                forget(c);
                return;
            }
        }
    }

    private void forget(Conversation c) {
        c.end(false);
        table.remove(c);
    }

    @Override
    public void idle(long nowNanos) {
        sweep(workshop.time().at(nowNanos));
    }

    private void sweep(long now) {
        sweptNanos = now;
        forgetOlderThan(Rank.DONE, now - workshop.limits().lingerNanos());
        forgetOlderThan(Rank.SILENT, now - SILENT_NANOS);
        expireQuietSince(Rank.HOLDING, now, workshop.limits().reorderNanos());
        expireQuietSince(Rank.WAITING, now, workshop.limits().answerTimeoutNanos());
    }

    private void expireQuietSince(Rank rank, long now, long quietNanos) {
        Conversation c = table.oldest(rank);
        while (c != null && now - c.lastNanos >= quietNanos) {
            Conversation after = table.after(c);
            c.expire(now);
            table.rerank(c);
            c = after;
        }
    }

    private void forgetOlderThan(Rank rank, long nanos) {
        Conversation c = table.oldest(rank);
        while (c != null && c.lastNanos < nanos) {
            forget(c);
            c = table.oldest(rank);
        }
    }

    /** The capture is over: reports every request that is still open. */
    public void finish() {
        for (Rank rank : RANKS) {
            Conversation c = table.oldest(rank);
            while (c != null) {
                forget(c);
                c = table.oldest(rank);
            }
        }
    }

    /** Connections known now. */
    public int connections() {
        return table.size();
    }

    /** Bytes of streams held now; never more than the limit. */
    public long streamBytes() {
        return workshop.budget().used();
    }
}
