package io.imdsight.attribute;

import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Joins the state changes of each socket into connects and finds them by addresses and ports. Pure bookkeeping: no clock, no system call.
 *
 * <p>SYN_SENT names the process but not yet the port, ESTABLISHED the port but not the process; the socket's kernel address joins them, until
 * CLOSE, after which the kernel may use it again.
 */
final class ConnectTable {
    /** Ten seconds of 800 new connections a second; some 2 MB with ordinary command lines. Room for more is made at the cost of what is done. */
    static final int CONNECTS_MAX = 8192;

    /** Characters of command lines kept, whatever their processes make of them: a tenth of the agent's heap. */
    static final long WEIGHT_MAX = 12L * 1024 * 1024;

    /** How many of the oldest are looked at for one that is done, where there is no room. */
    private static final int LOOKS_MAX = 64;

    /** An exchange is complete at the latest 30 s after its request; twice that for whoever waits in a queue. */
    static final long GRACE_NANOS = 60_000_000_000L;

    /** How far a packet's time may lie outside of its connect's life: the two are stamped by different clocks, joined when drained. */
    static final long SLACK_NANOS = 5_000_000;

    /** How long after the connect its SYN is captured at the latest, where two connects are open with the same addresses and ports. */
    static final long SYN_NANOS = 20_000_000;

    /** Establishments that came out of the rings ahead of their connect; it follows within microseconds. */
    private static final int ORPHANS_MAX = 256;

    private final Endpoints endpoints;
    private final Drops drops;
    private final Set<Connect> all = new LinkedHashSet<>();
    private final Map<Long, Connect> bySocket = new HashMap<>();
    private final Map<Connection, Connect> byTuple = new HashMap<>();
    private final Map<Long, SocketState> orphans = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, SocketState> eldest) {
            return size() > ORPHANS_MAX;
        }
    };
    private final CallerWeights weights = new CallerWeights();
    private long connects;
    private long established;
    private long refused;

    ConnectTable(Endpoints endpoints, Drops drops) {
        this.endpoints = endpoints;
        this.drops = drops;
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
            finish(before, nanos);
        }
        all.add(c);
        SocketState orphan = orphans.remove(change.socket());
        if (orphan != null && orphan.timeNanos() >= change.timeNanos()) {
            join(c, orphan);
        }
        evict();
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
        add(c, new Connection(change.source(), change.sourcePort(), change.destination(), change.destinationPort()));
    }

    private void add(Connect c, Connection tuple) {
        c.tuple = tuple;
        c.older = byTuple.put(tuple, c);
    }

    private void end(SocketState change, long nanos) {
        Connect c = bySocket.get(change.socket());
        if (c != null && c.startedMonotonicNanos <= change.timeNanos()) {
            bySocket.remove(change.socket());
            finish(c, nanos);
        }
        orphans.remove(change.socket());
    }

    private void finish(Connect c, long nanos) {
        if (c.tuple == null) {
            refused++;
            remove(c);
        } else {
            c.closedNanos = Math.min(c.closedNanos, nanos);
        }
    }

    /** A connection that was open before the probe: found through its live socket. One that the probe saw is known better. */
    void seed(Connection tuple, Connect c) {
        Connect known = byTuple.get(tuple);
        if (known != null && known.closedNanos == Connect.OPEN) {
            return;
        }
        all.add(c);
        add(c, tuple);
        setWeight(c);
        evict();
    }

    /**
     * Records are missing. What was half known is forgotten; what is open could have ended and its port been taken by another, so that it
     * counts as ended for whatever opens from now on.
     */
    void lost(long nanos) {
        for (Connect c : Set.copyOf(all)) {
            if (c.tuple == null) {
                remove(c);
            } else {
                c.closedNanos = Math.min(c.closedNanos, nanos);
            }
        }
        bySocket.clear();
        orphans.clear();
    }

    /** Notes that a connect's caller has been set. */
    void setWeight(Connect c) {
        if (all.contains(c)) {
            weights.replace(c.weighed, c.caller);
            c.weighed = c.caller;
        }
    }

    /**
     * The connect of a connection.
     *
     * @param openedNanos when its first packet was seen, nanoseconds since 1970
     * @return null where there is none, or more than one could be meant
     */
    Connect find(Connection tuple, long openedNanos) {
        Connect out = lookUp(tuple, openedNanos);
        if (out != null) {
            out.asked = true;
        }
        return out;
    }

    private Connect lookUp(Connection tuple, long openedNanos) {
        Connect best = null;
        Connect nearest = null;
        for (Connect c = byTuple.get(tuple); c != null; c = c.older) {
            if (c.startedNanos <= openedNanos && openedNanos <= c.closedNanos) {
                if (best == null) {
                    best = c;
                } else if (openedNanos - best.startedNanos > SYN_NANOS || c.startedNanos >= openedNanos - SYN_NANOS) {
                    return null; // two namespaces with the same addresses
                }
            } else if (nearest == null || distance(c, openedNanos) < distance(nearest, openedNanos)) {
                nearest = c;
            }
        }
        return best != null ? best : nearest != null && distance(nearest, openedNanos) <= SLACK_NANOS ? nearest : null;
    }

    private static long distance(Connect c, long nanos) {
        return nanos < c.startedNanos ? c.startedNanos - nanos : nanos - c.closedNanos;
    }

    /** The capture saw a connection end: the kernel's own word for it may have been lost. */
    void closed(Connection tuple, long openedNanos, long nowNanos) {
        Connect c = lookUp(tuple, openedNanos);
        if (c != null && c.closedNanos == Connect.OPEN) {
            c.closedNanos = nowNanos;
        }
    }

    /** Forgets what ended long ago. */
    void expire(long nowNanos) {
        for (Iterator<Connect> i = all.iterator(); i.hasNext(); ) {
            Connect c = i.next();
            if (c.closedNanos != Connect.OPEN && nowNanos - c.closedNanos > GRACE_NANOS) {
                i.remove();
                unlink(c);
            }
        }
    }

    /** Only what somebody may still ask for is a loss. */
    private void evict() {
        while (all.size() > CONNECTS_MAX || weights.total() > WEIGHT_MAX && all.size() > 1) {
            Connect c = dispensable();
            remove(c);
            if (!c.isDone()) {
                drops.add(Drop.CONNECTION_TABLE);
            }
        }
    }

    /** The oldest that is done, unless it is far; otherwise the oldest. */
    private Connect dispensable() {
        int looks = 0;
        for (Connect c : all) {
            if (c.isDone()) {
                return c;
            }
            if (++looks == LOOKS_MAX) {
                break;
            }
        }
        return all.iterator().next();
    }

    private void remove(Connect c) {
        if (all.remove(c)) {
            unlink(c);
        }
    }

    private void unlink(Connect c) {
        weights.replace(c.weighed, null);
        c.weighed = null;
        bySocket.remove(c.socket, c);
        if (c.tuple == null) {
            return;
        }
        Connect newest = byTuple.get(c.tuple);
        if (newest == c) {
            if (c.older == null) {
                byTuple.remove(c.tuple);
            } else {
                byTuple.put(c.tuple, c.older);
            }
            return;
        }
        for (Connect k = newest; k != null; k = k.older) {
            if (k.older == c) {
                k.older = c.older;
                return;
            }
        }
    }

    int size() {
        return all.size();
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
