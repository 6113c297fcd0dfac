package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void everyBucketEndsWhereTheNextBegins() {
        for (int i = 0; i < 200; i++) {
            assertEquals(i, Latencies.bucket(Latencies.last(i)), "bucket " + i);
            assertEquals(i + 1, Latencies.bucket(Latencies.last(i) + 1), "bucket " + i);
        }
    }

    @Test
    void aPercentileIsNeverTooLowAndAtMostAnEighthTooHigh() {
        Random random = new Random(7);
        long[] micros = new long[10_000];
        Latencies latencies = new Latencies();
        for (int i = 0; i < micros.length; i++) {
            micros[i] = (long) Math.exp(random.nextDouble() * 16);
            latencies.add(micros[i] * 1_000 + random.nextInt(1_000));
        }
        Arrays.sort(micros);
        for (int perMille : new int[] {1, 10, 500, 900, 990, 999, 1000}) {
            long exact = micros[perMille * micros.length / 1000 - 1];
            long said = latencies.micros(perMille);
            assertTrue(exact <= said && said <= exact + exact / 8 + 1, perMille + ": " + exact + " said as " + said);
        }
        assertEquals(micros[micros.length - 1], latencies.maxMicros());
    }

    @Test
    void noneAreZeroAndWhatIsBeyondTheLastBucketIsInIt() {
        Latencies latencies = new Latencies();
        assertEquals(0, latencies.micros(500));
        latencies.add(-5);
        assertEquals(0, latencies.micros(500));
        latencies.add(Long.MAX_VALUE);
        assertEquals(Long.MAX_VALUE / 1_000, latencies.maxMicros());
        assertTrue(latencies.micros(1000) > 1_000_000_000L);
    }
}
