package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Cause;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JudgeTest {
    private static final String PATH = "/latest/meta-data/instance-id";
    private final Findings machine = new Findings();

    private static List<String> codes(List<Reason> reasons) {
        return reasons.stream().map(Reason::code).toList();
    }

    private Decision with(Version version, Kind kind, Outcome outcome) {
        machine.add(Findings.curl(), "curl/8", PATH, 0, version, kind, outcome, Cause.NEVER_TRIED);
        return machine.verdict().decision();
    }

    @Test
    void silenceThatWasWatchedLongEnoughIsReady() {
        Verdict v = machine.verdict();
        assertEquals(Decision.READY, v.decision());
        assertEquals(List.of(), v.reasons());
        assertEquals(List.of("no-witness"), codes(v.notes()));
    }

    @Test
    void aServedCallWithoutATokenBlocks() {
        assertEquals(Decision.BLOCKED, with(Version.V1, Kind.METADATA, Outcome.SERVED));
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"REFUSED", "FAILED", "UNANSWERED"})
    void whatDoesNotWorkNowCannotBreak(Outcome outcome) {
        assertEquals(Decision.READY, with(Version.V1, Kind.METADATA, outcome));
        assertEquals(1, machine.verdict().callers().size());
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void neitherAnotherCloudsProbeNorATokenRequestBlocks(Outcome outcome) {
        assertEquals(Decision.READY, with(Version.V1, Kind.FOREIGN, outcome));
        assertEquals(Decision.READY, with(Version.V1, Kind.TOKEN, outcome));
        assertEquals(Decision.READY, with(Version.V2, Kind.METADATA, outcome));
    }

    @Test
    void whatCouldHaveBeenServedWithoutATokenIsNeitherReadyNorBlocked() {
        assertEquals(Decision.INCONCLUSIVE, with(Version.V1, Kind.METADATA, Outcome.UNDETERMINED));
        assertEquals(Decision.INCONCLUSIVE, with(Version.UNDETERMINED, Kind.METADATA, Outcome.SERVED));
        assertEquals(List.of("undetermined"), codes(machine.verdict().reasons()));
        assertTrue(machine.verdict().reasons().getFirst().sentence().startsWith("2 requests"));
    }

    @Test
    void aRefusedRequestOfUnknownVersionHidesNothing() {
        assertEquals(Decision.READY, with(Version.UNDETERMINED, Kind.METADATA, Outcome.REFUSED));
    }

    @Test
    void aLedgerThatBeginsLaterThanWasAskedForIsNotedWithHowMuchItCovers() {
        machine.askedMillis = 14L * 86_400_000;
        Verdict v = machine.verdict();
        assertEquals(Decision.READY, v.decision());
        assertTrue(codes(v.notes()).contains("ledger-begins-later"), v.notes().toString());
        assertTrue(
                v.notes().getFirst().sentence().contains("begins 10m before this report: of the 14d"),
                v.notes().toString());
        assertTrue(Wording.window(v.evidence()).endsWith("; asked for 14d"), Wording.window(v.evidence()));
        assertTrue(JsonReport.line(machine.report()).contains("\"asked_ms\":1209600000"));
        machine.askedMillis = 600_000;
        assertFalse(codes(machine.verdict().notes()).contains("ledger-begins-later"));
        machine.askedMillis = 0;
        assertFalse(JsonReport.line(machine.report()).contains("asked_ms"));
    }

    @Test
    void aBlockedMachineKeepsItsReasonsForThereMayBeMore() {
        machine.drops = Map.of(Drop.KERNEL_RING, 3L);
        assertEquals(Decision.BLOCKED, with(Version.V1, Kind.METADATA, Outcome.SERVED));
        assertEquals(List.of("drops"), codes(machine.verdict().reasons()));
    }

    @ParameterizedTest
    @EnumSource(Drop.class)
    void aDropThatCanHideARequestIsInconclusiveAndEveryOtherIsNoted(Drop drop) {
        machine.drops = Map.of(drop, 2L);
        boolean harmless = List.of(
                        "probe-ring",
                        "lookup-queue",
                        "caller-table",
                        "caller-elsewhere",
                        "packet-damaged",
                        "not-http",
                        "event-file",
                        "feed",
                        "ledger-callers",
                        "ledger-expired",
                        "cloudwatch-expired",
                        "cloudwatch-rejected")
                .contains(drop.label());
        Verdict v = machine.verdict();
        assertEquals(harmless ? Decision.READY : Decision.INCONCLUSIVE, v.decision());
        assertTrue(codes(harmless ? v.notes() : v.reasons()).contains(harmless ? "drops-harmless" : "drops"));
    }

    @ParameterizedTest
    @EnumSource(KernelOnly.class)
    void aConnectionThatOnlyTheKernelSawIsInconclusiveUnlessItNeverCameAbout(KernelOnly why) {
        machine.connections = new ConnectionCounts(5, 1, 0, Map.of(why, 1L));
        Verdict v = machine.verdict();
        assertEquals(why == KernelOnly.REFUSED ? Decision.READY : Decision.INCONCLUSIVE, v.decision());
        assertFalse(codes(v.notes()).contains("no-witness"));
        assertEquals(5, v.evidence().connections().both());
    }

    @Test
    void aShortWindowAndNoneAtAllAreSaid() {
        machine.watchedMillis = 590_000;
        assertEquals(List.of("short-window"), codes(machine.verdict().reasons()));
        Findings blind = new Findings();
        blind.watchedMillis = 0;
        assertEquals(List.of("not-watched"), codes(blind.verdict().reasons()));
    }

    @Test
    void tenMinutesLessWhatAStartCostsAreTenMinutes() {
        machine.watchedMillis = 594_500;
        assertEquals(Decision.READY, machine.verdict().decision());
    }

    @Test
    void aCaptureThatFailedIsInconclusive() {
        machine.failure = "ens5 went away";
        assertEquals(List.of("capture-failed"), codes(machine.verdict().reasons()));
    }

    @Test
    void aBootThatWasNotWatchedIsNotedAndNoMore() {
        machine.bootNanos = Findings.START - 3600_000_000_000L;
        assertEquals(Decision.READY, machine.verdict().decision());
        assertTrue(codes(machine.verdict().notes()).contains("boot-not-covered"));
    }

    @Test
    void aCallerIsListedOnceByTheWorstItDidWithAllItDid() {
        with(Version.V2, Kind.METADATA, Outcome.SERVED);
        with(Version.V1, Kind.FOREIGN, Outcome.FAILED);
        machine.v1(Findings.curl(), "curl/8", Cause.TOKEN_UNUSED, "/latest/meta-data/iam/security-credentials/role");
        CallerFinding f = machine.verdict().callers().getFirst();
        assertEquals(1, machine.verdict().callers().size());
        assertEquals(Standing.BLOCKING, f.standing());
        assertEquals(Map.of(Standing.BLOCKING, 1L, Standing.V2, 1L, Standing.FOREIGN, 1L), f.counts());
        assertEquals(1, f.credentials());
        assertEquals(Map.of(Cause.TOKEN_UNUSED, 1L), f.causes());
    }

    @Test
    void whoWaitsForAnEventWithoutATokenIsNotedThoughItIsNoObstacle() {
        machine.add(
                Findings.curl(),
                "curl/8",
                "/latest/meta-data/spot/instance-action",
                0,
                Version.V1,
                Kind.METADATA,
                Outcome.FAILED,
                Cause.NEVER_TRIED);
        assertEquals(Decision.READY, machine.verdict().decision());
        assertTrue(codes(machine.verdict().notes()).contains("waits-for-an-event"));
    }
}
