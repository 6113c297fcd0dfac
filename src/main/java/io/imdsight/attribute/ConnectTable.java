package io.imdsight.attribute;

import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Joins the state changes of each socket into connects and finds them by addresses and ports. Pure bookkeeping: no clock, no system call.
 *
 * <p>SYN_SENT names the process but not yet the port, ESTABLISHED the port but not the process; the socket's kernel address joins them, until
 * CLOSE, after which the kernel may use it again.
 */
final class ConnectTable {
    /** An exchange is complete at the latest 30 s after its request; twice that for whoever waits in a queue. */
    static final long GRACE_NANOS = 60_000_000_000L;

    /** Establishments that came out of the rings ahead of their connect; it follows within microseconds. */
    private static final int ORPHANS_MAX = 256;

    private final Endpoints endpoints;
    private final KnownConnects known;
    private final Map<Long, Connect> bySocket = new HashMap<>();
    private final TupleIndex byTuple;
    private final Map<Long, SocketState> orphans = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, SocketState> eldest) {
            return size() > ORPHANS_MAX;
        }
    };
    private long connects;
    private long established;
    private long refused;

    ConnectTable(Endpoints endpoints, Drops drops) {
        this.endpoints = endpoints;
        this.known = new KnownConnects(drops, this::unlink);
        this.byTuple = new TupleIndex(known::isElsewhere);
    }

    /** Whether it is of a connection to an endpoint: the kernel's own filter does not compare IPv6 addresses. */
    boolean isOurs(SocketState change) {
        return endpoints.isService(
                change.destination().high(), change.destination().low(), change.destinationPort());
    }

    /**
     * Takes a change.
     *
     * @param epochMinusMonotonicNanos turns its time into time since 1970
     * @return the connect that begins with it; null where none does
     */
    Connect apply(SocketState change, long epochMinusMonotonicNanos) {
        if (!isOurs(change)) {
            return null;
        }
        long nanos = change.timeNanos() + epochMinusMonotonicNanos;
        switch (change.newState()) {
            case SocketState.SYN_SENT -> {
                return begin(change, nanos);
            }
            case SocketState.ESTABLISHED -> establish(change);
            case SocketState.CLOSE -> end(change, nanos);
            default -> {
                // the filter lets no other through
            }
        }
        return null;
    }

    private Connect begin(SocketState change, long nanos) {
        connects++;
        Connect c = new Connect(change.socket(), change.pid(), change.timeNanos(), nanos);
        Connect before = bySocket.put(change.socket(), c);
        if (before != null) {
            finish(before, nanos, change.timeNanos());
        }
        known.add(c);
        SocketState orphan = orphans.remove(change.socket());
        if (orphan != null && orphan.timeNanos() >= change.timeNanos()) {
            join(c, orphan);
        }
        return c;
    }

    private void establish(SocketState change) {
        Connect c = bySocket.get(change.socket());
        if (c != null && c.tuple == null && c.startedMonotonicNanos <= change.timeNanos()) {
            join(c, change);
        } else if (c == null && change.oldState() == SocketState.SYN_SENT) {
            orphans.put(change.socket(), change);
        }
    }

    private void join(Connect c, SocketState change) {
        established++;
        c.establishedNanos = c.startedNanos + change.timeNanos() - c.startedMonotonicNanos;
        byTuple.add(
                c,
                new Connection(change.source(), change.sourcePort(), change.destination(), change.destinationPort()));
    }

    private void end(SocketState change, long nanos) {
        Connect c = bySocket.get(change.socket());
        if (c != null && c.startedMonotonicNanos <= change.timeNanos()) {
            bySocket.remove(change.socket());
            c.kernelClosedNanos = nanos;
            finish(c, nanos, change.timeNanos());
        }
        orphans.remove(change.socket());
    }

    private void finish(Connect c, long nanos, long monotonicNanos) {
        if (c.tuple == null) {
            refused++;
            known.remove(c);
        } else {
            c.end(nanos, monotonicNanos);
        }
    }

    /**
     * A connection that was open before the probe: found through its live socket. One that the probe saw is known better, also where it has ended
     * since the socket was seen: taken for another, it would make both of them unknown.
     */
    void seed(Connection tuple, Connect c) {
        if (byTuple.newest(tuple) != null) {
            return;
        }
        known.add(c);
        byTuple.add(c, tuple);
        known.described(c);
    }

    /**
     * Somebody else than before sends on a socket.
     *
     * @param monotonicNanos when
     * @param nanos the same, since 1970
     * @param namespace the inode of the socket's network namespace; another one may have the same addresses and ports
     * @return the connection's connect: made here where it is older than the probe; null where two could be meant
     */
    Connect sent(long socket, long monotonicNanos, long nanos, Connection tuple, long namespace) {
        Connect bound = bySocket.get(socket);
        if (bound != null && bound.startedMonotonicNanos <= monotonicNanos) {
            return bound;
        }
        Connect named = byTuple.find(tuple, nanos);
        Connect newest = byTuple.newest(tuple);
        if (named == null && newest != null && newest.socket == socket) {
            named = newest; // taken for ended when records were lost
        }
        if (named != null && named.namespace != 0 && namespace != 0 && named.namespace != namespace) {
            return null;
        }
        if (named != null || newest != null && newest.closedNanos == Connect.OPEN) {
            return named;
        }
        Connect c = new Connect(socket, 0, 0, Connect.BEFORE_US);
        if (bound == null) {
            bySocket.put(socket, c);
        }
        known.add(c);
        byTuple.add(c, tuple);
        known.makeRoom();
        return known.contains(c) ? c : null;
    }

    /**
     * Records are missing. What was half known is forgotten; what is open could have ended and its port been taken by another, so that it
     * counts as ended for whatever opens from now on.
     *
     * @param nanos since 1970
     * @param monotonicNanos the same, CLOCK_MONOTONIC
     */
    void lost(long nanos, long monotonicNanos) {
        for (Connect c : known.all()) {
            if (c.tuple == null) {
                known.remove(c);
            } else {
                c.end(nanos, monotonicNanos);
            }
        }
        bySocket.clear();
        orphans.clear();
    }

    /**
     * The connect of a connection.
     *
     * @param openedNanos when its first packet was seen, nanoseconds since 1970
     * @return null where there is none, or more than one could be meant
     */
    Connect find(Connection tuple, long openedNanos) {
        Connect found = byTuple.find(tuple, openedNanos);
        Connect out = found == null ? stillOpen(tuple, openedNanos) : found;
        if (out != null) {
            out.asked = true;
        }
        return out;
    }

    /**
     * One that only the capture took for ended by then: a reset that somebody slipped in and that never arrived. What follows looks like another connection.
     *
     * @return null where the kernel said so, too, or may have, and where another was there as well
     */
    private Connect stillOpen(Connection tuple, long nanos) {
        Connect c = byTuple.newest(tuple);
        if (c == null || c.closedNanos >= nanos || known.isElsewhere(c)) {
            return null;
        }
        if (!isOpenToTheKernel(c) && (c.kernelClosedNanos == Connect.OPEN || c.kernelClosedNanos < nanos)) {
            return null;
        }
        for (Connect k = c.older; k != null; k = k.older) {
            if (k.closedNanos >= nanos) {
                return null;
            }
        }
        return c;
    }

    /** Whether the kernel will say when it ends, and has not yet. */
    private boolean isOpenToTheKernel(Connect c) {
        return bySocket.get(c.socket) == c;
    }

    /**
     * The capture saw a connection end: the kernel's own word for it may have been lost. Where that is still to come, the connect is kept until then, for
     * what the capture saw may be a reset that never arrived. Of one that is older than the probe it may have come already, before anybody asked.
     */
    void closed(Connection tuple, long openedNanos, long nowNanos, long nowMonotonicNanos) {
        Connect c = byTuple.find(tuple, openedNanos);
        if (c != null && c.closedNanos == Connect.OPEN) {
            boolean stillToCome = isOpenToTheKernel(c) && c.startedNanos != Connect.BEFORE_US;
            c.end(nowNanos, stillToCome ? Connect.OPEN : nowMonotonicNanos);
        }
    }

    /** Forgets what ended long ago; the time is CLOCK_MONOTONIC. */
    void expire(long nowMonotonicNanos) {
        known.removeEndedBefore(nowMonotonicNanos - GRACE_NANOS);
    }

    private void unlink(Connect c) {
        bySocket.remove(c.socket, c);
        byTuple.remove(c);
    }

    /** The connects themselves. */
    KnownConnects known() {
        return known;
    }

    int size() {
        return known.size();
    }

    long connects() {
        return connects;
    }

    long established() {
        return established;
    }

    long refused() {
        return refused;
    }
}
