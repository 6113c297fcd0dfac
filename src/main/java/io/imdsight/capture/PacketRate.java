package io.imdsight.capture;

/** Counts packets by the second. One thread counts, any reads. */
final class PacketRate {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private long second = Long.MIN_VALUE;
    private long inSecond;
    private long all;
    private volatile long packets;
    private volatile long peak;
    private volatile long peakSecond;

    /** A packet of this time, nanoseconds since 1970. One that comes late, from another CPU, counts for the second that has begun. */
    void packet(long nanos) {
        long of = Math.floorDiv(nanos, NANOS_PER_SECOND);
        if (of > second) {
            second = of;
            inSecond = 0;
        }
        packets = ++all;
        if (++inSecond > peak) {
            peakSecond = second;
            peak = inSecond;
        }
    }

    long packets() {
        return packets;
    }

    long peak() {
        return peak;
    }

    /** Where the peak was; 0 where there was no packet. */
    long peakNanos() {
        return peakSecond * NANOS_PER_SECOND;
    }
}
