package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.Sighting;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerLogTest {
    private static final long HOUR_NANOS = 3_600_000_000_000L;

    private final List<String> lines = new ArrayList<>();
    private final CallerLog log = new CallerLog(false, this::line, 0);

    private void line(int priority, LineBuffer line) {
        lines.add("<" + priority + ">" + Samples.text(line));
    }

    private static Sighting at(long nanos, String title) {
        return at(nanos, title, "/usr/bin/bash");
    }

    private static Sighting at(long nanos, String title, String executable) {
        Sighting s = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        Exchange e = s.exchange();
        Caller c = s.caller();
        Exchange later = new Exchange(
                nanos, e.link(), e.connection(), nanos, e.request(), 0, new Answer(Answer.State.RECEIVED, 200));
        Caller named = new Caller(
                c.pid(),
                executable,
                c.arguments(),
                title,
                c.userId(),
                c.owner(),
                c.startTimeNanos(),
                c.systemdUnit(),
                null,
                null,
                List.of());
        return new Sighting(later, s.classification(), s.cause(), named, s.evidence());
    }

    private static Sighting withoutPath(Sighting s) {
        Caller c = s.caller();
        Caller gone = new Caller(
                c.pid(),
                null,
                c.arguments(),
                c.title(),
                c.userId(),
                c.owner(),
                c.startTimeNanos(),
                c.systemdUnit(),
                null,
                null,
                c.parents());
        return new Sighting(s.exchange(), s.classification(), s.cause(), gone, s.evidence());
    }

    private void accept(Sighting s) throws IOException {
        log.accept(s, TallyKey.of(s));
    }

    @Test
    void aCallerIsSaidOnceAndAgainWhenItWasAwayForMoreThanADay() throws IOException {
        long start = Samples.TIME;
        for (int i = 0; i < 1_000; i++) {
            accept(at(start + i, "sync.sh"));
        }
        accept(at(start + 24 * HOUR_NANOS, "sync.sh"));
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.getFirst().startsWith("<4>new caller without a token: 2026-11-22 05:04:11"), lines.getFirst());
        accept(at(start + 50 * HOUR_NANOS, "sync.sh"));
        assertEquals(2, lines.size());
        assertTrue(lines.getLast().startsWith("<4>caller without a token is back: "), lines.getLast());
    }

    @Test
    void callersOfAnEarlierRunAreNoNews() throws IOException {
        log.known(List.of(new Tally(TallyKey.of(at(Samples.TIME, "sync.sh")), 5)));
        accept(at(Samples.TIME + HOUR_NANOS, "sync.sh"));
        assertEquals(List.of(), lines);
    }

    @Test
    void aCallerThatWasGoneBeforeItsPathWasReadIsNoOtherCaller() throws IOException {
        accept(at(Samples.TIME, "curl", "/usr/bin/curl"));
        accept(at(Samples.TIME + 1, "curl", null));
        assertEquals(1, lines.size(), lines.toString());
        accept(at(Samples.TIME + 2, "wget", null));
        accept(at(Samples.TIME + 3, "wget", "/usr/bin/wget"));
        accept(at(Samples.TIME + 4, "wget", null));
        assertEquals(2, lines.size(), lines.toString());
    }

    @Test
    void oneToolForTwoScriptsIsNewsTwiceAndNotWhereItWasGoneBeforeItWasRead() throws IOException {
        accept(Samples.v1(Samples.curlOf("/opt/a.sh"), Evidence.CONNECT_PROBE));
        accept(Samples.v1(Samples.curlOf("/opt/b.sh"), Evidence.CONNECT_PROBE));
        accept(Samples.v1(Samples.curlOf("/opt/b.sh"), Evidence.CONNECT_PROBE));
        accept(at(Samples.TIME, "curl", null)); // without its ancestors, too
        accept(withoutPath(Samples.v1(Samples.curlOf("/opt/b.sh"), Evidence.CONNECT_PROBE)));
        assertEquals(2, lines.size(), lines.toString());
        log.summary(Samples.TIME, 1);
        assertTrue(lines.stream().anyMatch(l -> l.contains(" by curl (b.sh) user root")), lines.toString());
    }

    @Test
    void twoProgramsOfOneTitleAreEachSaidAlsoWhereSomeCallsHaveNoPath() throws IOException {
        log.known(List.of(new Tally(TallyKey.of(at(Samples.TIME, "curl", "/usr/bin/curl")), 5)));
        accept(at(Samples.TIME, "curl", null));
        assertEquals(List.of(), lines);
        accept(at(Samples.TIME, "curl", "/opt/vendor/bin/curl"));
        assertEquals(1, lines.size(), lines.toString());
        accept(at(Samples.TIME, "sync", null));
        accept(at(Samples.TIME, "sync", "/usr/bin/sync"));
        accept(at(Samples.TIME, "sync", "/opt/vendor/bin/sync"));
        assertEquals(3, lines.size(), lines.toString());
    }

    @Test
    void whoMakesCallersByTheThousandGetsTwentyLinesAMinute() throws IOException {
        for (int i = 0; i < 5_000; i++) {
            accept(at(Samples.TIME, "caller" + i));
        }
        assertEquals(CallerLog.NEWS_A_MINUTE_MAX, lines.size());
        log.step(Samples.TIME, 60_000_000_000L, HOUR_NANOS);
        assertEquals(CallerLog.NEWS_A_MINUTE_MAX + 1, lines.size());
        assertTrue(lines.getLast().startsWith("<4>4980 more callers"), lines.getLast());
    }

    @Test
    void theSummaryNamesCallersMostFrequentFirstAndAddsUp() throws IOException {
        for (int i = 0; i < 30; i++) {
            for (int n = 0; n <= i; n++) {
                accept(at(Samples.TIME, "caller" + i));
            }
        }
        lines.clear();
        log.step(Samples.TIME, HOUR_NANOS, HOUR_NANOS);
        assertTrue(lines.remove(0).startsWith("<4>10 more callers"), lines.toString());
        assertEquals(
                "<6>in the last 3600 s: 465 v1 calls by 30 callers (MetadataNoToken 465, MetadataNoTokenRejected 0), 0 v2, 0 undetermined\n",
                lines.get(0));
        assertEquals("<6>  30 by caller29 user root nightly.service: 30 never-tried; 30 credentials\n", lines.get(1));
        assertEquals("<6>  55 by 10 further callers\n", lines.getLast());
        lines.clear();
        log.summary(Samples.TIME, HOUR_NANOS + 1_000_000_000L);
        assertTrue(lines.getFirst().startsWith("<6>in the last 1 s: 0 v1 calls by 0 callers"), lines.toString());
    }

    @Test
    void asJsonEachLineIsOneObject() throws IOException {
        CallerLog json = new CallerLog(true, this::line, 0);
        Sighting s = at(Samples.TIME, "sync\"\u001b[31m.sh");
        json.accept(s, TallyKey.of(s));
        json.summary(Samples.TIME, 5_000_000_000L);
        assertEquals(3, lines.size());
        lines.forEach(l -> JsonCheck.check(l.substring(3)));
        assertTrue(
                lines.getFirst().startsWith("<4>{\"event\":{\"action\":\"caller-new\"},\"timestamp\":"),
                lines.getFirst());
    }
}
