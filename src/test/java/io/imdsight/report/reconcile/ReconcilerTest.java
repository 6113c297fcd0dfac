package io.imdsight.report.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A day of made-up minutes, T0 at 2026-06-20 00:00 UTC, in which AWS and the ledger disagree for one reason each. */
class ReconcilerTest {
    private static final long T0 = 29_698_560;
    private static final long DAY = 1440;

    private final TreeMap<Long, Long> noToken = new TreeMap<>();
    private final TreeMap<Long, Long> rejected = new TreeMap<>();
    private final Ledgered ledger = new Ledgered();

    ReconcilerTest() {
        LongStream.range(T0 - 5, T0 + DAY + 5).forEach(m -> noToken.put(m, 0L));
    }

    private ReconcilerTest watchedAllDay() {
        ledger.watched(T0 - 100, T0 + DAY + 100, "running");
        return this;
    }

    private void aws(long minute, long count) {
        noToken.put(T0 + minute, count);
    }

    private Reconciliation reconcile() {
        List<AwsPoint> points = new ArrayList<>(AwsPoint.ofMinutes(AwsMetric.NO_TOKEN, noToken));
        points.addAll(AwsPoint.ofMinutes(AwsMetric.REJECTED, rejected));
        OurRecord ours = ledger.record(T0 - 5, T0 + DAY + 5);
        List<Slot> slots = Reconciler.compare(points, ours, T0, T0 + DAY);
        UnwatchedHours hours = UnwatchedHours.of(List.of(), ours, T0);
        return Reconciliation.of("i-0123456789abcdef0", "eu-central-1", T0, T0 + DAY, ours, slots, hours);
    }

    private static Slot at(Reconciliation r, AwsMetric metric, long minute) {
        return r.slots().stream()
                .filter(s -> s.metric() == metric && s.minute() == T0 + minute)
                .findFirst()
                .orElseThrow();
    }

    /** The one point that differs, as reason and calls. */
    private static Map<String, Long> reasons(Slot s) {
        Map<String, Long> out = new TreeMap<>();
        s.explanations().forEach(e -> out.merge(e.reason(), e.calls(), Long::sum));
        return out;
    }

    @Test
    void whereEveryMinuteAgreesTheConclusionIsEqual() {
        watchedAllDay();
        aws(10, 3);
        ledger.served(T0 + 10, 3).calls(T0 + 11, Version.V2, Outcome.SERVED, 100);
        Reconciliation r = reconcile();
        assertEquals(Conclusion.EQUAL, r.conclusion());
        assertEquals(new Total(AwsMetric.NO_TOKEN, 3, 3, DAY, DAY, 0, 0, 0), r.total(AwsMetric.NO_TOKEN));
        assertEquals(DAY, r.watchedMinutes());
    }

    @Test
    void whatNothingExplainsIsLeftInBothDirections() {
        watchedAllDay();
        aws(10, 3);
        aws(20, 1);
        ledger.served(T0 + 20, 5);
        Reconciliation r = reconcile();
        assertEquals(Conclusion.UNEXPLAINED, r.conclusion());
        assertEquals(3, at(r, AwsMetric.NO_TOKEN, 10).unexplained());
        assertEquals(-4, at(r, AwsMetric.NO_TOKEN, 20).unexplained());
        assertEquals(new Total(AwsMetric.NO_TOKEN, 4, 5, DAY, DAY - 2, 0, 3, 4), r.total(AwsMetric.NO_TOKEN));
    }

    @Test
    void anAgentThatWasKilledExplainsWhatAwsCountedMeanwhileAndSaysFromWhenToWhen() {
        ledger.watched(T0 - 100, T0 + 180, "killed").watched(T0 + 190, T0 + DAY + 100, "running");
        aws(185, 20);
        Slot s = at(reconcile(), AwsMetric.NO_TOKEN, 185);
        assertEquals(Map.of("agent-down", 20L), reasons(s));
        assertEquals(
                "no agent 2026-06-20 03:00:00 to 03:10:00 (killed)",
                s.explanations().getFirst().sentence());
        assertEquals(0, s.unexplained());
    }

    @Test
    void aMinuteThatWasWatchedInPartIsExplainedByTheLifeThatEndedInIt() {
        ledger.watched(T0 - 100, T0 + 180, "stopped");
        aws(180, 1);
        aws(1000, 1);
        Reconciliation r = reconcile();
        assertEquals(Conclusion.EXPLAINED, r.conclusion());
        assertEquals(
                "no agent since 2026-06-20 03:00:00 (stopped)",
                at(r, AwsMetric.NO_TOKEN, 1000).explanations().getFirst().sentence());
    }

