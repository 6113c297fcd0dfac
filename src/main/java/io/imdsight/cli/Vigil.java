package io.imdsight.cli;

import io.imdsight.publish.Condition;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Watches whether the capture makes progress, and whether what it reads is attributed. Looked at by the scrape endpoint, the feed and the service
 * manager's watchdog.
 */
final class Vigil {
    /** The capture renews its sign of life every five seconds at the least; a machine under load may be late by seconds. */
    static final long CAPTURE_NANOS_MAX = 10_000_000_000L;

    /** Requests may wait for callers, and for a slow reader of the output; so long nothing waits that will ever go on. */
    static final long SIGHTINGS_NANOS_MAX = 120_000_000_000L;

    private final Pulse pulse;
    private final LongSupplier epochNanos;
    private final LongSupplier monotonicNanos;
    private final long startedNanos;
    private boolean capturing = true;
    private long sinceNanos;
    private long handled = -1;
    private long handledAtNanos;

    /** What is watched: the pipeline, in the agent. */
    interface Pulse {
        /** See {@link PipelineState#progressNanos}. */
        long progressNanos();

        /** See {@link PipelineState#uncapturedNanos}. */
        long uncapturedNanos();

        /** See {@link PipelineState#handled}. */
        long handled();

        /** See {@link PipelineState#queueBytes}. */
        long queueBytes();

        /** See {@link PipelineState#packets}. */
        long packets();

        /** Whether the connect probe runs. */
        boolean probe();

        /** Whether sockets can be looked up. */
        boolean socketTable();
    }

    Vigil(Pulse pulse, LongSupplier epochNanos, LongSupplier monotonicNanos) {
        this.pulse = pulse;
        this.epochNanos = epochNanos;
        this.monotonicNanos = monotonicNanos;
        this.startedNanos = epochNanos.getAsLong();
        this.sinceNanos = startedNanos;
    }

    /**
     * How it is now.
     *
     * @param publishing the ways out, with whether each works
     */
    synchronized Condition look(Map<String, Boolean> publishing) {
        long now = monotonicNanos.getAsLong();
        long behind = now - pulse.progressNanos();
        boolean capturingNow = behind < CAPTURE_NANOS_MAX && pulse.uncapturedNanos() < CAPTURE_NANOS_MAX;
        if (capturingNow != capturing) {
            capturing = capturingNow;
            sinceNanos = epochNanos.getAsLong();
        }
        if (pulse.handled() != handled || pulse.queueBytes() == 0) {
            handled = pulse.handled();
            handledAtNanos = now;
        }
        return new Condition(
                capturing,
                now - handledAtNanos < SIGHTINGS_NANOS_MAX,
                pulse.probe(),
                pulse.socketTable(),
                sinceNanos,
                startedNanos,
                epochNanos.getAsLong() - Math.max(0, behind),
                pulse.queueBytes(),
                pulse.packets(),
                publishing);
    }
}
