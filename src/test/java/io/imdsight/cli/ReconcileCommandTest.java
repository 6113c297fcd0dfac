package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.publish.cloudwatch.MetricAnswer;
import io.imdsight.publish.cloudwatch.MetricQuery;
import io.imdsight.publish.cloudwatch.MetricQuery.Span;
import io.imdsight.publish.cloudwatch.PutOutcome;
import io.imdsight.publish.cloudwatch.Target;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is asked of CloudWatch, and what its failures come to; instance and region are given, so that nothing is asked of the network. */
class ReconcileCommandTest {
    private static final long NOW = 29_700_007; // 2026-06-21 00:07
    private static final List<String> WHO =
            List.of("--instance-id", "i-0123456789abcdef0", "--cloudwatch-region", "eu-central-1");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final List<MetricQuery> asked = new ArrayList<>();
    private final List<Target> targets = new ArrayList<>();
    private MetricAnswer answer = new MetricAnswer(new PutOutcome(PutOutcome.Kind.ACCEPTED, ""), List.of());

    private int reconcile(List<String> who, String... arguments) {
        Console console = new Console(
                Map.of(),
                new ByteArrayInputStream(new byte[0]),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false,
                new Ending());
        ReconcileCommand command = new ReconcileCommand(
                console,
                () -> NOW * 60_000 + 59_000,
                target -> {
                    targets.add(target);
                    return query -> {
                        asked.add(query);
                        return answer;
                    };
                },
                directory);
        List<String> all = new ArrayList<>(who);
        all.addAll(List.of("--state-dir", directory.toString()));
        all.addAll(List.of(arguments));
        CommandLine line = new CommandLine(command);
        line.parseArgs(all.toArray(String[]::new));
        return command.call();
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aDayIsAskedForByTheMinuteWithItsEdgesAndTheHistoryByTheHour() {
        assertEquals(2, reconcile(WHO));
        assertEquals(List.of(new Target("AWS/EC2", "eu-central-1", null)), targets);
        long to = NOW - 10;
        assertEquals(
                List.of(new Span(to - 1440 - 5, to + 5, 1), new Span((NOW - 63 * 1440) / 60 * 60, NOW / 60 * 60, 60)),
                asked.getFirst().spans());
    }

    @Test
    void whatIsOlderThanFifteenDaysIsAskedForByFiveMinutes() {
        reconcile(WHO, "--since", "20d");
        List<Span> spans = asked.getFirst().spans();
        assertEquals(3, spans.size());
        assertEquals(5, spans.get(0).periodMinutes());
        assertEquals(0, spans.get(0).fromMinute() % 5);
        assertEquals(spans.get(0).toMinute(), spans.get(1).fromMinute());
        assertEquals(1, spans.get(1).periodMinutes());
        assertTrue(NOW - spans.get(1).fromMinute() < 15 * 1440, "CloudWatch still has its minutes");
    }

    @Test
    void withoutALedgerAwsAloneSaysWhenToAudit() {
        List<MetricAnswer.Value> values = new ArrayList<>();
        for (int day = 1; day <= 10; day++) {
            values.add(new MetricAnswer.Value(0, 1, NOW / 1440 * 1440 - day * 1440L + 180, 4));
        }
        answer = new MetricAnswer(new PutOutcome(PutOutcome.Kind.ACCEPTED, ""), values);
        assertEquals(2, reconcile(WHO));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains("no ledger in"), err.toString(StandardCharsets.UTF_8));
        assertTrue(said().contains("03:00-04:00 UTC  every day, 40 calls"), said());
        assertTrue(said().contains("audit then: systemd-run --on-calendar='*-*-* 02:55:00 UTC'"), said());
    }

    private Failure failure(PutOutcome.Kind kind, String reason) {
        answer = new MetricAnswer(new PutOutcome(kind, reason), List.of());
        return assertThrows(Failure.class, () -> reconcile(WHO));
    }

    @Test
    void withoutPermissionTheRemedyIsSaidAndTheStatusIs77() {
        Failure f = failure(PutOutcome.Kind.NOT_ALLOWED, "AccessDenied, HTTP status 403");
        assertEquals(77, f.status());
        assertTrue(
                f.getMessage().contains("AccessDenied") && f.getMessage().contains("allow cloudwatch:GetMetricData"));
    }

    @Test
    void withoutAWayToCloudWatchTheStatusIs69() {
        assertEquals(69, failure(PutOutcome.Kind.UNAVAILABLE, "no connection").status());
        assertEquals(69, failure(PutOutcome.Kind.THROTTLED, "Throttling").status());
    }

    @Test
    void theFirmwareSaysTheInstanceIdWithoutAPacket() throws Exception {
        Path dmi = directory.resolve("sys/devices/virtual/dmi/id");
        Files.createDirectories(dmi);
        Files.writeString(dmi.resolve("board_asset_tag"), "i-00112233445566778\n");
        reconcile(List.of("--cloudwatch-region", "eu-west-1"));
        assertEquals("i-00112233445566778", asked.getFirst().instanceId());
    }

    @Test
    void moreThanCloudWatchKeepsIsWrongUsage() {
        assertEquals(
                64,
                assertThrows(Failure.class, () -> reconcile(WHO, "--since", "61d"))
                        .status());
        assertThrows(CommandLine.ParameterException.class, () -> reconcile(WHO, "--history", "500d"));
        assertThrows(CommandLine.ParameterException.class, () -> reconcile(List.of("--instance-id", "i-; rm")));
    }

    @Test
    void aDamagedLedgerIsStatus65() throws Exception {
        Files.writeString(directory.resolve("ledger.db"), "no database at all, and quite some bytes of it".repeat(100));
        assertEquals(65, assertThrows(Failure.class, () -> reconcile(WHO)).status());
    }
}
