package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.KernelOnly;
import io.imdsight.record.Coverage;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WatchedTimeTest {
    private static final long T = 60_000L * 1000;
    private static final long HOUR_MILLIS = 3_600_000;

    private final Drops drops = new Drops();
    private ConnectionCounts connections = ConnectionCounts.NONE;
    private final WatchedTime time = new WatchedTime(T, 0, () -> connections, drops::all);
    private final Map<Long, Long> watched = new TreeMap<>();
    private long nanos;

    private List<Coverage> step(long wallMillis, double seconds) {
        nanos += (long) (seconds * 1e9);
        List<Coverage> out = time.step(wallMillis, nanos, 10_000).coverage();
        out.forEach(c -> watched.merge(c.minute(), (long) c.capturedMillis(), Long::sum));
        return out;
    }

    @Test
    void everyMillisecondOfAMinuteIsWatchedHoweverTheStepsFall() {
        for (int i = 1; i <= 180; i++) {
            step(T + i * 1001L, 1.0009);
        }
        assertEquals(Map.of(1000L, 60_000L, 1001L, 60_000L, 1002L, 60_000L, 1003L, 180L), watched);
    }

    @Test
    void aClockSetBackOrForwardMovesTheMinutesAndMakesNoTime() {
        step(T + 1_000, 1);
        step(T + 1_000 + HOUR_MILLIS + 1_000, 1);
        step(T + 1_000 + HOUR_MILLIS + 2_000, 1);
        step(T + 4_000 - 2 * HOUR_MILLIS, 1);
        assertEquals(Map.of(880L, 1_000L, 1000L, 1_000L, 1060L, 2_000L), watched);
    }

    @Test
    void anAgentThatStoodStillHasNotWatched() {
        assertEquals(30_000, time.step(T + 30_000, 30_000_000_000L, 10_000).stoodStillMillis());
        nanos = 30_000_000_000L;
        step(T + 31_000, 1);
        assertEquals(Map.of(1000L, 1_000L), watched);
    }

    @Test
    void totalsBecomeWhatIsNew() {
        drops.add(Drop.KERNEL_RING, 3);
        connections = new ConnectionCounts(5, 1, 0, Map.of(KernelOnly.REFUSED, 1L));
        Coverage first = step(T + 1_000, 1).getFirst();
        assertEquals(Map.of(Drop.KERNEL_RING, 3L), first.drops());
        assertEquals(connections, first.connections());
        assertEquals(ConnectionCounts.NONE, step(T + 2_000, 1).getFirst().connections());
        connections = new ConnectionCounts(7, 2, 0, Map.of(KernelOnly.REFUSED, 1L, KernelOnly.UNEXPLAINED, 1L));
        Coverage next = step(T + 3_000, 1).getFirst();
        assertEquals(new ConnectionCounts(2, 1, 0, Map.of(KernelOnly.UNEXPLAINED, 1L)), next.connections());
        assertTrue(next.drops().isEmpty());
    }
}