    @Test
    void beforeTheFirstAgentIsSaidAsSuch() {
        ledger.watched(T0 + 600, T0 + DAY + 100, "running");
        aws(3, 7);
        assertEquals(Map.of("before-imdsight", 7L), reasons(at(reconcile(), AwsMetric.NO_TOKEN, 3)));
    }

    @Test
    void aGapOfTheCaptureExplainsWithItsReason() {
        watchedAllDay();
        long at = (T0 + 30) * Ledgered.MINUTE_NANOS;
        ledger.gap(at + 1_000_000_000L, at + 2_000_000_000L, "ens5 went away");
        aws(30, 2);
        Slot s = at(reconcile(), AwsMetric.NO_TOKEN, 30);
        assertEquals(Map.of("capture-gap", 2L), reasons(s));
        assertEquals(
                "no capture 2026-06-20 00:30:01 to 00:30:02: ens5 went away",
                s.explanations().getFirst().sentence());
    }

    @Test
    void droppedPacketsExplainAsManyCallsAndNoMore() {
        watchedAllDay();
        ledger.dropped(T0 + 40, Drop.KERNEL_RING, 3);
        aws(40, 5);
        Slot s = at(reconcile(), AwsMetric.NO_TOKEN, 40);
        assertEquals(Map.of("dropped", 3L), reasons(s));
        assertEquals(2, s.unexplained());
    }

    @Test
    void aDropThatIsNoticedInTheNextMinuteExplainsTheOneBefore() {
        watchedAllDay();
        ledger.dropped(T0 + 41, Drop.CONNECTION_TABLE, 1);
        aws(40, 5);
        assertEquals(Map.of("dropped", 5L), reasons(at(reconcile(), AwsMetric.NO_TOKEN, 40)));
    }

    @Test
    void aDropThatCostsOnlyANameExplainsNothing() {
        watchedAllDay();
        ledger.dropped(T0 + 40, Drop.PROBE_RING, 100);
        aws(40, 5);
        assertEquals(5, at(reconcile(), AwsMetric.NO_TOKEN, 40).unexplained());
    }

    @Test
    void connectionsOfAHiddenNamespaceExplainAndThoseThatWereRefusedDoNot() {
        watchedAllDay();
        ledger.kernelOnly(T0 + 50, KernelOnly.OTHER_NAMESPACE, 2).kernelOnly(T0 + 60, KernelOnly.REFUSED, 2);
        aws(50, 4);
        aws(60, 4);
        Reconciliation r = reconcile();
        assertEquals(Map.of("kernel-only-other-namespace", 4L), reasons(at(r, AwsMetric.NO_TOKEN, 50)));
        assertEquals(4, at(r, AwsMetric.NO_TOKEN, 60).unexplained());
    }

    @Test
    void whatWeCountOtherwiseExplainsAsManyCallsAsThereAre() {
        watchedAllDay();
        ledger.calls(T0 + 70, Version.UNDETERMINED, Outcome.SERVED, 1)
                .calls(T0 + 70, Version.V1, Outcome.UNANSWERED, 2)
                .calls(T0 + 70, Version.V1, Outcome.FAILED, 4);
        aws(70, 10);
        Slot s = at(reconcile(), AwsMetric.NO_TOKEN, 70);
        assertEquals(Map.of("undetermined", 1L, "answer-unseen", 2L, "other-outcome", 4L), reasons(s));
        assertEquals(3, s.unexplained());
    }

    @Test
    void aCallAtTheEdgeOfAMinuteMayStandInTheNextAlsoAtTheEdgeOfTheWindow() {
        watchedAllDay();
        aws(80, 1);
        ledger.served(T0 + 81, 1).served(T0 + DAY - 1, 1);
        noToken.put(T0 + DAY, 1L);
        Reconciliation r = reconcile();
        assertEquals(Conclusion.EXPLAINED, r.conclusion());
        assertEquals(Map.of("shifted", 1L), reasons(at(r, AwsMetric.NO_TOKEN, 80)));
        assertEquals(Map.of("shifted", 1L), reasons(at(r, AwsMetric.NO_TOKEN, DAY - 1)));
        assertTrue(at(r, AwsMetric.NO_TOKEN, 81)
                .explanations()
                .getFirst()
                .sentence()
                .startsWith("counted in the point before by AWS"));
    }

    @Test
    void twoMinutesApartIsNoShift() {
        watchedAllDay();
        aws(80, 1);
        ledger.served(T0 + 82, 1);
        assertEquals(Conclusion.UNEXPLAINED, reconcile().conclusion());
    }

    @Test
    void aRefusalWhileTokensAreOptionalIsNoneOfAws() {
        watchedAllDay();
        ledger.calls(T0 + 90, Version.V1, Outcome.REFUSED, 2);
        assertEquals(Map.of("refused-otherwise", 2L), reasons(at(reconcile(), AwsMetric.REJECTED, 90)));
    }

