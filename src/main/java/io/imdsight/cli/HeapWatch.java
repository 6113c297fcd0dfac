package io.imdsight.cli;

import java.util.function.LongSupplier;

/**
 * Keeps garbage from staying on a heap that could still grow: the serial collector enlarges its old part up to {@code -Xmx} before it collects it. One
 * thread, at a {@link Pace}.
 */
final class HeapWatch {
    /** Less is not worth a collection of the whole heap. */
    static final long GROWTH_BYTES_MIN = 8 * 1024 * 1024;

    /** Collections take no more than one part in so many of the time, whatever fills the heap. */
    private static final long PARTS = 50;

    private final LongSupplier usedBytes;
    private final Runnable collect;
    private final LongSupplier monotonicNanos;
    private long aliveBytes = Long.MAX_VALUE;
    private boolean collected;
    private long notBeforeNanos;

    HeapWatch(LongSupplier usedBytes, Runnable collect, LongSupplier monotonicNanos) {
        this.usedBytes = usedBytes;
        this.collect = collect;
        this.monotonicNanos = monotonicNanos;
    }

    /** Of the whole heap. */
    static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** A look at how much the heap has grown since it was last collected, by whomever. */
    void step() {
        long used = usedBytes.getAsLong();
        aliveBytes = Math.min(aliveBytes, used);
        long begun = monotonicNanos.getAsLong();
        if (used - aliveBytes < Math.max(GROWTH_BYTES_MIN, aliveBytes / 2) || collected && begun - notBeforeNanos < 0) {
            return;
        }
        collect.run();
        long ended = monotonicNanos.getAsLong();
        collected = true;
        notBeforeNanos = ended + PARTS * (ended - begun);
        aliveBytes = usedBytes.getAsLong();
    }
}
