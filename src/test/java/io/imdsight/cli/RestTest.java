package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RestTest {
    private static final long SECOND = 1_000_000_000L;

    private long packets;
    private int rests;
    private long now;
    private final Rest rest = new Rest(() -> packets, () -> rests++, 0);

    private void pass(long seconds, long packetsASecond) {
        for (long i = 0; i < seconds; i++) {
            now += SECOND;
            packets += packetsASecond;
            rest.step(now);
        }
    }

    @Test
    void restsAfterTheStartAndOnceItHasSettledAndNeverAgainWhileNothingHappens() {
        pass(9, 0);
        assertEquals(0, rests);
        pass(1, 0);
        assertEquals(1, rests);
        pass(289, 0);
        assertEquals(1, rests);
        pass(1, 0);
        assertEquals(2, rests);
        pass(899, 0);
        assertEquals(2, rests);
        pass(1, 0);
        assertEquals(3, rests);
        pass(86_400, 0);
        assertEquals(3, rests);
    }

    @Test
    void restsWhenABusyTimeIsOverAndNotDuringIt() {
        pass(10, 0);
        pass(3_000, 1_000);
        assertEquals(1, rests);
        pass(74, 0);
        assertEquals(1, rests);
        pass(1, 0);
        assertEquals(2, rests);
        pass(86_400, 0);
        assertEquals(2, rests);
    }

    @Test
    void busyEachMinuteRestsEachHour() {
        pass(10, 0);
        for (int i = 0; i < 24 * 60; i++) {
            pass(1, 600);
            pass(59, 0);
        }
        assertEquals(1 + 1 + 23, rests); // the second after five minutes, while it was not yet busy
        pass(7_200, 10);
        assertEquals(25, rests, "no moment without a packet");
    }

    @Test
    void oftenBusyRestsSeldom() {
        pass(10, 0);
        for (int i = 0; i < 36; i++) { // an hour of bursts
            pass(20, 1_000);
            pass(80, 0);
        }
        assertEquals(7, rests); // one at ten seconds, then one in ten minutes
    }

    @Test
    void aFewCallsAreNoBusyTimeAndLeaveSomethingAllTheSame() {
        pass(300, 0);
        assertEquals(2, rests);
        pass(1, Rest.BUSY_MIN - 1);
        pass(598, 0);
        assertEquals(2, rests);
        pass(1, 0);
        assertEquals(3, rests);
        pass(86_400, 0);
        assertEquals(4, rests); // once more, twenty minutes after the start
    }

    @Test
    void aCallNowAndThenRestsOnceInTenMinutes() {
        pass(300, 0);
        for (int i = 0; i < 60; i++) { // an hour
            pass(1, 1);
            pass(59, 0);
        }
        assertEquals(2 + 6, rests);
    }

    @Test
    void oneCallAfterAnotherPutsTheSecondRestOffByMoments() {
        pass(10, 0);
        pass(300, 10);
        assertEquals(1, rests);
        pass(1, 0);
        assertEquals(2, rests);
    }
}
