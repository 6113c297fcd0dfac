package io.imdsight.decode;

/**
 * The time by which connections age: that of the packets, but for jumps. Packets carry the machine's clock, and it may be set, by an hour or by years:
 * no request has waited for its answer because of that, and none waits for an hour longer.
 */
final class PacketTime {
    /**
     * From one packet, or tick of a capture without packets, to the next on a machine that captures: more is a clock that was set, or a machine that
     * stood still. Interfaces share a decoder, and one may lag behind by what its ring holds: some seconds. Less than an answer is waited for.
     */
    static final long LIVE_JUMP_NANOS = 10_000_000_000L;

    /** Packets of a file were captured at any time. */
    static final long NO_JUMP_NANOS = Long.MAX_VALUE;

    private final long jumpNanosMin;
    private long setByNanos;
    private long lastNanos;
    private boolean begun;

    PacketTime(long jumpNanosMin) {
        this.jumpNanosMin = jumpNanosMin;
    }

    /** A packet of that time; returns {@link #nowNanos}. */
    long at(long timestampNanos) {
        long step = timestampNanos - lastNanos;
        if (begun && jumpNanosMin != NO_JUMP_NANOS && Math.abs(step) >= jumpNanosMin) {
            setByNanos += step;
        }
        begun = true;
        lastNanos = timestampNanos;
        return nowNanos();
    }

    /** Now, to be compared with earlier values of itself only. */
    long nowNanos() {
        return lastNanos - setByNanos;
    }
}
