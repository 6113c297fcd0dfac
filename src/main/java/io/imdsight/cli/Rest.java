package io.imdsight.cli;

import java.util.function.LongSupplier;

/**
 * Gives back the memory that starting, or a busy time, has left behind, once it is calm: garbage, what the C library keeps, code that only starting
 * needs. Figures: docs/performance.md. One thread, at a {@link Pace}.
 */
final class Rest {
    /** By then everything has run once that runs again and again. */
    static final long AFTER_START_NANOS = 10_000_000_000L;

    /** And once more when hardly anything is compiled any more, and who scrapes or publishes has done it once. */
    static final long SETTLED_NANOS = 300_000_000_000L;

    /** A collection of the whole heap takes some 20 ms: once in ten minutes is nothing. */
    static final long APART_NANOS = 600_000_000_000L;

    /** Calm is a time without a call for so long; the tables forget what has ended after a minute. */
    static final long CALM_NANOS = 75_000_000_000L;

    /** What fewer packets leave behind is not worth it: some five hundred calls. */
    static final long PACKETS_MIN = 5_000;

    private final LongSupplier packets;
    private final Runnable giveBack;
    private final long startedNanos;
    private boolean started;
    private boolean settled;
    private long restedNanos;
    private long packetsAtRest;
    private long packetsSeen;
    private long seenNanos;

    /**
     * @param packets how many were read so far
     */
    Rest(LongSupplier packets, Runnable giveBack, long nowNanos) {
        this.packets = packets;
        this.giveBack = giveBack;
        this.startedNanos = nowNanos;
    }

    /** A look at whether it is time. */
    void step(long nowNanos) {
        long now = packets.getAsLong();
        if (now != packetsSeen) {
            packetsSeen = now;
            seenNanos = nowNanos;
        }
        if (!started) {
            if (nowNanos - startedNanos >= AFTER_START_NANOS) {
                started = true;
                rest(nowNanos);
            }
        } else if (!settled
                && nowNanos - startedNanos >= SETTLED_NANOS
                && packetsSeen - packetsAtRest < PACKETS_MIN
                && nowNanos != seenNanos) {
            rest(nowNanos);
        } else if (packetsSeen - packetsAtRest >= PACKETS_MIN
                && nowNanos - seenNanos >= CALM_NANOS
                && nowNanos - restedNanos >= APART_NANOS) {
            rest(nowNanos);
        }
    }

    private void rest(long nowNanos) {
        restedNanos = nowNanos;
        settled = nowNanos - startedNanos >= SETTLED_NANOS;
        packetsAtRest = packetsSeen;
        giveBack.run();
    }
}
