package io.imdsight.attribute;

import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** Look-ups of sockets that are asked for or done, until nobody will ask for them any more. Guarded by itself. */
final class LookupResults {
    /** Results kept until somebody asks. */
    static final int RESULTS_MAX = 2048;

    /** Characters of command lines kept with them; see {@link KnownConnects#WEIGHT_MAX}. */
    private static final long WEIGHT_MAX = 12L * 1024 * 1024;

    /** Which connection is meant: its addresses and ports, and when its first packet was seen. */
    record Key(Connection connection, long openedNanos) {}

    /** One look-up. */
    static final class Lookup {
        final Key key;
        final CountDownLatch done = new CountDownLatch(1);

        /** Null until it is done. */
        volatile Attribution result;

        /** A holder that cannot be who opened the connection; null where none was met. */
        Attribution second;

        private int weight;
        private boolean closed;
        private long closedMonotonicNanos;

        Lookup(Key key) {
            this.key = key;
        }
    }

    private final Map<Key, Lookup> results = new LinkedHashMap<>();
    private long weight;

    /** The one asked for before; null where there is none. */
    synchronized Lookup get(Key key) {
        return results.get(key);
    }

    /** Takes one that is asked for now. */
    synchronized void add(Lookup lookup) {
        results.put(lookup.key, lookup);
        evict();
    }

    synchronized boolean isEmpty() {
        return results.isEmpty();
    }

    /** Its connection has ended: it is of use for a while yet. The time is CLOCK_MONOTONIC. */
    synchronized void closed(Key key, long nowMonotonicNanos) {
        Lookup lookup = results.get(key);
        if (lookup != null) {
            lookup.closedMonotonicNanos = nowMonotonicNanos;
            lookup.closed = true;
        }
    }

    /** Counts what its result holds. */
    synchronized void weigh(Lookup lookup, Attribution result) {
        if (results.get(lookup.key) == lookup) {
            lookup.weight = CallerWeights.weight(result.caller());
            weight += lookup.weight;
            evict();
        }
    }

    private void evict() {
        Iterator<Lookup> i = results.values().iterator();
        while ((results.size() > RESULTS_MAX || weight > WEIGHT_MAX && results.size() > 1) && i.hasNext()) {
            weight -= i.next().weight;
            i.remove();
        }
    }

    /** Forgets those whose connection ended long ago; the time is CLOCK_MONOTONIC. */
    synchronized void expire(long nowMonotonicNanos) {
        results.values().removeIf(l -> {
            boolean old = l.closed && nowMonotonicNanos - l.closedMonotonicNanos > ConnectTable.GRACE_NANOS;
            weight -= old ? l.weight : 0;
            return old;
        });
    }
}
