package io.imdsight.cli;

import java.util.function.LongSupplier;

/**
 * Gives back the memory that starting, or a busy time, has left behind, once it is calm: garbage, what the C library keeps, code that only starting
 * needs. Figures: docs/performance.md. One thread, at a {@link Pace}.
 */
final class Rest {
    /** By then everything has run once that runs again and again. */
    static final long AFTER_START_NANOS = 10_000_000_000L;

    /**
     * And again when starting is over and who scrapes or publishes has done it once; and when what an idle agent does each five seconds has been
     * compiled, after the two hundredth time: that leaves 5 MiB with the C library.
     */
    static final long[] SETTLED_NANOS = {300_000_000_000L, 1_200_000_000_000L};

    /** A collection of the whole heap takes some 20 ms: once in ten minutes is nothing. Even one call leaves megabytes: its code is compiled. */
    static final long APART_NANOS = 600_000_000_000L;

    /** After a busy time it is calm once nothing has come for so long; the tables forget what has ended after a minute. */
    static final long CALM_NANOS = 75_000_000_000L;

    /** Where it is never calm for so long, for something calls each minute, a pause will do once the last time was so long ago. */
    static final long OVERDUE_NANOS = 6 * APART_NANOS;

    private static final long PAUSE_NANOS = 5_000_000_000L;

    /** Fewer packets and connects were no busy time, some five hundred calls: a moment without one will do. */
    static final long BUSY_MIN = 5_000;

    private final LongSupplier activity;
    private final Runnable giveBack;
    private final long startedNanos;
    private boolean started;
    private int settled;
    private long restedNanos;
    private long activityAtRest;
    private long activitySeen;
    private long seenNanos;

    /**
     * @param activity how many packets and connects there were so far
     */
    Rest(LongSupplier activity, Runnable giveBack, long nowNanos) {
        this.activity = activity;
        this.giveBack = giveBack;
        this.startedNanos = nowNanos;
    }

    /** A look at whether it is time. */
    void step(long nowNanos) {
        long now = activity.getAsLong();
        if (now != activitySeen) {
            activitySeen = now;
            seenNanos = nowNanos;
        }
        if (!started) {
            if (nowNanos - startedNanos >= AFTER_START_NANOS) {
                started = true;
                rest(nowNanos);
            }
        } else if (isDue(nowNanos) && isCalm(nowNanos)) {
            rest(nowNanos);
        }
    }

    private boolean isDue(long nowNanos) {
        boolean apart = nowNanos - restedNanos >= APART_NANOS;
        boolean settles = settled < SETTLED_NANOS.length && nowNanos - startedNanos >= SETTLED_NANOS[settled];
        return isBusy() ? apart : settles || apart && activitySeen != activityAtRest;
    }

    private boolean isCalm(long nowNanos) {
        if (!isBusy()) {
            return nowNanos != seenNanos;
        }
        long calm = nowNanos - restedNanos >= OVERDUE_NANOS ? PAUSE_NANOS : CALM_NANOS;
        return nowNanos - seenNanos >= calm;
    }

    private boolean isBusy() {
        return activitySeen - activityAtRest >= BUSY_MIN;
    }

    private void rest(long nowNanos) {
        restedNanos = nowNanos;
        while (settled < SETTLED_NANOS.length && nowNanos - startedNanos >= SETTLED_NANOS[settled]) {
            settled++;
        }
        activityAtRest = activitySeen;
        giveBack.run();
    }
}
