package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class SdkSinkTest {
    @Test
    void itPuts() throws Exception {
        System.setProperty("aws.accessKeyId", "made-up");
        System.setProperty("aws.secretAccessKey", "made-up");
        try (CloudWatchStandIn cw = new CloudWatchStandIn(System::currentTimeMillis);
                SdkSink sink = SdkSink.open(new Target("imdsight", "eu-central-1", cw.endpoint()))) {
            long minute = System.currentTimeMillis() / 60_000;
            for (CloudWatchStandIn.Mood m : CloudWatchStandIn.Mood.values()) {
                cw.become(m);
                PutOutcome o = sink.put(
                        List.of(new Point("MetadataNoToken", List.of(new Dimension("InstanceId", "i-1")), minute, 3)));
                System.out.println(m + " " + o + " " + cw.requests().size() + " " + cw.complaints());
            }
            assertEquals(List.of(), cw.complaints());
        }
    }
}
