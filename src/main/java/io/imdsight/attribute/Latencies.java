package io.imdsight.attribute;

/**
 * How long something took, as a distribution: buckets whose width is an eighth of what they hold, so that a percentile is at most 12 % too high and
 * never too low. An add is an increment. Used by one thread.
 *
 * <pre>
 * microseconds 0 … 15: a bucket each; from there on eight to each doubling
 * </pre>
 */
final class Latencies {
    private static final int SUB_BITS = 3;

    /** Up to 2^35 µs, some nine hours. */
    private static final int BUCKETS = (36 - SUB_BITS) << SUB_BITS;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long maxMicros;

    /**
     * Adds one.
     *
     * @param nanos below zero counts as zero: two clocks were read
     */
    void add(long nanos) {
        long micros = Math.max(nanos, 0) / 1_000;
        counts[bucket(micros)]++;
        count++;
        maxMicros = Math.max(maxMicros, micros);
    }

    /**
     * What so many of a thousand did not exceed, in microseconds.
     *
     * @param perMille 500 for the median
     * @return 0 where there are none
     */
    long micros(int perMille) {
        long wanted = Math.max((count * perMille + 999) / 1000, 1);
        long seen = 0;
        for (int i = 0; i < BUCKETS && count > 0; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return Math.min(last(i), maxMicros);
            }
        }
        return 0;
    }

    long maxMicros() {
        return maxMicros;
    }

    static int bucket(long micros) {
        int doublings = Math.max(Long.SIZE - Long.numberOfLeadingZeros(micros) - SUB_BITS - 1, 0);
        return (int) Math.min((long) (doublings << SUB_BITS) + (micros >>> doublings), BUCKETS - 1);
    }

    /** The greatest value of a bucket. */
    static long last(int bucket) {
        int doublings = Math.max((bucket >>> SUB_BITS) - 1, 0);
        long first = bucket - ((long) doublings << SUB_BITS);
        return ((first + 1) << doublings) - 1;
    }
}
