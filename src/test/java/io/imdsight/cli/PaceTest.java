package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PaceTest {
    private static final long HOUR_MILLIS = 3_600_000;

    private final AtomicLong now = new AtomicLong(1);

    @Test
    void looksEachSecondUntilNothingHasComeForHalfAMinuteAndThenEveryFive() {
        Pace pace = new Pace(1_000, 5_000, now::get);
        assertEquals(1_000, pace.millis());
        now.addAndGet(Pace.CALM_AFTER_NANOS - 1);
        assertEquals(1_000, pace.millis());
        now.addAndGet(1);
        assertEquals(5_000, pace.millis());
        pace.stir();
        assertEquals(1_000, pace.millis());
    }

    @Test
    @Timeout(60)
    void whoSleepsLongIsWokenByWhatComes() throws Exception {
        Pace pace = new Pace(1, HOUR_MILLIS, now::get);
        now.addAndGet(Pace.CALM_AFTER_NANOS);
        AtomicLong looks = new AtomicLong();
        Thread looking = new Thread(() -> {
            try {
                while (!pace.await()) {
                    looks.incrementAndGet();
                    now.addAndGet(Pace.CALM_AFTER_NANOS); // and it is calm again
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        looking.start();
        for (long wanted = 1; wanted <= 3; wanted++) {
            while (looking.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            pace.stir();
            while (looks.get() < wanted) {
                Thread.sleep(1);
            }
        }
        pace.end();
        looking.join();
        assertTrue(looks.get() >= 3);
    }

    @Test
    @Timeout(60)
    void itsEndIsNotWaitedFor() throws Exception {
        Pace pace = new Pace(HOUR_MILLIS, HOUR_MILLIS, now::get);
        pace.end();
        assertTrue(pace.await());
    }

    @Test
    @Timeout(60)
    void whoIsNotCalmComesByItself() throws Exception {
        assertFalse(new Pace(1, 1, now::get).await());
    }
}
