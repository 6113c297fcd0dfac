package io.imdsight.report.fleet;

import static io.imdsight.report.fleet.FeedLines.state;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.report.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FleetReportTest {
    private static List<String> codes(FleetReport r, String id) {
        return r.find(id).reasons().stream().map(Reason::code).toList();
    }

    @Test
    void anInstanceThatWasWatchedAllTheWindowAndBlocksNothingIsReady() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 0)
                .caller("i-1", 5, "agent", 0)
                .report();
        assertEquals(InstanceState.READY, state(r, "i-1"));
        assertEquals(1, r.count(InstanceState.READY));
    }

    @Test
    void oneBlockingCallBlocksHoweverGoodTheEvidence() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 0)
                .caller("i-1", 5, "curl", 1)
                .report();
        assertEquals(InstanceState.BLOCKED, state(r, "i-1"));
        assertEquals("curl", r.callers().getFirst().identity.name());
    }

    @Test
    void callsBeforeTheWindowAreHistoryAndBlockNoMore() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 0)
                .caller("i-1", 25, "curl", 4)
                .caller("i-2", 1, "curl", 1)
                .report();
        assertEquals(InstanceState.READY, state(r, "i-1"));
        assertEquals(1, r.callers().getFirst().fixed);
        assertEquals(1, r.callers().getFirst().instances.size());
        assertEquals(5, r.days().stream().mapToLong(Day::blockingCalls).sum());
    }

    @Test
    void anUnsoundHeartbeatMakesItsZeroNoEvidence() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 1)
                .heartbeat("i-1", 0, false)
                .report();
        assertEquals(InstanceState.INCONCLUSIVE, state(r, "i-1"));
        assertEquals(List.of("unsound"), codes(r, "i-1"));
        assertTrue(r.find("i-1").reasons().getFirst().sentence().contains("dropped"));
    }

    @Test
    void hoursWithoutAHeartbeatAreNotWatched() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 15)
                .heartbeats("i-1", 9, 0)
                .report();
        assertEquals(InstanceState.INCONCLUSIVE, state(r, "i-1"));
        assertEquals(List.of("short-watch"), codes(r, "i-1"));
    }

    @Test
    void theHoursSinceTheLastHeartbeatAreNotHeldAgainstAnInstanceUntilItIsSilent() {
        assertEquals(
                InstanceState.READY,
                state(new FeedLines().heartbeats("i-1", 26, 3).report(), "i-1"));
        assertEquals(
                InstanceState.SILENT,
                state(new FeedLines().heartbeats("i-1", 26, 4).report(), "i-1"));
    }

    @Test
    void aSilentInstanceThatBlockedIsBlockedAndSaidToBeSilent() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 10)
                .caller("i-1", 12, "curl", 1)
                .report();
        assertEquals(InstanceState.BLOCKED, state(r, "i-1"));
        assertEquals(1, r.blockedSilent());
    }

    @Test
    void anInstanceOfWhichTheWindowHasNothingIsGone() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 60, 30)
                .heartbeats("i-2", 26, 0)
                .report();
        assertEquals(1, r.gone());
        assertNull(r.find("i-1"));
        assertEquals(1, r.instances().size());
    }

    @Test
    void aBlockingCallThatOnlyAHeartbeatCountsBlocksAndNoStepFreesIt() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 1)
                .line(
                        "{\"timestamp\":\"2026-11-22T11:30:00Z\",\"feed\":{\"version\":1,\"record\":\"heartbeat\",\"interval_seconds\":3600},"
                                + FeedLines.host("i-1") + "," + FeedLines.imds(1, 1, 1)
                                + ",\"quality\":{\"sound\":true}}")
                .report();
        assertEquals(InstanceState.BLOCKED, state(r, "i-1"));
        assertTrue(r.plan().isEmpty());
    }

    @Test
    void theOrderOfLinesAndFilesMakesNoDifference() {
        List<String> lines = new ArrayList<>();
        FeedLines all = new FeedLines();
        for (int i = 0; i < 20; i++) {
            all.heartbeats("i-" + i, 40, i % 5)
                    .caller("i-" + i, i, "job" + i % 3, i % 4)
                    .caller("i-" + i, i + 20, "job" + i % 4, 1);
        }
        lines.addAll(new String(all.bytes(), java.nio.charset.StandardCharsets.UTF_8)
                .lines()
                .toList());
        List<String> expected = FleetText.lines(all.report(), 100);
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(lines, new Random(seed));
            FeedLines shuffled = new FeedLines();
            lines.forEach(shuffled::line);
            assertEquals(expected, FleetText.lines(shuffled.report(), 100));
        }
    }

    @Test
    void aFileThatIsReadTwiceChangesNoStateAndIsSaidSo() {
        FeedLines half = new FeedLines().heartbeats("i-1", 26, 14).caller("i-2", 3, "curl", 2);
        FleetReport once = half.report();
        Fleet fleet = half.fleet();
        half.into(fleet, "machine");
        FleetReport twice = FleetReport.of(fleet);
        assertEquals(once.states(), twice.states());
        assertEquals(InstanceState.SILENT, state(twice, "i-1"));
        assertEquals(
                once.find("i-1").instance().coverage.seconds(),
                twice.find("i-1").instance().coverage.seconds());
        assertTrue(FleetWording.notes(twice).toString().contains("more than once"));
        assertEquals(
                4,
                twice.find("i-2").instance().blocking,
                "of callers' records it is not known whether they are late ones");
    }

    @Test
    void thePlanFreesAnInstanceOnlyOnceAllOfItsCallersAreFixed() {
        FeedLines lines = new FeedLines();
        for (int i = 0; i < 4; i++) {
            lines.caller("i-both-" + i, 1, "curl", 1).caller("i-both-" + i, 1, "java", 1);
        }
        lines.caller("i-java", 1, "java", 1).caller("i-boto", 1, "boto", 1).caller("i-boto2", 1, "boto", 1);
        FleetReport r = lines.report();
        assertEquals(
                List.of("boto 2 2 5", "java 1 3 4", "curl 4 7 0"),
                r.plan().stream()
                        .map(s -> s.caller().identity.name() + " " + s.freed() + " " + s.freedSoFar() + " " + s.left())
                        .toList());
        assertEquals(
                1,
                r.callers().stream()
                        .filter(c -> c.identity.name().equals("java"))
                        .findFirst()
                        .orElseThrow()
                        .alone);
        assertEquals("java", r.callers().getFirst().identity.name(), "it blocks the most");
    }

    @Test
    void whatIsFreedBecomesReadyOnlyWithCompleteEvidence() {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 0)
                .caller("i-1", 1, "curl", 1)
                .caller("i-2", 1, "curl", 1)
                .report();
        assertEquals(2, r.plan().getFirst().freed());
        assertEquals(1, r.plan().getFirst().freedReady());
    }

    @Test
    void aCallerIsTheSameOnEveryInstanceWhateverItsContainerScopeOrAgent() {
        FeedLines lines = new FeedLines();
        for (int i = 0; i < 3; i++) {
            String id = "3f4e5d6c7b8a998877665544332211" + i + i;
            lines.line(
                    "{\"timestamp\":\"2026-11-22T11:00:00Z\",\"feed\":{\"version\":1,\"record\":\"caller\",\"interval_seconds\":60},"
                            + FeedLines.host("i-" + i)
                            + ",\"caller\":{\"name\":\"app\"},\"process\":{\"executable\":{\"path\":\"/app\"},\"title\":\"app\"},"
                            + "\"user_agent\":{\"original\":\"app/" + i + "\"},\"systemd\":{\"unit\":\"docker-" + id
                            + ".scope\"},\"container\":{\"id\":\"" + id
                            + "\"}," + FeedLines.imds(1, 1, 1) + ",\"evidence\":{\"connect-probe\":1}}");
        }
        FleetReport r = lines.report();
        assertEquals(1, r.callers().size());
        assertEquals("docker-*.scope", r.callers().getFirst().identity.unit());
        assertEquals(3, r.callers().getFirst().instances.size());
    }

    private static long of(String event) {
        Fleet fleet = new Fleet(FeedLines.period(), null);
        new FeedLines().line(event).into(fleet, "i-7");
        return FleetReport.of(fleet).find("i-7").instance().blocking;
    }

    @Test
    void oneToolForTwoScriptsIsTwoCallersInFeedAndEventsAlike() {
        FeedLines lines = new FeedLines();
        String caller =
                "{\"timestamp\":\"2026-11-22T11:00:00Z\",\"feed\":{\"version\":1,\"record\":\"caller\",\"interval_seconds\":60},"
                        + FeedLines.host("i-1")
                        + ",\"caller\":{\"name\":\"curl (a.sh)\",\"script\":\"/opt/a.sh\"},\"process\":{\"executable\":"
                        + "{\"path\":\"/usr/bin/curl\"},\"title\":\"curl\"}," + FeedLines.imds(1, 1, 1)
                        + ",\"evidence\":{\"connect-probe\":1}}";
        lines.line(caller).line(caller.replace("a.sh", "b.sh"));
        Fleet fleet = lines.fleet();
        new FeedLines()
                .line(
                        "{\"timestamp\":\"2026-11-22T11:00:00Z\",\"imds\":{\"version\":\"v1\",\"kind\":\"metadata\",\"outcome\":\"served\","
                                + "\"path_class\":\"credentials\"},\"process\":{\"pid\":1,\"executable\":{\"path\":\"/usr/bin/curl\"},"
                                + "\"title\":\"curl\"},\"caller\":{\"script\":\"/opt/b.sh\"},\"evidence\":{\"method\":\"connect-probe\"}}")
                .into(fleet, "i-2");
        FleetReport r = FleetReport.of(fleet);
        assertEquals(2, r.callers().size());
        FleetCaller b = r.callers().getFirst();
        assertEquals("curl (b.sh)", b.identity.name());
        assertEquals("run by /opt/b.sh", b.identity.place());
        assertEquals(2, b.instances.size(), "by the feed of one machine and the event file of another");
        List<String> json = new java.util.ArrayList<>();
        FleetJson.lines(r, 10, json::add);
        assertTrue(
                json.stream()
                        .anyMatch(l -> l.contains("\"caller\":{\"name\":\"curl (b.sh)\",\"script\":\"/opt/b.sh\"")),
                json.toString());
    }

    @Test
    void sightingsOfAnEventFileCountForTheMachineThatTheFileIsOf() {
        String sighting =
                "{\"timestamp\":\"2026-11-22T11:00:00.123456789Z\",\"imds\":{\"version\":\"v1\",\"kind\":\"metadata\",\"outcome\":\"served\","
                        + "\"path_class\":\"credentials\",\"cause\":\"never-tried\"},\"process\":{\"pid\":1,\"executable\":{\"path\":\"/usr/bin/curl\"},"
                        + "\"title\":\"curl\",\"parents\":[{\"pid\":2,\"title\":\"sh\"}]},\"evidence\":{\"method\":\"connect-probe\"}";
        FeedLines lines = new FeedLines()
                .line(sighting + "}")
                .line(sighting + ",\"event\":{\"action\":\"roll-up\",\"count\":41}}")
                .line(sighting.replace("served", "refused") + "}")
                .line(sighting.replace("metadata\",", "foreign\",") + "}");
        Fleet fleet = new Fleet(FeedLines.period(), null);
        lines.into(fleet, "i-0123456789abcdef0");
        FleetReport r = FleetReport.of(fleet);
        assertEquals(42, r.find("i-0123456789abcdef0").instance().blocking);
        assertEquals(44, r.find("i-0123456789abcdef0").instance().v1);
        assertEquals(42, r.days().stream().mapToLong(Day::blockingCalls).sum());
        assertEquals("curl", r.callers().getFirst().identity.name());
        assertEquals(0, of(sighting.replace("served", "undetermined") + "}"), "hidden, not known to break");
        assertEquals(0, of(sighting.replace("metadata\",", "token\",") + "}"), "treated alike in both settings");

        lines.into(fleet, "i-1");
        new FeedLines().caller("i-1", 1, "wget", 2).into(fleet, "-");
        FleetReport both = FleetReport.of(fleet);
        assertEquals(2, both.find("i-1").instance().blocking, "its feed has the same requests");
        assertEquals(44, both.days().stream().mapToLong(Day::blockingCalls).sum());
        assertEquals(1, both.inputs().eventsBesideFeed);
    }

    @Test
    void withoutHeartbeatsAnInstanceIsNeverReady() {
        Fleet fleet = new Fleet(FeedLines.period(), null);
        new FeedLines()
                .line(
                        "{\"timestamp\":\"2026-11-22T11:00:00Z\",\"imds\":{\"version\":\"v2\",\"kind\":\"metadata\",\"outcome\":\"served\"},"
                                + "\"evidence\":{\"method\":\"none\"}}")
                .into(fleet, "web-1");
        FleetReport r = FleetReport.of(fleet);
        assertEquals(InstanceState.INCONCLUSIVE, state(r, "web-1"));
        assertEquals(List.of("no-heartbeat"), codes(r, "web-1"));
    }

    @Test
    void ofTheInstanceThatIsAskedForAllCallersAreKept() {
        FeedLines lines = new FeedLines()
                .caller("i-1", 1, "good", 0)
                .caller("i-1", 1, "bad", 2)
                .caller("i-2", 1, "good", 0);
        Fleet fleet = new Fleet(FeedLines.period(), "i-1");
        lines.into(fleet, "-");
        FleetReport r = FleetReport.of(fleet);
        assertEquals(2, r.find("i-1").instance().uses().size());
        assertEquals(0, r.find("i-2").instance().uses().size());
        assertEquals(1, r.callers().size(), "what does not block is no caller of the fleet's");
        String text = String.join("\n", FleetReport.one(r, "i-1", false));
        assertTrue(text.contains("good") && text.contains("bad") && text.contains("connect-probe"), text);
        assertTrue(FleetReport.one(r, "i-9", false).isEmpty());
    }

    @Test
    void recordsOfALaterTimeAreLeftOutAndSaid() {
        FleetReport r = new FeedLines().caller("i-1", -5, "curl", 1).report();
        assertTrue(r.instances().isEmpty());
        assertEquals(1, r.inputs().after);
        assertTrue(
                FleetWording.notes(r).toString().contains("--until 2026-11-22T17:00:00Z"),
                FleetWording.notes(r).toString());
    }

    @Test
    void everyJsonLineIsAnObjectOfItsKind() throws Exception {
        FleetReport r = new FeedLines()
                .heartbeats("i-1", 26, 0)
                .caller("i-2", 1, "cu\\\"rl", 1)
                .line("nonsense")
                .report();
        List<String> kinds = new ArrayList<>();
        com.fasterxml.jackson.databind.ObjectMapper json = new com.fasterxml.jackson.databind.ObjectMapper();
        FleetJson.lines(r, 100, line -> {
            try {
                kinds.add(json.readTree(line).at("/fleet/record").asText());
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new AssertionError(line, e);
            }
            assertFalse(line.chars().anyMatch(c -> c < 0x20));
        });
        assertEquals(
                List.of("caller", "day", "instance", "step", "summary"),
                kinds.stream().distinct().sorted().toList());
        assertNotNull(r.find("i-2"));
    }
}
