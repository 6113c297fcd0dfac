package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.attribute.AttributorCounts;
import io.imdsight.attribute.AttributorState;
import io.imdsight.attribute.Witness;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drops;
import io.imdsight.model.LinkUse;
import io.imdsight.publish.Totals;
import java.util.ArrayList;
import java.util.List;

/** What a {@link LivePipeline} does and has seen, for any thread at any time. */
final class PipelineState {
    private final Captures captures;
    private final Attributor attributor;
    private final SightingThread sightings;
    private final SightingQueue queue;
    private final Counts counts;
    private final Drops drops;
    private final Activity activity;

    PipelineState(
            Captures captures,
            Attributor attributor,
            SightingThread sightings,
            SightingQueue queue,
            Counts counts,
            Drops drops,
            Activity activity) {
        this.captures = captures;
        this.attributor = attributor;
        this.sightings = sightings;
        this.queue = queue;
        this.counts = counts;
        this.drops = drops;
        this.activity = activity;
    }

    /** Sentences on what is captured, how callers are found, and what is missing for that. */
    List<String> description() {
        List<String> out = new ArrayList<>();
        out.add(captures.description());
        AttributorState state = attributor.state();
        if (state.probeUp()) {
            out.add("callers are named by the kernel's connect probe"
                    + (state.probeDetour() == null ? "" : " (" + state.probeDetour() + ")")
                    + (state.socketTableUp() ? ", then by the socket table" : ""));
            if (!state.copyUp()) {
                out.add(state.copyProblem());
            } else if (!state.sendUp()) {
                out.add(state.sendProblem());
            }
        } else {
            out.add(state.probeProblem());
        }
        if (!state.socketTableUp()) {
            out.add(state.socketTableProblem());
        }
        if (state.probeUp() && state.translatorProblem() != null) {
            out.add(state.translatorProblem());
        }
        return out;
    }

    /**
     * Whether connects made in a network namespace pass a capture: inside it, or on the way out of it.
     *
     * @param inode the number of the namespace's link, as {@code net:[4026531833]}
     */
    boolean coversNamespace(long inode) {
        return captures.covers(inode);
    }

    /** What was counted so far, at one moment. */
    Totals totals() {
        return counts.totals(connections(), drops);
    }

    /** What the witness has found so far; nothing where there is none. */
    ConnectionCounts connections() {
        Witness witness = attributor.witness();
        return witness == null ? ConnectionCounts.NONE : witness.total();
    }

    /** When the capture that is furthest behind last made progress, on the clock of {@link System#nanoTime}. */
    long progressNanos() {
        long now = System.nanoTime();
        return now
                + captures.live().mapToLong(c -> c.progressNanos() - now).min().orElse(0);
    }

    /** How long an interface has not been captured that should be, and could; 0 where there is none. */
    long uncapturedNanos() {
        return captures.uncapturedNanos();
    }

    /** Whether any capture is open. */
    boolean isCapturing() {
        return captures.live().findAny().isPresent();
    }

    /** Packets that were read, by captures that have been closed, too. */
    long packets() {
        return activity.packets().sum();
    }

    /** Packets that were read and connects that the probe told of, together. */
    long activity() {
        return activity.sum();
    }

    /** What went over the machine's own interfaces, to the service and back. */
    List<LinkUse> use() {
        return captures.use();
    }

    /** How many events were attributed, or were found to need no attribution. */
    long handled() {
        return sightings.handled();
    }

    /** Memory of what waits to be attributed. */
    long queueBytes() {
        return queue.bytes();
    }

    AttributorState attribution() {
        return attributor.state();
    }

    AttributorCounts attributionCounts() {
        return attributor.counts();
    }
}
