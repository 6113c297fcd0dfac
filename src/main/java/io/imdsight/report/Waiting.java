package io.imdsight.report;

import java.util.List;

/**
 * Paths that answer 404 until something happens: the interruption of a spot instance, a scheduled maintenance, the end of an instance in its group.
 * Who asks for them without a token is not served, and still loses something when tokens are required.
 */
final class Waiting {
    private static final List<String> PATHS = List.of(
            "/meta-data/spot/instance-action",
            "/meta-data/spot/termination-time",
            "/meta-data/events/recommendations/rebalance",
            "/meta-data/events/maintenance/",
            "/meta-data/autoscaling/target-lifecycle-state");

    private Waiting() {}

    static boolean waits(List<String> paths) {
        return paths.stream().anyMatch(p -> PATHS.stream().anyMatch(p::contains));
    }
}
