package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.publish.Condition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private long epoch = 1_000 * SECOND_NANOS;
    private long monotonic;
    private long uncaptured;
    private long progress;
    private long handled;
    private long queue;

    private final Vigil vigil = new Vigil(
            new Vigil.Pulse() {
                @Override
                public long progressNanos() {
                    return progress;
                }

                @Override
                public long uncapturedNanos() {
                    return uncaptured;
                }

                @Override
                public long handled() {
                    return handled;
                }

                @Override
                public long queueBytes() {
                    return queue;
                }

                @Override
                public long packets() {
                    return 0;
                }

                @Override
                public boolean probe() {
                    return true;
                }

                @Override
                public boolean socketTable() {
                    return true;
                }
            },
            () -> epoch,
            () -> monotonic);

    private Condition after(long seconds) {
        epoch += seconds * SECOND_NANOS;
        monotonic += seconds * SECOND_NANOS;
        return vigil.look(Map.of());
    }

    @Test
    void aCaptureWithoutProgressIsDeafUntilItProgresses() {
        assertTrue(after(1).healthy());
        assertTrue(after(8).capturing());
        Condition deaf = after(1);
        assertFalse(deaf.capturing());
        assertFalse(deaf.healthy());
        assertEquals(epoch, deaf.sinceNanos());
        long deafSince = epoch;
        assertEquals(deafSince, after(5).sinceNanos(), "since the change, not since the last look");
        progress = monotonic;
        assertTrue(after(1).capturing());
        assertEquals(epoch, vigil.look(Map.of()).sinceNanos());
    }

    @Test
    void anInterfaceThatLeadsThereAndCannotBeCapturedIsNoHealth() {
        progress = monotonic;
        uncaptured = 9 * SECOND_NANOS;
        assertTrue(after(1).healthy(), "it may just have come");
        uncaptured = 10 * SECOND_NANOS;
        assertFalse(after(1).healthy());
        uncaptured = 0;
        assertTrue(after(1).healthy());
    }

    @Test
    void requestsThatWaitForTwoMinutesWithoutOneBeingHandledAreAFault() {
        queue = 500;
        for (int i = 0; i < 119; i++) {
            progress = monotonic;
            assertTrue(after(1).sightings(), "second " + i);
        }
        progress = monotonic;
        after(1);
        assertFalse(after(1).sightings());
        handled++;
        assertTrue(after(1).sightings());
        queue = 0;
        assertTrue(after(600).sightings(), "nothing waits");
    }
}
