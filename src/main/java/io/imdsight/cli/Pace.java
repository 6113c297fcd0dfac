package io.imdsight.cli;

import java.util.function.LongSupplier;

/**
 * When a thread looks again that looks at regular intervals: each second while there is something to do, and where there has been nothing for half a
 * minute, every five. All wake at the wall clock's full seconds, so that an idle machine's processor wakes once for all of them.
 *
 * <p>One thread waits; any may {@link #stir} and {@link #end}.
 */
final class Pace {
    static final long BUSY_MILLIS = 1_000;

    /** Half of what a capture may be silent before it counts as standing still, see {@link Vigil#CAPTURE_NANOS_MAX}. */
    static final long CALM_MILLIS = 5_000;

    static final long CALM_AFTER_NANOS = 30_000_000_000L;

    private final long busyMillis;
    private final long calmMillis;
    private final LongSupplier monotonicNanos;
    private volatile long stirredNanos;
    private volatile boolean resting;
    private boolean ended;

    Pace() {
        this(BUSY_MILLIS, CALM_MILLIS, System::nanoTime);
    }

    Pace(long busyMillis, long calmMillis, LongSupplier monotonicNanos) {
        this.busyMillis = busyMillis;
        this.calmMillis = calmMillis;
        this.monotonicNanos = monotonicNanos;
        this.stirredNanos = monotonicNanos.getAsLong();
    }

    /** There is something to do: from now on each second. Costs a look at the clock. */
    void stir() {
        stirredNanos = monotonicNanos.getAsLong();
        if (resting) {
            synchronized (this) {
                resting = false;
                notifyAll();
            }
        }
    }

    /** The interval that holds now. */
    long millis() {
        return monotonicNanos.getAsLong() - stirredNanos < CALM_AFTER_NANOS ? busyMillis : calmMillis;
    }

    /** Waits until it is time to look again; true where {@link #end} was called. */
    synchronized boolean await() throws InterruptedException {
        long interval = millis();
        resting = interval > busyMillis;
        boolean rests = resting;
        long untilNanos = System.nanoTime() + untilNext(interval);
        for (long left = untilNanos - System.nanoTime(); !ended && left > 0; left = untilNanos - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
            if (rests && !resting) {
                rests = false;
                untilNanos = System.nanoTime() + untilNext(busyMillis);
            }
        }
        resting = false;
        return ended;
    }

    private static long untilNext(long intervalMillis) {
        return (intervalMillis - System.currentTimeMillis() % intervalMillis) * 1_000_000;
    }

    /** Nobody waits any more. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}
