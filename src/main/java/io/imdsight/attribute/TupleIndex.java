package io.imdsight.attribute;

import io.imdsight.model.Connection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/** Finds connects by addresses and ports, which one connect has after another, in two network namespaces also at once. */
final class TupleIndex {
    /** How far a packet's time may lie outside of its connect's life: the two are stamped by different clocks, joined when drained. */
    static final long SLACK_NANOS = 5_000_000;

    /** How long after the connect its SYN is captured at the latest, where two connects are open with the same addresses and ports. */
    static final long SYN_NANOS = 20_000_000;

    /** The newest of each; {@link Connect#older} leads to the others. */
    private final Map<Connection, Connect> newest = new HashMap<>();

    private final Predicate<Connect> elsewhere;

    /**
     * @param elsewhere whether a connect was made in a network namespace that is not captured
     */
    TupleIndex(Predicate<Connect> elsewhere) {
        this.elsewhere = elsewhere;
    }

    /** Takes a connect whose addresses and ports are known now. */
    void add(Connect c, Connection tuple) {
        c.tuple = tuple;
        c.older = newest.put(tuple, c);
    }

    /** Forgets one. */
    void remove(Connect c) {
        if (c.tuple == null) {
            return;
        }
        Connect first = newest.get(c.tuple);
        if (first == c) {
            if (c.older == null) {
                newest.remove(c.tuple);
            } else {
                newest.put(c.tuple, c.older);
            }
            return;
        }
        for (Connect k = first; k != null; k = k.older) {
            if (k.older == c) {
                k.older = c.older;
                return;
            }
        }
    }

    /** The one that began last; null where there is none. */
    Connect newest(Connection tuple) {
        return newest.get(tuple);
    }

    /**
     * The connect that was there at a time.
     *
     * @param nanos when a packet of it was seen, nanoseconds since 1970
     * @return null where there is none, or more than one could be meant
     */
    Connect find(Connection tuple, long nanos) {
        Connect best = null;
        Connect nearest = null;
        for (Connect c = newest.get(tuple); c != null; c = c.older) {
            if (c.startedNanos <= nanos && nanos <= c.closedNanos) {
                best = best == null ? c : meant(best, c, nanos);
                if (best == null) {
                    return null;
                }
            } else if (nearest == null || distance(c, nanos) < distance(nearest, nanos)) {
                nearest = c;
            }
        }
        return best != null ? best : nearest != null && distance(nearest, nanos) <= SLACK_NANOS ? nearest : null;
    }

    /**
     * Which of two that were both there; null where that cannot be told.
     *
     * <p>From two network namespaces, the one that is captured; the kernel draws the ports of all from one sequence, so that they meet more often than by
     * chance. In one namespace they had the port one after the other: the newer one had begun, but had no port before the older one ended. Near that end it may be
     * either's, for the port is free a moment before the kernel says so.
     */
    private Connect meant(Connect newer, Connect older, long nanos) {
        if (isHere(newer) && elsewhere.test(older)) {
            return newer;
        }
        if (isHere(older) && elsewhere.test(newer)) {
            return older;
        }
        if (nanos - newer.startedNanos <= SYN_NANOS && older.startedNanos < nanos - SYN_NANOS) {
            return newer; // the packet is its SYN
        }
        boolean inTurn = newer.namespace != 0
                && newer.namespace == older.namespace
                && older.saidToEnd()
                && older.closedNanos <= newer.establishedNanos;
        return inTurn && nanos - older.startedNanos < older.closedNanos - nanos ? older : null;
    }

    /** Whether its network namespace is known, and captured. */
    private boolean isHere(Connect c) {
        return c.namespace != 0 && !elsewhere.test(c);
    }

    private static long distance(Connect c, long nanos) {
        return nanos < c.startedNanos ? c.startedNanos - nanos : nanos - c.closedNanos;
    }
}
