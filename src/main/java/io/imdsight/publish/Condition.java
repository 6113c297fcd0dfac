package io.imdsight.publish;

import java.util.Map;

/**
 * How the agent is.
 *
 * @param capturing whether every capture is up and has made progress lately
 * @param sightings whether requests are being attributed and handed on: false where that has stood still for long
 * @param probe whether the kernel's connect probe runs
 * @param socketTable whether sockets can be looked up
 * @param sinceNanos since when {@code capturing} has been what it is, nanoseconds since 1970-01-01T00:00:00Z
 * @param startedNanos when the agent started
 * @param progressNanos when the capture last showed progress; with several, the one that is furthest behind
 * @param queueBytes what waits to be attributed
 * @param packets packets that the captures read
 * @param publishing each way out that is switched on, the ledger among them, by name, with whether it works
 */
public record Condition(
        boolean capturing,
        boolean sightings,
        boolean probe,
        boolean socketTable,
        long sinceNanos,
        long startedNanos,
        long progressNanos,
        long queueBytes,
        long packets,
        Map<String, Boolean> publishing) {
    public Condition {
        publishing = Map.copyOf(publishing);
    }

    /** Whether what it counts can be relied on. A missing probe costs names, not counts. */
    public boolean healthy() {
        return capturing && sightings;
    }
}
