package io.imdsight.attribute;

import io.imdsight.model.Connection;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drops;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/**
 * How complete the capture is: the kernel's probe sees every connect of every network namespace, the capture sees packets. Each connection is
 * counted once, as seen by both, by the kernel alone or by the capture alone.
 *
 * <p>One that both have seen is counted at once. One that only one has seen is counted when it has come about or ended, and the other has not
 * followed within {@link #SETTLE_NANOS}; a half-open connect waits for its end, for only then the kernel says its port.
 *
 * <p>For any thread; a call takes microseconds.
 */
public final class Witness {
    /** Some 6 MB. Connections that both have seen leave as they end. */
    static final int CONNECTIONS_MAX = 16_384;

    /** The kernel's records are drained every second, packets within milliseconds unless the machine stands still. */
    static final long SETTLE_NANOS = 5_000_000_000L;

    /** The kernel gives a connect up after 127 s, unless net.ipv4.tcp_syn_retries says otherwise. */
    static final long HALF_OPEN_NANOS = 300_000_000_000L;

    /** How far a packet's time may lie outside of its connection's life, where nothing is nearer: one of the two clocks may be set meanwhile. */
    static final long APART_NANOS_MAX = 1_000_000_000L;

    /** A SYN is sent within microseconds of the connect; this is for a machine under load. */
    static final long SYN_NANOS_MAX = 50_000_000L;

    private final WitnessDecisions decisions;
    private final WatchedTable table;
    private final LongSupplier monotonicNanos;

    Witness(Drops drops, LongSupplier monotonicNanos) {
        this(drops, monotonicNanos, CONNECTIONS_MAX);
    }

    Witness(Drops drops, LongSupplier monotonicNanos, int connectionsMax) {
        this.decisions = new WitnessDecisions(drops, monotonicNanos, connectionsMax);
        this.table = decisions.table;
        this.monotonicNanos = monotonicNanos;
    }

    /** See {@link Attributor#capturing}. */
    synchronized void capturing(LongPredicate captured) {
        decisions.namespaces = captured;
    }

    /** The capture is up. What connected before and was not captured is in no count. */
    public synchronized void captureBegan(long epochNanos) {
        decisions.fromNanos = epochNanos;
    }

    /** The capture ends. What connects later and is not captured is in no count. */
    public synchronized void captureEnds(long epochNanos) {
        decisions.untilNanos = epochNanos;
    }

    /** What has been decided so far. */
    public synchronized ConnectionCounts total() {
        return decisions.counts.total();
    }

    /** Connections that it knows now. */
    public synchronized int size() {
        return table.size();
    }

    /**
     * A socket's change of state.
     *
     * @param epochMinusMonotonicNanos turns its time into time since 1970
     * @param namespace the inode of the connecting process's network namespace; 0 where it is not known
     */
    synchronized void kernel(SocketState change, long epochMinusMonotonicNanos, long namespace) {
        Watched w = table.bySocket(change.socket());
        switch (change.newState()) {
            case SocketState.SYN_SENT -> connects(w, change, epochMinusMonotonicNanos, namespace);
            case SocketState.ESTABLISHED -> established(w, change, epochMinusMonotonicNanos);
            case SocketState.CLOSE -> {
                if (w != null && w.startedMonotonicNanos <= change.timeNanos()) {
                    w.established |= change.oldState() != SocketState.SYN_SENT;
                    name(w, change);
                    closed(w, change.timeNanos() + epochMinusMonotonicNanos);
                }
            }
            default -> {
                // says nothing to us
            }
        }
    }

    private void connects(Watched before, SocketState change, long epochMinusMonotonicNanos, long namespace) {
        if (before != null && before.startedMonotonicNanos >= change.timeNanos()) {
            decisions.locate(before, namespace); // its establishment came out of the rings first
            return;
        }
        if (before != null) {
            before.uncertain = true; // the record of its end was lost, whether or not the kernel has said so yet
            closed(before, change.timeNanos() + epochMinusMonotonicNanos);
        }
        name(begin(change, epochMinusMonotonicNanos, namespace), change);
    }

    private Watched begin(SocketState change, long epochMinusMonotonicNanos, long namespace) {
        Watched w = new Watched(change.source(), change.destination(), change.socket(), monotonicNanos.getAsLong());
        w.startedMonotonicNanos = change.timeNanos();
        w.startedNanos = change.timeNanos() + epochMinusMonotonicNanos;
        table.setSocket(w);
        decisions.locate(w, namespace);
        decisions.enter(w);
        return w;
    }

