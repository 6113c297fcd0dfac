package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private static final long MIB = 1024 * 1024;
    private static final long SECOND = 1_000_000_000L;

    private long used = 5 * MIB;
    private long alive = 5 * MIB;
    private long tookNanos = SECOND / 100;
    private long now;
    private int collections;
    private final HeapWatch watch = new HeapWatch(() -> used, this::collect, () -> now);

    private void collect() {
        collections++;
        used = alive;
        now += tookNanos;
    }

    private void pass(int seconds, long bytesASecond) {
        for (int i = 0; i < seconds; i++) {
            now += SECOND;
            used += bytesASecond;
            watch.step();
        }
    }

    @Test
    void aHeapThatStaysIsLeftAlone() {
        pass(86_400, 0);
        assertEquals(0, collections);
    }

    @Test
    void eightMebibytesOfGarbageAreCollected() {
        watch.step();
        pass(7, MIB);
        assertEquals(0, collections);
        pass(1, MIB);
        assertEquals(1, collections);
        assertEquals(5 * MIB, used);
    }

    @Test
    void whereMuchIsAliveHalfOfThatMayBeGarbage() {
        alive = 40 * MIB;
        used = 40 * MIB;
        watch.step();
        pass(19, MIB);
        assertEquals(0, collections);
        pass(1, MIB);
        assertEquals(1, collections);
    }

    @Test
    void whatIsAliveIsLearntFromCollectionsByOthers() {
        used = 60 * MIB;
        watch.step();
        used = 5 * MIB;
        watch.step();
        pass(8, MIB);
        assertEquals(1, collections);
    }

    @Test
    void collectionsTakeAFiftiethOfTheTimeAtMostWhateverFillsTheHeap() {
        tookNanos = SECOND;
        pass(1_000, 100 * MIB);
        assertTrue(collections > 10 && collections <= 20, "" + collections);
    }
}
