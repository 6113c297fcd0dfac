package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The clocks that the kernel's records are stamped with.
 *
 * @param monotonic nanoseconds of CLOCK_MONOTONIC, of perf records
 * @param epoch CLOCK_REALTIME, of packets: nanoseconds since 1970-01-01T00:00:00Z
 * @param boot CLOCK_BOOTTIME, of the start times in /proc: it runs on while the machine sleeps
 */
public record KernelClock(LongSupplier monotonic, LongSupplier epoch, LongSupplier boot) {
    /** A reading is taken again until the clocks on both sides of it are this near, or the tries are spent. */
    private static final long BRACKET_NANOS = 2_000;

    private static final int TRIES_MAX = 5;

    private static final int TIMEX_BYTES = 208;
    private static final int TIMEX_STATUS = 40;
    private static final int STA_UNSYNC = 0x40;

    /** The system's clocks. */
    public static KernelClock system() {
        // HotSpot's nanoTime is CLOCK_MONOTONIC on Linux, but nothing promises it: the difference is measured once.
        long offsetNanos = offset(() -> read(LibC.CLOCK_MONOTONIC), System::nanoTime);
        LongSupplier steady =
                Math.abs(offsetNanos) < 1_000_000 ? System::nanoTime : () -> System.nanoTime() + offsetNanos;
        return new KernelClock(steady, KernelClock::epochNow, () -> read(LibC.CLOCK_BOOTTIME));
    }

    /** CLOCK_MONOTONIC now. */
    public long monotonicNanos() {
        return monotonic.getAsLong();
    }

    /** What to add to CLOCK_MONOTONIC to get time since 1970; changes when the clock is set. */
    public long epochMinusMonotonicNanos() {
        return offset(epoch, monotonic);
    }

    /** What to add to CLOCK_BOOTTIME to get time since 1970. */
    public long epochMinusBootNanos() {
        return offset(epoch, boot);
    }

    /** {@code a - b}, read so closely together that a thread put to sleep in between does not count. */
    private static long offset(LongSupplier a, LongSupplier b) {
        long best = 0;
        long bestBracket = Long.MAX_VALUE;
        for (int i = 0; i < TRIES_MAX && bestBracket > BRACKET_NANOS; i++) {
            long before = b.getAsLong();
            long middle = a.getAsLong();
            long after = b.getAsLong();
            if (after - before < bestBracket) {
                bestBracket = after - before;
                best = middle - (before + (after - before) / 2);
            }
        }
        return best;
    }

    /**
     * Whether something keeps the system's clock right, as the kernel was told (adjtimex(2)); true where the kernel does not say. Changes nothing.
     *
     * <pre>
     * struct timex (linux/timex.h), 208 bytes; all zero: no mode, so that nothing is set
     * 0: u32 modes | 8: s64 offset | 16: s64 freq | 24: s64 maxerror | 32: s64 esterror | 40: s32 status, 0x40 STA_UNSYNC | …
     * </pre>
     */
    public static boolean isSynchronised() {
        byte[] timex = new byte[TIMEX_BYTES];
        int state = LibC.adjtimex(timex);
        int status = ByteBuffer.wrap(timex).order(ByteOrder.nativeOrder()).getInt(TIMEX_STATUS);
        return state < 0 || (status & STA_UNSYNC) == 0;
    }

    private static long epochNow() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private static long read(int clock) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        RawCalls.clock_gettime(clock, scratch.dataAddress);
        ByteBuffer in = scratch.data;
        return in.getLong(0) * 1_000_000_000L + in.getLong(8);
    }
}