    private void established(Watched known, SocketState change, long epochMinusMonotonicNanos) {
        Watched w = known;
        if (w == null) {
            boolean older = change.oldState() != SocketState.SYN_SENT || decisions.forgotLately();
            if (older || table.nearest(tuple(change), k -> isOpen(k) ? 0 : -1) != null) {
                return;
            }
            w = begin(change, epochMinusMonotonicNanos, 0); // the record of its connect was lost, or comes later
        }
        w.established = true;
        name(w, change);
        decisions.learnt(w);
    }

    private static boolean isOpen(Watched w) {
        return w.seenByKernel() && w.closedNanos == Watched.NEVER;
    }

    private static Connection tuple(SocketState change) {
        return new Connection(change.source(), change.sourcePort(), change.destination(), change.destinationPort());
    }

    /** The kernel says the port, where it has chosen one. */
    private void name(Watched w, SocketState change) {
        if (w.tuple != null || change.sourcePort() == 0) {
            return;
        }
        w.tuple = tuple(change);
        Watched seen = table.nearest(w.tuple, c -> c.seenByKernel() ? -1 : distance(w, c.openedNanos));
        table.name(w.tuple, w);
        if (seen != null) {
            decisions.join(w, seen);
        }
    }

    /** How long after its connect a connection's first packet was seen; -1 where that is not to be believed at once. */
    private static long distance(Watched kernel, long packetNanos) {
        long apart = Math.abs(packetNanos - kernel.startedNanos);
        return apart > SYN_NANOS_MAX || kernel.apartNanos(packetNanos) > TupleIndex.SLACK_NANOS ? -1 : apart;
    }

    /**
     * The same, so that of two connects with the same addresses and ports the one is rather meant from whose namespace packets are captured. Where its record
     * comes after the packet, it is too late: the other one is seen by both, this one by the kernel alone, and no connection too many or too few.
     */
    private long preference(Watched kernel, long packetNanos) {
        long apart = kernel.seenByKernel() && !kernel.seenByCapture() ? distance(kernel, packetNanos) : -1;
        return apart >= 0 && decisions.isElsewhere(kernel) ? apart + SYN_NANOS_MAX : apart;
    }

    private void closed(Watched w, long nanos) {
        w.closedNanos = nanos;
        table.forgetSocket(w);
        decisions.learnt(w);
    }

    /** Records of the kernel are missing: what is half known may have become anything. */
    synchronized void lost() {
        decisions.lost();
    }

    /** The capture saw a connection for the first time. */
    synchronized void captured(Connection connection, long openedNanos) {
        Watched w = table.nearest(connection, k -> preference(k, openedNanos));
        if (w != null) {
            w.openedNanos = openedNanos;
            decisions.both(w);
            return;
        }
        Watched seen = new Watched(connection.originator(), connection.responder(), 0, monotonicNanos.getAsLong());
        seen.tuple = connection;
        seen.openedNanos = openedNanos;
        table.name(connection, seen);
        decisions.enter(seen);
    }

    /** The capture sees a connection under another name, too: behind address translation. */
    synchronized void translated(Connection connection, long openedNanos, Connection other) {
        Watched seen = bySighting(connection, openedNanos);
        if (seen == null || seen.seenByKernel() || seen.alias != null) {
            return;
        }
        seen.alias = other;
        table.name(other, seen);
        Watched kernel = table.nearest(other, k -> preference(k, openedNanos));
        if (kernel != null) {
            decisions.join(kernel, seen);
        }
    }

    /** The capture saw a request, or that there must have been one. */
    synchronized void requested(Connection connection, long openedNanos) {
        Watched w = bySighting(connection, openedNanos);
        if (w != null && !w.spoke) {
            w.spoke = true;
            decisions.learnt(w);
        }
    }

    /** The capture will say no more of a connection. */
    synchronized void ended(Connection connection, long openedNanos) {
        Watched w = bySighting(connection, openedNanos);
        if (w != null && !w.captureEnded) {
            w.captureEnded = true;
            decisions.learnt(w);
        }
    }

    private Watched bySighting(Connection connection, long openedNanos) {
        return table.nearest(connection, w -> w.openedNanos == openedNanos ? 0 : -1);
    }

    /** Decides what has waited long enough. */
    synchronized void tick() {
        decisions.tick();
    }

    /** The run is over: decides all. The kernel's records up to now must have been given. */
    synchronized void finish() {
        decisions.finish();
    }
}
