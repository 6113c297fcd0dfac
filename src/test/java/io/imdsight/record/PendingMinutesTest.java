package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Classification;
import io.imdsight.model.Drops;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is still to be published. */
class PendingMinutesTest {
    private static final long M = Seen.MINUTE;
    private static final Destination CLOUD = Destination.CLOUDWATCH;

    @TempDir
    Path directory;

    private final List<String> said = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private Ledger ledger;

    @BeforeEach
    void open() throws Exception {
        ledger = Ledger.open(LedgerOptions.in(directory), new Drops(), said::add, clock::get);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private void reopen() throws Exception {
        ledger.close();
        open();
    }

    private void whole(long minute) {
        ledger.coverage(Seen.whole(minute));
        clock.addAndGet(60_000_000_000L);
        ledger.tick(minute * Seen.MINUTE_NANOS);
    }

    private List<PendingMinute> closed(long before) {
        return ledger.closedMinutes(CLOUD, before, 100);
    }

    private void identityHolds(long pending) {
        PublishedCounts p = ledger.published(CLOUD);
        assertEquals(pending, p.pending());
        assertEquals(p.recorded(), p.acknowledged() + p.pending() + p.givenUp());
    }

    @Test
    void aMinuteIsPendingUntilAcknowledgedAndZerosOfAWatchedMinuteAreToo() throws Exception {
        ledger.register(CLOUD, M);
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v2(M, "a"));
        ledger.commit();
        whole(M);
        whole(M + 1);
        List<PendingMinute> due = closed(M + 2);
        assertEquals(List.of(M, M + 1), due.stream().map(PendingMinute::minute).toList());
        assertEquals(2, due.getFirst().pending(Classification::countsAsNoToken));
        assertEquals(3, due.getFirst().pending(c -> true));
        assertTrue(due.get(1).sound());
        assertEquals(0, due.get(1).acknowledgements());
        assertEquals(
                List.of(M), closed(M + 1).stream().map(PendingMinute::minute).toList());
        identityHolds(3);
        ledger.acknowledge(CLOUD, due.subList(0, 1));
        identityHolds(0);
        reopen();
        ledger.register(CLOUD, 0);
        assertEquals(
                List.of(M + 1),
                closed(M + 2).stream().map(PendingMinute::minute).toList());
    }

    @Test
    void whatComesLateIsAFurtherDelta() throws Exception {
        ledger.register(CLOUD, M);
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        List<PendingMinute> sent = closed(M + 1);
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v1(M, "b"));
        ledger.commit();
        ledger.acknowledge(CLOUD, sent);
        PendingMinute again = closed(M + 1).getFirst();
        assertEquals(3, again.recorded(c -> true));
        assertEquals(2, again.pending(c -> true));
        assertEquals(1, again.acknowledgements());
        assertFalse(again.sound(), "nobody said that this minute was watched");
        ledger.acknowledge(CLOUD, List.of(again));
        assertEquals(List.of(), closed(M + 1));
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        assertEquals(1, closed(M + 1).getFirst().pending(c -> true));
        identityHolds(1);
    }

    @Test
    void oneDestinationKnowsNothingOfTheOtherAndOneRegisteredLaterGetsWhatItAskedFor() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v1(M + 1, "a"));
        ledger.commit();
        assertEquals(List.of(), closed(M + 9));
        ledger.register(CLOUD, M + 1);
        ledger.register(Destination.FEED, M);
        ledger.acknowledge(Destination.FEED, ledger.closedMinutes(Destination.FEED, M + 9, 9));
        assertEquals(
                List.of(M + 1),
                closed(M + 9).stream().map(PendingMinute::minute).toList());
        identityHolds(1);
        assertEquals(2, ledger.published(Destination.FEED).acknowledged());
    }

    @Test
    void whatIsTooOldToSendIsGivenUpAndCounted() throws Exception {
        ledger.register(CLOUD, 0);
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v1(M + 1, "a"));
        ledger.commit();
        assertEquals(1, ledger.giveUp(CLOUD, M + 1));
        assertEquals(
                List.of(M + 1),
                closed(M + 9).stream().map(PendingMinute::minute).toList());
        identityHolds(1);
        assertEquals(1, ledger.published(CLOUD).givenUp());
    }

    @Test
    void anAcknowledgementThatTheDiskRefusesIsKeptAndNothingIsGivenOutTwice() throws Exception {
        ledger.register(CLOUD, 0);
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        List<PendingMinute> sent = closed(M + 9);
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            s.execute("BEGIN IMMEDIATE");
            ledger.acknowledge(CLOUD, sent);
            s.execute("ROLLBACK");
        }
        assertEquals(List.of(), closed(M + 9));
        clock.addAndGet(60_000_000_000L);
        ledger.tick(M * Seen.MINUTE_NANOS);
        assertEquals(List.of(), closed(M + 9));
        identityHolds(0);
        assertEquals(1, ledger.published(CLOUD).acknowledged());
    }
}
