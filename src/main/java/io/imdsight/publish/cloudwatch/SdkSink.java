package io.imdsight.publish.cloudwatch;

import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;

/**
 * The AWS SDK. One call is one request on the wire: PutMetricData is not idempotent, so only the publisher may decide to say something
 * twice, and neither the SDK nor the platform's HTTP client.
 */
final class SdkSink implements MetricSink {
    private final String namespace;
    private final CloudWatchClient client;

    private SdkSink(String namespace, CloudWatchClient client) {
        this.namespace = namespace;
        this.client = client;
    }

    /** Opens a client; nothing is sent yet. */
    static SdkSink open(Target target) {
        return new SdkSink(target.namespace(), SdkCalls.client(target, AwsRetryStrategy.doNotRetry()));
    }

    @Override
    public PutOutcome put(List<Point> points) {
        try {
            client.putMetricData(PutMetricDataRequest.builder()
                    .namespace(namespace)
                    .metricData(points.stream().map(SdkSink::datum).toList())
                    .build());
            return PutOutcome.ACCEPTED;
        } catch (SdkException e) {
            return SdkCalls.outcome(e);
        }
    }

    private static MetricDatum datum(Point p) {
        return MetricDatum.builder()
                .metricName(p.metric())
                .dimensions(p.dimensions().stream().map(SdkSink::dimension).toList())
                .timestamp(Instant.ofEpochSecond(p.minute() * 60))
                .value((double) p.count())
                .unit(StandardUnit.COUNT)
                .build();
    }

    private static software.amazon.awssdk.services.cloudwatch.model.Dimension dimension(Dimension d) {
        return software.amazon.awssdk.services.cloudwatch.model.Dimension.builder()
                .name(d.name())
                .value(d.value())
                .build();
    }

    @Override
    public void rest() {
        // the client keeps its connection and its credentials: it lives as long as its process
    }

    @Override
    public void close() {
        client.close();
    }
}
