package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
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
    void whatSeveralReadIsOneSumThatDoesNotFallWhenOneEnds() {
        LongAdder sum = new LongAdder();
        CaptureClock gone = new CaptureClock("a", received, new NoHandle(drops), e -> {});
        CaptureClock stays = new CaptureClock("b", received, new NoHandle(drops), e -> {});
        gone.countInto(sum);
        stays.countInto(sum);
        gone.packet();
        gone.close();
        stays.packet();
        stays.packet();
        assertEquals(3, sum.sum());
    }

    @Test
    void afterAQuietMinuteItReadsTheKernelsCountsAtEachOfItsFewSteps() {
        AtomicInteger reads = new AtomicInteger();
        PcapStatistics counted = new PcapStatistics(null, drops) {
            @Override
            synchronized void read() {
                reads.incrementAndGet();
            }
        };
        CaptureClock clock = new CaptureClock("lo", received, counted, e -> {});
        for (int i = 0; i <= 120; i++) {
            clock.step(i);
        }
        reads.set(0);
        clock.step(121);
        clock.step(122);
        assertEquals(2, reads.get());
        clock.packet();
        for (int i = 0; i < 4; i++) {
            clock.step(123 + i);
        }
        assertEquals(3, reads.get(), "a packet, and it looks often and reads rarely");
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

    @Test
    void progressIsReadingOrHavingNothingToRead() throws InterruptedException {
        PcapStatistics statistics = new NoHandle(drops);
        CaptureClock clock = new CaptureClock("lo", received, statistics, e -> {});
        assertTrue(progresses(clock), "nothing came");
        statistics.add(10, 0, 0);
        for (int i = 0; i < 10; i++) {
            clock.packet();
        }
        assertTrue(progresses(clock), "what came was read");
        statistics.add(20, 0, 0);
        assertTrue(progresses(clock), "ten more that the library itself passed over");
        statistics.add(1_000, 0, 0);
        assertFalse(progresses(clock), "the kernel has hundreds and nobody reads them");
        assertFalse(progresses(clock));
        clock.packet();
        assertTrue(progresses(clock), "reading again");
    }

    private static boolean progresses(CaptureClock clock) throws InterruptedException {
        long before = clock.progressNanos();
        Thread.sleep(1);
        clock.step(1);
        return clock.progressNanos() != before;
    }
}
