package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.model.Cause;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.Coverage;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BothTalliesTest {
    /** The minute in which {@link Findings#add} has its requests. */
    private static final long MINUTE = TallyKey.minuteOf(Findings.START) + 1;

    private final Findings ledger = new Findings();
    private final Findings capture = new Findings();

    private static void seen(Findings where, int times, int watchedMillis) {
        for (int i = 0; i < times; i++) {
            where.add(Findings.curl(), "curl/8", "/a", 0, Version.V2, Kind.METADATA, Outcome.SERVED, null);
        }
        if (watchedMillis > 0) {
            where.book.watched(new Coverage(MINUTE, watchedMillis, ConnectionCounts.NONE, Map.of()));
        }
    }

    private long sum() {
        return new BothTallies(ledger.book, capture.book)
                .tallies(0, Long.MAX_VALUE).stream().mapToLong(Tally::count).sum();
    }

    @Test
    void whatBothSawCountsOnceAsOftenAsTheOneThatSawMore() {
        seen(ledger, 5, 60_000);
        seen(capture, 3, 20_000);
        assertEquals(5, sum());
        assertEquals(
                60_000,
                new BothTallies(ledger.book, capture.book)
                        .coverage(MINUTE, MINUTE + 1)
                        .getFirst()
                        .capturedMillis());
    }

    @Test
    void aCallThatOnlyOneOfThemSawIsNeverLost() {
        seen(ledger, 5, 0);
        capture.add(Findings.curl(), "curl/9", "/b", 0, Version.V2, Kind.METADATA, Outcome.SERVED, null);
        capture.add(Findings.curl(), "curl/8", "/b", 0, Version.V2, Kind.METADATA, Outcome.FAILED, null);
        capture.book.watched(new Coverage(MINUTE, 60_000, ConnectionCounts.NONE, Map.of()));
        assertEquals(7, sum());
    }

    @Test
    void whoBeganLaterAndKnowsNoCauseCountsNothingTwice() {
        ledger.v1(Findings.curl(), "curl/8", Cause.NEVER_TRIED, "/a");
        capture.v1(Findings.curl(), "curl/8", Cause.UNKNOWN, "/a");
        assertEquals(1, sum());
    }

    @Test
    void aCallerThatBothKnowIsOne() {
        seen(ledger, 1, 10);
        seen(capture, 1, 10);
        assertEquals(
                1,
                new BothTallies(ledger.book, capture.book)
                        .callers(0, Long.MAX_VALUE)
                        .size());
    }
}
