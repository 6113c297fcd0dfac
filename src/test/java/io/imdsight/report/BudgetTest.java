package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Caller;
import io.imdsight.model.Kind;
import io.imdsight.model.LinkUse;
import io.imdsight.model.Outcome;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Version;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ten minutes in which somebody calls too often. */
class BudgetTest {
    private static final Caller POLLER =
            Findings.process("/usr/bin/python3.11", "python3 poll.py", "python3", "poll.py");

    private final Findings machine = new Findings();

    private AuditReport report(LinkBudget... links) {
        return AuditReport.of(
                machine.verdict(),
                machine.book.tallies(0, Long.MAX_VALUE),
                Map.of(),
                new AuditReport.Machine(null, null, "imdsight 1"),
                List.of(links));
    }

    private void calls(int count, String path, int headers, Version version, Kind kind) {
        for (int i = 0; i < count; i++) {
            machine.add(POLLER, null, path, headers, version, kind, Outcome.SERVED, null);
        }
    }

    private List<String> habits() {
        AuditReport r = report();
        return r.budget().rate(r.entries().getFirst().finding()).habits().stream()
                .map(CallerRate.Habit::code)
                .toList();
    }

    private static LinkBudget link(long packets, long peak, Long exceeded, Long before) {
        return new LinkBudget(new LinkUse("ens5", packets, peak, Findings.START), exceeded, before);
    }

    @Test
    void rateAndShareFollowFromCallsAndPackets() {
        calls(120, "/latest/meta-data/tags/instance/", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        AuditReport r = report(link(1200, 512, null, null));
        CallerRate rate = r.budget().rate(r.entries().getFirst().finding());
        assertEquals(120 / 600.0, rate.perSecond(), 1e-9);
        assertEquals(120, rate.peakMinute());
        assertEquals(100.0 * 2 * 10 / 1024, rate.peakPercent(), 1e-9);
        String text = String.join("\n", TextReport.lines(r, false, 0));
        assertTrue(
                text.contains("at most 512 in a second (2026-11-22 05:04:00 UTC): 50.0 % of the 1,024 a second"), text);
        assertTrue(text.contains("whether packets were dropped cannot be told from here"), text);
        assertTrue(
                JsonReport.line(r).contains("\"peak_packets_per_second\":512,\"peak_percent\":50.00"),
                JsonReport.line(r));
        assertFalse(JsonReport.line(r).contains("linklocal_allowance_exceeded"), JsonReport.line(r));
    }

    @Test
    void withoutPacketsThereIsARateAndNoShare() {
        calls(120, "/latest/meta-data/tags/instance/", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        AuditReport r = report();
        assertNull(r.budget().rate(r.entries().getFirst().finding()).peakPercent());
        assertTrue(String.join("\n", TextReport.lines(r, false, 0)).contains("not counted: nothing was captured"));
    }

    @Test
    void whatTheDriverDroppedInTheWindowIsSaid() {
        calls(1, "/latest/meta-data/ami-id", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        AuditReport r = report(link(10, 10, 17L, 4L));
        assertTrue(r.budget().isExceeded());
        assertTrue(
                String.join("\n", TextReport.lines(r, false, 0)).contains("17 packets to link-local services DROPPED"));
        assertTrue(JsonReport.line(r)
                .contains("\"linklocal_allowance_exceeded\":17,\"linklocal_allowance_exceeded_before\":4"));
        assertFalse(report(link(10, 10, 0L, 4L)).budget().isExceeded());
    }

    @Test
    void credentialsThatAreFetchedOnceAMinuteShouldBeKept() {
        calls(10, "/latest/meta-data/iam/security-credentials/web", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of("credentials"), habits());
    }

    @Test
    void whatAProgramAsksForWhenItStartsIsNoHabit() {
        calls(9, "/latest/meta-data/iam/security-credentials/web", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        calls(9, "/latest/meta-data/instance-id", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        calls(2, "/latest/api/token", RequestHead.TOKEN_TTL, Version.V2, Kind.TOKEN);
        assertEquals(List.of(), habits());
    }

    @Test
    void constantsAreKnownByTheirPathsAndOnlyWhereAllOfThemAreKnown() {
        calls(20, "/latest/meta-data/instance-id", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of("constants"), habits());
        calls(1, "/latest/meta-data/spot/instance-action", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of(), habits());
    }

    @Test
    void aTokenForEachCallIsOneTooMany() {
        calls(20, "/latest/api/token", RequestHead.TOKEN_TTL, Version.V2, Kind.TOKEN);
        calls(20, "/latest/meta-data/tags/instance/", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of("tokens"), habits());
        calls(60, "/latest/meta-data/tags/instance/", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of(), habits(), "a token for four calls");
    }

    @Test
    void threeCallsASecondArePolling() {
        calls(1800, "/latest/meta-data/spot/instance-action", RequestHead.TOKEN, Version.V2, Kind.METADATA);
        assertEquals(List.of("polling"), habits());
    }
}
