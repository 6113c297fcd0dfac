package io.imdsight.publish.cloudwatch;

import java.util.List;

/**
 * One count of one minute, as CloudWatch takes it. Points of the same metric, dimensions and minute add up there.
 *
 * @param metric the metric's name
 * @param dimensions in order; empty for the fleet-wide metric
 * @param minute whole minutes since 1970-01-01T00:00Z: the minute in which the calls happened
 * @param count 0 or above
 */
public record Point(String metric, List<Dimension> dimensions, long minute, long count) {
    public Point {
        dimensions = List.copyOf(dimensions);
    }
}
