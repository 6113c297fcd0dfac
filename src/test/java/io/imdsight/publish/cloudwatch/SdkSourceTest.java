package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.publish.cloudwatch.MetricQuery.Span;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The real SDK reads from the stand-in. */
@Timeout(120)
class SdkSourceTest {
    private static final String INSTANCE = "i-0123456789abcdef0";
    private static final long NOW = 29_700_000;
    private static final MetricQuery DAY = new MetricQuery(
            INSTANCE,
            List.of("MetadataNoToken", "MetadataNoTokenRejected"),
            List.of(new Span(NOW - 1440, NOW, 1), new Span(NOW / 60 * 60 - 1440, NOW / 60 * 60, 60)));

    private CloudWatchStandIn cloudWatch;
    private SdkSource source;

    @BeforeEach
    void open() throws IOException {
        System.setProperty("aws.accessKeyId", "made-up");
        System.setProperty("aws.secretAccessKey", "made-up");
        cloudWatch = new CloudWatchStandIn(() -> NOW * 60_000);
        source = SdkSource.open(new Target("AWS/EC2", "eu-central-1", cloudWatch.endpoint()));
    }

    @AfterEach
    void close() throws IOException {
        source.close();
        cloudWatch.close();
    }

    private double sum(MetricAnswer answer, int metric, int span) {
        return answer.values().stream()
                .filter(v -> v.metric() == metric && v.span() == span)
                .mapToDouble(MetricAnswer.Value::sum)
                .sum();
    }

    private void aDay() {
        for (long m = NOW - 1440; m < NOW; m++) {
            cloudWatch.aws().count(INSTANCE, "MetadataNoToken", m, m % 7);
            cloudWatch.aws().count(INSTANCE, "MetadataNoTokenRejected", m, 1);
        }
    }

    @Test
    void everyPageIsReadAndEachSumIsInItsMinute() {
        aDay();
        cloudWatch.aws().pagesOf(500);
        MetricAnswer answer = source.read(DAY);
        assertEquals(PutOutcome.ACCEPTED, answer.outcome());
        assertEquals(1440, sum(answer, 1, 0));
        assertEquals(2880, answer.values().stream().filter(v -> v.span() == 0).count());
        assertTrue(answer.values().contains(new MetricAnswer.Value(0, 0, NOW - 3, (double) ((NOW - 3) % 7))));
        assertEquals(7, cloudWatch.aws().pages(), "six of minutes, one of hours");
        assertEquals(List.of(), cloudWatch.complaints());
    }

    @Test
    void throttlingIsWaitedOut() {
        aDay();
        cloudWatch.become(CloudWatchStandIn.Mood.THROTTLING, 2);
        assertEquals(PutOutcome.Kind.ACCEPTED, source.read(DAY).outcome().kind());
    }

    @Test
    void whatIsForbiddenIsSaidWithItsCode() {
        cloudWatch.become(CloudWatchStandIn.Mood.FORBIDDING);
        MetricAnswer answer = source.read(DAY);
        assertEquals(PutOutcome.Kind.NOT_ALLOWED, answer.outcome().kind());
        assertTrue(
                answer.outcome().reason().contains("AccessDenied"),
                answer.outcome().reason());
        assertEquals(List.of(), answer.values());
    }

    @Test
    void anAnswerThatIsNotCompleteIsNotTakenForOne() {
        aDay();
        cloudWatch.aws().partly();
        MetricAnswer answer = source.read(DAY);
        assertEquals(PutOutcome.Kind.UNAVAILABLE, answer.outcome().kind());
        assertEquals(List.of(), answer.values());
    }

    @Test
    void whatIsOlderThanFifteenDaysCannotBeReadByTheMinute() {
        long old = NOW - 20L * 1440;
        cloudWatch.aws().count(INSTANCE, "MetadataNoToken", old + 7, 3);
        MetricQuery query = new MetricQuery(
                INSTANCE, List.of("MetadataNoToken"), List.of(new Span(old, old + 60, 1), new Span(old, old + 60, 5)));
        List<MetricAnswer.Value> values = source.read(query).values();
        assertEquals(List.of(new MetricAnswer.Value(0, 1, old + 5, 3)), values);
    }

    @Test
    void theWireCarriesQueryAndAnswer() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        MetricAnswer answer = new MetricAnswer(PutOutcome.ACCEPTED, List.of(new MetricAnswer.Value(1, 2, NOW, 2.5)));
        ReadWire.writeQuery(DAY, out);
        ReadWire.writeAnswer(answer, out);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        assertEquals(DAY, ReadWire.readQuery(in));
        assertEquals(answer, ReadWire.readAnswer(in));
    }
}
