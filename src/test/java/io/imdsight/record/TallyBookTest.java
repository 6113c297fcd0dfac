package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Kind;
import io.imdsight.model.Link;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TallyBookTest {
    private static final long MINUTE = 60_000_000_000L;

    private static Sighting sighting(long nanos, Version version, String agent, String path, Caller caller) {
        RequestHead head = new RequestHead("GET", path, agent, RequestHead.FORWARDED_FOR, true);
        Exchange e = new Exchange(
                nanos,
                Link.UNKNOWN,
                new Connection(IpAddress.parse("10.0.0.5"), 1, IpAddress.IMDS_V4, 80),
                nanos,
                head,
                0,
                new Answer(Answer.State.RECEIVED, 200));
        return new Sighting(
                e,
                new Classification(version, Kind.METADATA, Outcome.SERVED, PathClass.OTHER),
                version == Version.V1 ? Cause.NEVER_TRIED : null,
                caller,
                caller == null ? Evidence.none("x") : Evidence.CONNECT_PROBE);
    }

    private static Caller curl(String script) {
        Caller parent = new Caller(2, null, List.of(), script, -1, null, 0, null, null, null, List.of());
        return new Caller(3, "/usr/bin/curl", List.of("curl"), "curl", 0, "root", 0, null, null, null, List.of(parent));
    }

    private static long sum(TallyBook book) {
        return book.tallies(Long.MIN_VALUE, Long.MAX_VALUE).stream()
                .mapToLong(Tally::count)
                .sum();
    }

    @Test
    void theSameCallInTheSameMinuteIsOneTallyAndInTheNextAnother() {
        TallyBook book = new TallyBook();
        for (long at : new long[] {0, 1, MINUTE}) {
            book.add(sighting(at, Version.V1, "a", "/", null));
        }
        assertEquals(2, book.tallies(0, 2).size());
        assertEquals(2, book.tallies(0, 1).getFirst().count());
        assertEquals(List.of(), book.tallies(2, 9));
    }

    @Test
    void aProfileKeepsAProcessOfVersionOneTheOtherScriptsThePathsAndTheHeaders() {
        TallyBook book = new TallyBook();
        book.add(sighting(5, Version.V2, "curl", "/v2", curl("sh fine.sh")));
        book.add(sighting(6, Version.V1, "curl", "/a", curl("sh one.sh")));
        book.add(sighting(7, Version.V1, "curl", "/a", curl("sh one.sh")));
        book.add(sighting(8, Version.V1, "curl", "/b", curl("sh two.sh")));
        CallerProfile p = book.callers(0, 1).getFirst();
        assertEquals("sh one.sh", p.example().parents().getFirst().title());
        assertEquals(1, p.more().size());
        assertEquals("sh two.sh", p.more().getFirst().parents().getFirst().title());
        assertEquals(List.of("/v2", "/a", "/b"), p.paths());
        assertEquals(RequestHead.FORWARDED_FOR, p.headers());
        assertEquals(5, p.firstSeenNanos());
        assertEquals(8, p.lastSeenNanos());
    }

    @Test
    void tooManyCallersAreCountedAsOtherAndNoneIsLost() {
        TallyBook book = new TallyBook(3, 1 << 20, 1000);
        for (int i = 0; i < 10; i++) {
            CallerKey counted = book.add(sighting(0, Version.V1, "agent-" + i, "/", null));
            assertEquals(i >= 3, counted.equals(CallerKey.OTHER));
        }
        assertEquals(10, sum(book));
        assertEquals(3, book.callers(0, 1).size());
    }

    @Test
    void hostileTextsAreCutAndTheirSumIsBounded() {
        TallyBook book = new TallyBook(1000, 10_000, 1000);
        for (int i = 0; i < 500; i++) {
            book.add(sighting(0, Version.V1, i + "x".repeat(60_000), "/" + "y".repeat(60_000), curl("z")));
        }
        assertEquals(500, sum(book));
        long characters = book.callers(0, 1).stream()
                .mapToLong(p -> p.key().userAgent().length()
                        + p.paths().stream().mapToLong(String::length).sum())
                .sum();
        assertTrue(characters < 12_000, "characters: " + characters);
    }

    @Test
    void tooManyTalliesGoToOneMinuteAndNoneIsLost() {
        TallyBook book = new TallyBook(10, 1 << 20, 5);
        for (int i = 0; i < 50; i++) {
            book.add(sighting(i * MINUTE, Version.V1, "a", "/", null));
        }
        assertEquals(50, sum(book));
        assertEquals(6, book.tallies(0, 100).size());
    }

    @Test
    void aMinutesWatchIsTheSumOfItsParts() {
        TallyBook book = new TallyBook();
        book.watched(new Coverage(7, 1000, new ConnectionCounts(1, 0, 0, Map.of()), Map.of(Drop.PIPELINE, 2L)));
        book.watched(new Coverage(7, 500, new ConnectionCounts(2, 0, 1, Map.of()), Map.of(Drop.PIPELINE, 1L)));
        Coverage c = book.coverage(0, 8).getFirst();
        assertEquals(1500, c.capturedMillis());
        assertEquals(3, c.connections().both());
        assertEquals(Map.of(Drop.PIPELINE, 3L), c.drops());
        assertEquals(List.of(), book.coverage(0, 7));
    }
}
