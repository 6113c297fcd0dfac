package io.imdsight.publish.cloudwatch;

import java.io.Closeable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.GetMetricDataResponse;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataResult;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.ScanBy;
import software.amazon.awssdk.services.cloudwatch.model.StatusCode;

/** Reads sums by GetMetricData. Reading can be repeated, so here the SDK may: six tries, with its own waits. */
final class SdkSource implements MetricSource, Closeable {
    private static final int TRIES_MAX = 6;

    /** A page has up to 100,800 values; CloudWatch may give fewer, but not for ever. */
    private static final int PAGES_MAX = 1000;

    private static final int MINUTE_SECONDS = 60;

    private final String namespace;
    private final CloudWatchClient client;

    private SdkSource(String namespace, CloudWatchClient client) {
        this.namespace = namespace;
        this.client = client;
    }

    /** Opens a client; nothing is sent yet. */
    static SdkSource open(Target target) {
        return new SdkSource(
                target.namespace(),
                SdkCalls.client(
                        target,
                        AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .maxAttempts(TRIES_MAX)
                                .build()));
    }

    @Override
    public MetricAnswer read(MetricQuery query) {
        List<MetricAnswer.Value> out = new ArrayList<>();
        try {
            for (int span = 0; span < query.spans().size(); span++) {
                PutOutcome outcome = read(query, span, out);
                if (outcome.kind() != PutOutcome.Kind.ACCEPTED) {
                    return MetricAnswer.failed(outcome);
                }
            }
        } catch (SdkException e) {
            return MetricAnswer.failed(SdkCalls.outcome(e));
        }
        return new MetricAnswer(PutOutcome.ACCEPTED, out);
    }

    private PutOutcome read(MetricQuery query, int span, List<MetricAnswer.Value> out) {
        MetricQuery.Span s = query.spans().get(span);
        List<MetricDataQuery> queries = new ArrayList<>();
        for (int i = 0; i < query.metrics().size(); i++) {
            queries.add(query("m" + i, query.metrics().get(i), query.instanceId(), s.periodMinutes()));
        }
        String token = null;
        for (int page = 0; page < PAGES_MAX; page++) {
            GetMetricDataResponse answer = client.getMetricData(GetMetricDataRequest.builder()
                    .metricDataQueries(queries)
                    .startTime(Instant.ofEpochSecond(s.fromMinute() * MINUTE_SECONDS))
                    .endTime(Instant.ofEpochSecond(s.toMinute() * MINUTE_SECONDS))
                    .scanBy(ScanBy.TIMESTAMP_ASCENDING)
                    .nextToken(token)
                    .build());
            token = answer.nextToken();
            for (MetricDataResult r : answer.metricDataResults()) {
                boolean cutShort = token == null && r.statusCode() != StatusCode.COMPLETE;
                if (cutShort || r.statusCode() == StatusCode.INTERNAL_ERROR) {
                    return new PutOutcome(
                            PutOutcome.Kind.UNAVAILABLE, "an answer that is not complete, " + r.statusCodeAsString());
                }
                take(r, span, out);
            }
            if (token == null) {
                return PutOutcome.ACCEPTED;
            }
        }
        return new PutOutcome(PutOutcome.Kind.UNAVAILABLE, "more than " + PAGES_MAX + " pages");
    }

    private static void take(MetricDataResult r, int span, List<MetricAnswer.Value> out) {
        int metric = Integer.parseInt(r.id().substring(1));
        for (int i = 0; i < r.timestamps().size(); i++) {
            long minute = Math.floorDiv(r.timestamps().get(i).getEpochSecond(), MINUTE_SECONDS);
            out.add(new MetricAnswer.Value(metric, span, minute, r.values().get(i)));
        }
    }

    private MetricDataQuery query(String id, String metric, String instanceId, int periodMinutes) {
        Metric what = Metric.builder()
                .namespace(namespace)
                .metricName(metric)
                .dimensions(software.amazon.awssdk.services.cloudwatch.model.Dimension.builder()
                        .name("InstanceId")
                        .value(instanceId)
                        .build())
                .build();
        return MetricDataQuery.builder()
                .id(id)
                .metricStat(MetricStat.builder()
                        .metric(what)
                        .period(periodMinutes * MINUTE_SECONDS)
                        .stat("Sum")
                        .build())
                .returnData(true)
                .build();
    }

    @Override
    public void close() {
        client.close();
    }
}
