package io.imdsight.publish.cloudwatch;

import java.util.List;

/**
 * Sums that are wanted from CloudWatch.
 *
 * @param instanceId the dimension {@code InstanceId}
 * @param metrics their names
 * @param spans when
 */
public record MetricQuery(String instanceId, List<String> metrics, List<Span> spans) {
    public MetricQuery {
        metrics = List.copyOf(metrics);
        spans = List.copyOf(spans);
    }

    /**
     * A stretch of time.
     *
     * @param fromMinute included; whole minutes since 1970-01-01T00:00Z, divisible by {@code periodMinutes}
     * @param toMinute excluded
     * @param periodMinutes what a sum covers: CloudWatch has 1 for 15 days, 5 for 63, 60 for 455
     */
    public record Span(long fromMinute, long toMinute, int periodMinutes) {}
}