    @Test
    void whereTokensAreRequiredTheRejectedAreCompared() {
        watchedAllDay();
        noToken.clear();
        LongStream.range(T0 - 5, T0 + DAY + 5).forEach(m -> rejected.put(m, 0L));
        rejected.put(T0 + 90, 2L);
        ledger.calls(T0 + 90, Version.V1, Outcome.REFUSED, 2).calls(T0 + 95, Version.V1, Outcome.REFUSED, 1);
        Reconciliation r = reconcile();
        assertEquals(0, at(r, AwsMetric.REJECTED, 90).difference());
        assertEquals(-1, at(r, AwsMetric.REJECTED, 95).unexplained());
    }

    @Test
    void fiveMinutePointsAreComparedWithFiveOfOurMinutesWhereverTheyStand() {
        watchedAllDay();
        noToken.clear();
        for (long m = T0 - 3; m < T0 + DAY + 5; m += 5) {
            noToken.put(m, 0L);
        }
        noToken.put(T0 + 102, 6L); // covers 102 to 106
        ledger.served(T0 + 102, 1).served(T0 + 106, 5);
        Reconciliation r = reconcile();
        assertEquals(Conclusion.EQUAL, r.conclusion());
        assertEquals(5, at(r, AwsMetric.NO_TOKEN, 102).minutes());
        assertEquals(6, at(r, AwsMetric.NO_TOKEN, 102).ours());
    }

    @Test
    void whereMonitoringBecomesDetailedUnderWayEachPointCoversWhatItCovers() {
        TreeMap<Long, Long> sums = new TreeMap<>(Map.of(10L, 1L, 15L, 1L, 20L, 1L, 25L, 1L, 26L, 1L, 27L, 1L));
        assertEquals(
                List.of(5, 5, 5, 1, 1, 1),
                AwsPoint.ofMinutes(AwsMetric.NO_TOKEN, sums).stream()
                        .map(AwsPoint::minutes)
                        .toList());
    }

    @Test
    void whereThereIsNothingToCompareNothingIsConcluded() {
        watchedAllDay();
        ledger.served(T0 + 10, 1);
        noToken.clear();
        Reconciliation noPoints = reconcile();
        assertEquals(Conclusion.INCONCLUSIVE, noPoints.conclusion());
        assertTrue(noPoints.sentence().contains("CloudWatch has no point"), noPoints.sentence());
    }

    @Test
    void whereNoAgentWatchedNothingIsConcludedEitherEvenThoughAllWouldBeExplained() {
        aws(10, 5);
        Reconciliation r = reconcile();
        assertEquals(Map.of("before-imdsight", 5L), reasons(at(r, AwsMetric.NO_TOKEN, 10)));
        assertEquals(Conclusion.INCONCLUSIVE, r.conclusion());
    }

    @Test
    void asTextANightWithoutAnAgentIsOneLineAndHostileWordsStayText() {
        ledger.watched(T0 - 100, T0 + 180, "killed").watched(T0 + 190, T0 + DAY + 100, "running");
        LongStream.range(180, 190).forEach(m -> aws(m, 2));
        ledger.gap((T0 + 300) * Ledgered.MINUTE_NANOS, (T0 + 300) * Ledgered.MINUTE_NANOS + 1, "a\u001b[31m\nb");
        aws(300, 1);
        List<String> lines = ReconcileText.lines(reconcile(), false);
        assertEquals(
                1,
                lines.stream()
                        .filter(l -> l.contains("no agent 2026-06-20 03:00:00 to 03:10:00 (killed)"))
                        .count());
        assertTrue(
                lines.contains("2026-06-20 03:00   +10m  MetadataNoToken          AWS 20, imdsight 0: explained"),
                String.join("\n", lines));
        assertTrue(lines.stream().noneMatch(l -> l.chars().anyMatch(c -> c < 0x20)), lines.toString());
    }

    @Test
    void asJsonEachPointWithACallIsALineWithWhatExplainsIt() {
        watchedAllDay();
        ledger.dropped(T0 + 40, Drop.KERNEL_RING, 3).served(T0 + 50, 1);
        aws(40, 5);
        aws(50, 1);
        List<String> lines = ReconcileJson.lines(reconcile());
        assertEquals(3, lines.size());
        assertTrue(lines.getFirst().contains("\"conclusion\":\"unexplained\""), lines.getFirst());
        assertEquals(
                "{\"type\":\"point\",\"metric\":\"MetadataNoToken\",\"from\":\"2026-06-20T00:40:00Z\",\"minutes\":1,\"aws\":5,"
                        + "\"imdsight\":0,\"unexplained\":2,\"explanations\":[{\"reason\":\"dropped\",\"calls\":3,"
                        + "\"text\":\"dropped at kernel-ring: 3\"}]}",
                lines.get(1));
    }
}
