package io.imdsight.cli;

import io.imdsight.publish.cloudwatch.MetricAnswer;
import io.imdsight.publish.cloudwatch.MetricQuery;
import io.imdsight.publish.cloudwatch.MetricQuery.Span;
import io.imdsight.publish.cloudwatch.MetricSource;
import io.imdsight.publish.cloudwatch.PutOutcome;
import io.imdsight.report.reconcile.AwsMetric;
import io.imdsight.report.reconcile.AwsPoint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * AWS's counts, as fine as CloudWatch still has them.
 *
 * @param points by the minute or by five, of the window and its edges
 * @param hours by the hour, of all the time that is looked back
 */
record AwsReading(List<AwsPoint> points, List<AwsPoint> hours) {
    /** What AWS publishes about an instance; nobody else can write there. */
    static final String NAMESPACE = "AWS/EC2";

    /** How to be allowed to read it. */
    static final String REMEDY =
            "allow cloudwatch:GetMetricData on * to the instance's role or the credentials in use, see docs/reconcile.md";

    private static final int BASIC_MINUTES = 5;
    private static final int HOUR_MINUTES = 60;

    /** CloudWatch has sums by the minute for 15 days (API reference, GetMetricData); less an hour for the time until it answers. */
    private static final long FINE_MINUTES = 15 * 24 * HOUR_MINUTES - HOUR_MINUTES;

    /**
     * Reads.
     *
     * @param nowMinute the minute that is running
     * @param historyMinutes how far back the hours go
     * @throws Failure where CloudWatch gives nothing
     */
    static AwsReading read(
            MetricSource source,
            String instanceId,
            long fromMinute,
            long toMinute,
            long nowMinute,
            long historyMinutes) {
        List<Span> spans = new ArrayList<>();
        long fine = down(nowMinute - FINE_MINUTES, BASIC_MINUTES);
        if (fromMinute < fine) {
            spans.add(new Span(
                    down(fromMinute, BASIC_MINUTES), Math.min(fine, down(toMinute, BASIC_MINUTES)), BASIC_MINUTES));
        }
        if (toMinute > fine) {
            spans.add(new Span(Math.max(fine, fromMinute), toMinute, 1));
        }
        spans.add(
                new Span(down(nowMinute - historyMinutes, HOUR_MINUTES), down(nowMinute, HOUR_MINUTES), HOUR_MINUTES));
        List<String> metrics =
                Arrays.stream(AwsMetric.values()).map(AwsMetric::label).toList();
        MetricAnswer answer = source.read(new MetricQuery(instanceId, metrics, spans));
        if (answer.outcome().kind() != PutOutcome.Kind.ACCEPTED) {
            throw failure(answer.outcome());
        }
        return sort(answer.values(), spans);
    }

    static Failure failure(PutOutcome outcome) {
        String what = "cannot read AWS's metrics: " + outcome.reason();
        return switch (outcome.kind()) {
            case NOT_ALLOWED -> new Failure(ExitStatus.NOT_PERMITTED, what + "; " + REMEDY);
            case THROTTLED -> new Failure(ExitStatus.UNAVAILABLE, what + "; try again in some minutes");
            default ->
                new Failure(
                        ExitStatus.UNAVAILABLE,
                        what + "; check the way to CloudWatch, --cloudwatch-region and --cloudwatch-endpoint");
        };
    }

    private static AwsReading sort(List<MetricAnswer.Value> values, List<Span> spans) {
        List<AwsPoint> points = new ArrayList<>();
        List<AwsPoint> hours = new ArrayList<>();
        Map<AwsMetric, NavigableMap<Long, Long>> minutes = new EnumMap<>(AwsMetric.class);
        for (MetricAnswer.Value v : values) {
            AwsMetric metric = AwsMetric.values()[v.metric()];
            int period = spans.get(v.span()).periodMinutes();
            long count = Math.round(v.sum());
            switch (period) {
                case 1 -> minutes.computeIfAbsent(metric, m -> new TreeMap<>()).merge(v.minute(), count, Long::sum);
                case BASIC_MINUTES -> points.add(new AwsPoint(metric, v.minute(), period, count));
                default -> hours.add(new AwsPoint(metric, v.minute(), period, count));
            }
        }
        minutes.forEach((metric, sums) -> points.addAll(AwsPoint.ofMinutes(metric, sums)));
        return new AwsReading(points, hours);
    }

    private static long down(long minute, int to) {
        return minute - Math.floorMod(minute, to);
    }
}
