package io.imdsight.publish.cloudwatch;

import java.net.URI;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;

/** The SDK as it comes: what imdsight would do if it did not forbid version 1. Without it the proof could not fail. */
final class PlainSdk {
    private PlainSdk() {}

    /** One argument: CloudWatch's endpoint. */
    public static void main(String[] arguments) {
        MetricDatum datum = MetricDatum.builder().metricName("m").value(1.0).build();
        try (CloudWatchClient client = CloudWatchClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(URI.create(arguments[0]))
                .build()) {
            client.putMetricData(PutMetricDataRequest.builder()
                    .namespace("plain")
                    .metricData(datum)
                    .build());
        } catch (RuntimeException e) {
            System.out.println(e.getMessage());
        }
        System.exit(0);
    }
}
