package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Destination;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MinutePointsTest {
    private static final List<Dimension> INSTANCE = List.of(new Dimension("InstanceId", "i-1"));

    private final MemoryLedger ledger = new MemoryLedger();

    private static MinutePoints points(Set<Metric> metrics, int callers) {
        return new MinutePoints(metrics, List.of(INSTANCE, List.of()), INSTANCE, callers);
    }

    private List<Point> of(MinutePoints points, long minute) {
        return ledger.closedMinutes(Destination.CLOUDWATCH, minute + 1, 100).stream()
                .filter(m -> m.minute() == minute)
                .flatMap(m -> points.of(m).stream())
                .toList();
    }

    @Test
    void soManyCallersHaveAMetricAndTheRestSharesOne() {
        MinutePoints points = points(EnumSet.allOf(Metric.class), 2);
        for (int i = 0; i < 50; i++) {
            ledger.add(7, "caller-" + i, Version.V1, Outcome.SERVED, 1);
            ledger.add(8, "caller-" + (i + 25), Version.V1, Outcome.SERVED, 1);
        }
        Set<String> callers = new TreeSet<>();
        long sum = 0;
        for (long minute : List.of(7L, 8L)) {
            for (Point p : of(points, minute)) {
                if (p.dimensions().size() == 2) {
                    callers.add(p.dimensions().get(1).value());
                    sum += p.count();
                }
            }
        }
        assertEquals(Set.of("caller-0", "caller-1", "other"), callers);
        assertEquals(100, sum);
    }

    @Test
    void theStatedNumberOfMetricsIsTheMostThatComes() {
        MinutePoints points = points(EnumSet.allOf(Metric.class), 3);
        Set<String> metrics = new TreeSet<>();
        for (long minute = 0; minute < 40; minute++) {
            ledger.sound(minute);
            for (Outcome o : Outcome.values()) {
                ledger.add(minute, "caller-" + minute, Version.V1, o, 1);
                ledger.add(minute, "caller-" + minute, Version.V2, o, 1);
            }
            of(points, minute).forEach(p -> metrics.add(p.metric() + p.dimensions()));
        }
        assertEquals(points.metricsMax(), metrics.size());
        assertEquals(
                4,
                points(EnumSet.of(Metric.METADATA_NO_TOKEN, Metric.METADATA_NO_TOKEN_REJECTED), 0)
                        .metricsMax());
    }

    @Test
    void namesThatOthersChoseBecomeWhatCloudWatchTakes() {
        assertEquals(new Dimension("a", "x?y?z"), new Dimension("a", "x\ny\u00e9z"));
        assertEquals("?", new Dimension("a", "   ").value());
        assertEquals("?", new Dimension("a", "").value());
        assertEquals(255, new Dimension("a", "x".repeat(5000)).value().length());
        assertEquals("b", new Dimension(":b", "x").name());
    }

    @Test
    void embeddedMetricFormatHasOneLineForAMinuteAndASetOfDimensions() {
        ledger.add(29_700_000, "quote\"back\\slash", Version.V1, Outcome.SERVED, 3);
        List<Point> points = of(points(EnumSet.of(Metric.METADATA_NO_TOKEN), 1), 29_700_000);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (EmfSink sink = new EmfSink(() -> out, "imdsight")) {
            assertEquals(PutOutcome.ACCEPTED, sink.put(points));
        }
        String text = out.toString(StandardCharsets.US_ASCII);
        String start =
                "{\"_aws\":{\"Timestamp\":1782000000000,\"CloudWatchMetrics\":[{\"Namespace\":\"imdsight\",\"Dimensions\":[[";
        String metric = "]],\"Metrics\":[{\"Name\":\"MetadataNoToken\",\"Unit\":\"Count\"}]}]}";
        assertEquals(
                start + "\"InstanceId\"" + metric + ",\"InstanceId\":\"i-1\",\"MetadataNoToken\":3}\n" + start + metric
                        + ",\"MetadataNoToken\":3}\n" + start + "\"InstanceId\",\"Caller\"" + metric
                        + ",\"InstanceId\":\"i-1\",\"Caller\":\"quote\\\"back\\\\slash\",\"MetadataNoToken\":3}\n",
                text);
    }

    @Test
    void callersThatCloudWatchCannotTellApartShareAMetricAndAreOnceInALine() {
        ledger.add(7, "caf\u00e9", Version.V1, Outcome.SERVED, 3);
        ledger.add(7, "caf\u00e8", Version.V1, Outcome.SERVED, 4);
        ledger.add(7, "x".repeat(300), Version.V1, Outcome.SERVED, 1);
        ledger.add(7, "x".repeat(400), Version.V1, Outcome.SERVED, 1);
        List<Point> callers = of(points(EnumSet.of(Metric.METADATA_NO_TOKEN), 2), 7).stream()
                .filter(p -> p.dimensions().size() == 2)
                .toList();
        assertEquals(2, callers.size(), callers.toString());
        assertEquals(
                new Dimension("Caller", "caf?"), callers.getFirst().dimensions().get(1));
        assertEquals(7, callers.getFirst().count());
        assertEquals(2, callers.getLast().count());
    }

    @Test
    void aCallerIsNamedWithTheScriptThatItWorksForAndWithItsPlace() {
        TopCallers top = new TopCallers(10);
        CallerKey curl = new CallerKey("/usr/bin/curl", "curl", null, null, null, "root", null, null);
        assertEquals("curl", top.name(curl, 7));
        assertEquals("curl (a.sh)", top.name(curl.withScript("/opt/a.sh"), 7));
        CallerKey unit = new CallerKey("/usr/bin/curl", "curl", "n.service", null, null, "root", null, null);
        assertEquals("curl (n.service)", top.name(unit, 7));
        assertEquals("curl (a.sh, n.service)", top.name(unit.withScript("/opt/a.sh"), 7));
        CallerKey container = new CallerKey("/usr/bin/curl", "curl", "x.scope", "0123", null, "root", null, null);
        assertEquals("curl (a.sh, container)", top.name(container.withScript("/opt/a.sh"), 7));
    }

    @Test
    void aDiskThatRefusesALineKeepsTheMinutePending() {
        try (EmfSink sink = new EmfSink(
                () -> {
                    throw new IOException("No space left on device");
                },
                "imdsight")) {
            PutOutcome outcome = sink.put(List.of(new Point("m", List.of(), 1, 1)));
            assertEquals(PutOutcome.Kind.UNANSWERED, outcome.kind());
            assertTrue(outcome.reason().contains("No space left on device"), outcome.reason());
        }
    }

    @Test
    void metricsHaveNamesThatDiffer() {
        Set<String> names =
                EnumSet.allOf(Metric.class).stream().map(Metric::published).collect(Collectors.toSet());
        assertEquals(Metric.values().length, names.size());
    }
}
