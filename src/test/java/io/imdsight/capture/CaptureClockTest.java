package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaptureClockTest {
    private final Received received = new Received();
    private final Drops drops = new Drops();

    /** Counts are fed in by hand. */
    private static final class NoHandle extends PcapStatistics {
        NoHandle(Drops drops) {
            super(null, drops);
        }

        @Override
        synchronized void read() {}
    }

    @Test
    void itTellsTheTimeOfTheStepBeforeAndOnlyWhenNothingCame() {
        CaptureClock clock = new CaptureClock("lo", received, new NoHandle(drops), e -> {});
        clock.step(100);
        clock.step(200);
        clock.packet();
        clock.step(300);
        clock.step(400);
        clock.step(500);
        assertEquals(List.of(100L, 300L, 400L), received.idle);
    }

    @Test
    void countsOfTheKernelAreCarriedOverAlsoWhereTheyWrap() {
        PcapStatistics statistics = new NoHandle(drops);
        statistics.add(10, 3, 0);
        statistics.add(-10, 3, 1);
        statistics.add(5, -1, 1);
        assertEquals(0x1_0000_0005L, statistics.received());
        assertEquals(Map.of(Drop.KERNEL_RING, 0xffff_ffffL, Drop.INTERFACE, 1L), drops.all());
    }
}
