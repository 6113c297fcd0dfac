package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.record.Coverage;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Turns running time and running totals into what each minute got of them. How much time has passed, the monotonic clock says; which minute it was, the
 * wall clock, which may be set at any moment.
 */
final class WatchedTime {
    private static final long MINUTE_MILLIS = 60_000;

    /** Clocks that agree so well have not been set, only rounded and slewed: then the wall clock's minutes add up to whole ones. */
    private static final long AGREE_MILLIS = 500;

    /**
     * What a step found.
     *
     * @param coverage what to add to which minute
     * @param stoodStillMillis how long nobody looked, where that was too long to count as watched; otherwise 0
     */
    record Step(List<Coverage> coverage, long stoodStillMillis) {}

    private final Supplier<ConnectionCounts> connections;
    private final Supplier<Map<Drop, Long>> drops;
    private long wallMillis;
    private long monotonicNanos;
    private ConnectionCounts lastConnections = ConnectionCounts.NONE;
    private Map<Drop, Long> lastDrops = Map.of();

    /**
     * Begins now.
     *
     * @param connections the totals so far
     * @param drops the totals so far
     */
    WatchedTime(
            long wallMillis,
            long monotonicNanos,
            Supplier<ConnectionCounts> connections,
            Supplier<Map<Drop, Long>> drops) {
        this.wallMillis = wallMillis;
        this.monotonicNanos = monotonicNanos;
        this.connections = connections;
        this.drops = drops;
    }

    /** What came since the last step. */
    Step step(long nowMillis, long nowNanos, long standstillMillis) {
        long elapsed = (nowNanos - monotonicNanos) / 1_000_000;
        boolean agree = Math.abs(nowMillis - wallMillis - elapsed) <= AGREE_MILLIS;
        long from = agree ? wallMillis : nowMillis - elapsed;
        boolean still = elapsed > standstillMillis;
        List<Coverage> out = new ArrayList<>();
        ConnectionCounts newConnections = sinceLast(connections.get());
        Map<Drop, Long> newDrops = sinceLast(drops.get());
        if (still || !newDrops.isEmpty() || !newConnections.equals(ConnectionCounts.NONE)) {
            out.add(new Coverage(minute(from), 0, newConnections, newDrops));
        }
        for (long at = from; !still && at < nowMillis; ) {
            long end = Math.min(nowMillis, (minute(at) + 1) * MINUTE_MILLIS);
            out.add(new Coverage(minute(at), (int) (end - at), ConnectionCounts.NONE, Map.of()));
            at = end;
        }
        wallMillis = nowMillis;
        // what is less than a millisecond is not lost, it belongs to the next step
        monotonicNanos = agree ? nowNanos : monotonicNanos + elapsed * 1_000_000;
        return new Step(out, still ? elapsed : 0);
    }

    private ConnectionCounts sinceLast(ConnectionCounts now) {
        Map<KernelOnly, Long> reasons = new EnumMap<>(KernelOnly.class);
        now.reasons().forEach((reason, count) -> {
            long more = count - lastConnections.reasons().getOrDefault(reason, 0L);
            if (more > 0) {
                reasons.put(reason, more);
            }
        });
        ConnectionCounts out = new ConnectionCounts(
                Math.max(0, now.both() - lastConnections.both()),
                Math.max(0, now.kernelOnly() - lastConnections.kernelOnly()),
                Math.max(0, now.captureOnly() - lastConnections.captureOnly()),
                reasons);
        lastConnections = now;
        return out;
    }

    private Map<Drop, Long> sinceLast(Map<Drop, Long> now) {
        Map<Drop, Long> out = new EnumMap<>(Drop.class);
        now.forEach((where, count) -> {
            if (count > lastDrops.getOrDefault(where, 0L)) {
                out.put(where, count - lastDrops.getOrDefault(where, 0L));
            }
        });
        lastDrops = now;
        return out;
    }

    private static long minute(long millis) {
        return Math.floorDiv(millis, MINUTE_MILLIS);
    }
}
