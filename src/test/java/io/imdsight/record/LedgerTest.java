package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ledger on a real database. */
class LedgerTest {
    private static final long M = Seen.MINUTE;

    @TempDir
    Path temporary;

    private final Drops drops = new Drops();
    private final List<String> said = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private Path directory;
    private Ledger ledger;

    @BeforeEach
    void open() throws Exception {
        directory = temporary.resolve("state");
        ledger = ledger(LedgerOptions.in(directory));
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private Ledger ledger(LedgerOptions options) throws LedgerException {
        return Ledger.open(options, drops, said::add, clock::get);
    }

    private void reopen(LedgerOptions options) throws LedgerException {
        ledger.close();
        ledger = ledger(options);
    }

    private void tick(long minute) {
        clock.addAndGet(1_000_000_000L);
        ledger.tick(minute * Seen.MINUTE_NANOS);
    }

    private List<Tally> read() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            return reader.tallies(0, Long.MAX_VALUE);
        }
    }

    private Set<String> titles() throws LedgerException {
        return read().stream().map(t -> t.key().caller().title()).collect(Collectors.toSet());
    }

    private Path only(String prefix) throws Exception {
        try (var all = Files.list(directory)) {
            return all.filter(p -> p.getFileName().toString().startsWith(prefix)
                            && p.getFileName().toString().endsWith("Z"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatIsCommittedIsReadBesideTheWriterAndNothingElse() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v1(M, "a"));
        ledger.add(Seen.v2(M + 1, "a"));
        assertEquals(List.of(), read());
        ledger.commit();
        ledger.add(Seen.v1(M, "a"));
        assertEquals(3, Seen.sum(read()));
        ledger.commit();
        assertEquals(
                Set.of(new Tally(TallyKey.of(Seen.v1(M, "a")), 3), new Tally(TallyKey.of(Seen.v2(M + 1, "a")), 1)),
                Set.copyOf(read()));
        assertEquals(List.of(), said);
    }

    @Test
    void aProfileKeepsTheFirstExampleWithVersion1AndTheTargets() throws Exception {
        ledger.add(Seen.v2(M, "a"));
        ledger.commit();
        ledger.add(Seen.of(M + 3, Version.V1, Outcome.SERVED, Seen.caller("a"), "curl/8", "/x"));
        ledger.commit();
        try (LedgerReader reader = LedgerReader.open(directory)) {
            CallerProfile p = reader.callers(M, M + 4).getFirst();
            assertEquals(Seen.caller("a"), p.example());
            assertEquals(List.of("/latest/api/token", "/x"), p.paths());
            assertEquals(M, p.firstSeenNanos() / Seen.MINUTE_NANOS);
            assertEquals(M + 3, p.lastSeenNanos() / Seen.MINUTE_NANOS);
            assertEquals(List.of(), reader.callers(M + 4, M + 5));
        }
    }

    @Test
    void whatWasLostInAMinuteThatWasNotWatchedAtAllIsInItsCoverage() throws Exception {
        ledger.started(M * Seen.MINUTE_NANOS, "1.0");
        Coverage lost = new Coverage(M, 0, ConnectionCounts.NONE, Map.of(Drop.FAULT, 1L));
        ConnectionCounts unseen = new ConnectionCounts(0, 1, 0, Map.of(KernelOnly.UNEXPLAINED, 1L));
        Coverage missed = new Coverage(M + 1, 0, unseen, Map.of());
        ledger.coverage(lost);
        ledger.coverage(missed);
        ledger.coverage(new Coverage(M + 2, 0, new ConnectionCounts(1, 0, 0, Map.of()), Map.of()));
        ledger.stopped(M * Seen.MINUTE_NANOS + 1);
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(List.of(lost, missed), reader.coverage(M, M + 3));
        }
    }

    @Test
    void coverageAddsUpAndSaysWhichZeroIsEvidence() throws Exception {
        Map<KernelOnly, Long> reason = Map.of(KernelOnly.UNEXPLAINED, 1L);
        ledger.started(M * Seen.MINUTE_NANOS, "1.0");
        ledger.coverage(new Coverage(M, 30_000, new ConnectionCounts(2, 0, 1, Map.of()), Map.of()));
        ledger.coverage(new Coverage(M, 30_000, new ConnectionCounts(1, 0, 0, Map.of()), Map.of()));
        ledger.coverage(new Coverage(M + 1, 60_000, new ConnectionCounts(0, 1, 0, reason), Map.of()));
        ledger.coverage(new Coverage(M + 2, 60_000, ConnectionCounts.NONE, Map.of(Drop.KERNEL_RING, 5L)));
        ledger.coverage(new Coverage(M + 3, 31_000, ConnectionCounts.NONE, Map.of(Drop.PROBE_RING, 5L)));
        ledger.gap(new CaptureGap(M * Seen.MINUTE_NANOS, M * Seen.MINUTE_NANOS + 5, "why"));
        ledger.stopped((M + 4) * Seen.MINUTE_NANOS);
        reopen(LedgerOptions.in(directory));
        ledger.started((M + 5) * Seen.MINUTE_NANOS, "1.1");
        ledger.coverage(Seen.whole(M + 3));
        clock.addAndGet(20_000_000_000L);
        tick(M + 6);
        try (LedgerReader reader = LedgerReader.open(directory)) {
            List<Coverage> c = reader.coverage(M, M + 9);
            assertEquals(new ConnectionCounts(3, 0, 1, Map.of()), c.getFirst().connections());
            assertEquals(
                    List.of(true, false, false, true),
                    c.stream().map(Coverage::sound).toList());
            assertEquals(60_000, c.get(3).capturedMillis());
            assertEquals(
                    List.of("stopped", "running"),
                    reader.runs(0, Long.MAX_VALUE).stream().map(AgentRun::end).toList());
            assertEquals("why", reader.gaps(M, M + 1).getFirst().reason());
        }
    }

    @Test
    void theFirstSecondIsWrittenAtOnceAndTheLedgerBeginsWithTheAgentAndNotWithItsMinute() throws Exception {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(7, reader.begunNanos(7), "nothing is in it");
            ledger.started(M * Seen.MINUTE_NANOS + 30_000_000_000L, "1.0");
            assertEquals(M * Seen.MINUTE_NANOS + 30_000_000_000L, reader.begunNanos(7));
            ledger.coverage(new Coverage(M, 1_000, ConnectionCounts.NONE, Map.of()));
            tick(M);
            assertEquals(1_000, reader.coverage(M, M + 1).getFirst().capturedMillis());
            assertEquals(M * Seen.MINUTE_NANOS + 30_000_000_000L, reader.begunNanos(7));
            ledger.add(Seen.v1(M - 60, "early")); // as of an agent before it
            ledger.commit();
            assertEquals((M - 60) * Seen.MINUTE_NANOS, reader.begunNanos(7));
        }
    }

    @Test
    void aRunThatWasKilledIsSeenAsSuch() throws Exception {
        ledger.started(M * Seen.MINUTE_NANOS, "1.0");
        reopen(LedgerOptions.in(directory));
        ledger.started((M + 9) * Seen.MINUTE_NANOS, "1.0");
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(
                    List.of("killed", "running"),
                    reader.runs(0, Long.MAX_VALUE).stream().map(AgentRun::end).toList());
        }
    }

    @Test
    void callersBeyondADaysNumberAreCountedUnderOtherAlsoAfterAStart() throws Exception {
        LedgerOptions three = new LedgerOptions(directory, 400, 1 << 24, 3);
        reopen(three);
        for (String title : List.of("a", "b", "c", "d", "e")) {
            ledger.add(Seen.v1(M, title));
        }
        ledger.commit();
        reopen(three);
        for (String title : List.of("f", "a")) {
            ledger.add(Seen.v1(M, title));
        }
        ledger.commit();
        assertEquals(7, Seen.sum(read()));
        assertEquals(3, drops.get(Drop.LEDGER_CALLERS));
        assertEquals(4, titles().size());
        assertEquals(
                3,
                read().stream()
                        .filter(t -> t.key().caller().equals(CallerKey.OTHER))
                        .mapToLong(Tally::count)
                        .sum());
        ledger.add(Seen.v1(M + 1440, "f"));
        ledger.commit();
        assertTrue(titles().contains("f"), "the next day has room");
    }

    @Test
    void aProgramThatInventsUserAgentsUsesUpNobodysPlace() throws Exception {
        reopen(new LedgerOptions(directory, 400, 1 << 24, 100));
        for (int i = 0; i < 1000; i++) {
            ledger.add(Seen.v1(M, "liar", "agent/" + i));
            ledger.add(Seen.v1(M, "honest"));
        }
        ledger.commit();
        assertEquals(2000, Seen.sum(read()));
        assertEquals(Set.of("liar", "honest"), titles());
        assertEquals(CallersOfDay.AGENTS_MAX + 2, read().size());
        assertTrue(read().stream()
                .anyMatch(t -> CallersOfDay.VARIOUS.equals(t.key().caller().userAgent())
                        && t.count() == 1000 - CallersOfDay.AGENTS_MAX));
        assertEquals(0, drops.get(Drop.LEDGER_CALLERS));
    }

    @Test
    void hostileTextsComeBackAsTheyWereAndAreCutWhereTheyAreLong() throws Exception {
        String nasty = "'); DROP TABLE tally; --\\x00\"🦀%s";
        ledger.add(Seen.v1(M, nasty, "🦀".repeat(5000)));
        ledger.add(Seen.of(M, Version.V1, Outcome.SERVED, null, "", "/" + "a".repeat(65_000)));
        ledger.commit();
        assertEquals(2, Seen.sum(read()));
        assertTrue(titles().contains(nasty));
        for (Tally t : read()) {
            assertTrue(t.key().caller().userAgent().length() <= Waiting.TEXT_CHARS_MAX + 1);
        }
        try (LedgerReader reader = LedgerReader.open(directory)) {
            for (CallerProfile p : reader.callers(M, M + 1)) {
                assertTrue(p.paths().getFirst().length() <= Waiting.PATH_CHARS_MAX + 1);
            }
            assertTrue(reader.callers(M, M + 1).stream().anyMatch(p -> p.example() == null));
        }
    }

    @Test
    void aDamagedFileIsSetAsideAndSaid() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.close();
        byte[] bytes = Files.readAllBytes(directory.resolve(LedgerFile.NAME));
        for (int i = 4096; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        Files.write(directory.resolve(LedgerFile.NAME), bytes);
        ledger = ledger(LedgerOptions.in(directory));
        ledger.add(Seen.v1(M, "b"));
        ledger.commit();
        assertEquals(Set.of("b"), titles());
        assertEquals(1, said.size());
        assertTrue(said.getFirst().contains("DAMAGED"), said.getFirst());
        assertEquals(bytes.length, Files.size(only("ledger.db.damaged-")));
    }

    @Test
    void aLetterChangedInTheNameOfAColumnIsDamageThoughSqliteFindsNone() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.close();
        Path file = directory.resolve(LedgerFile.NAME);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertTrue(bytes.contains("last_seen_nanos INTEGER"), "the tables' text");
        Files.writeString(
                file, bytes.replace("last_seen_nanos INTEGER", "lasT_zeen_nanos INTEGER"), StandardCharsets.ISO_8859_1);
        ledger = ledger(LedgerOptions.in(directory));
        ledger.add(Seen.v1(M, "b"));
        ledger.commit();
        assertEquals(Set.of("b"), titles());
        assertTrue(said.getFirst().contains("DAMAGED"), said.getFirst());
    }

    @Test
    void damageThatShowsUnderWayLosesNothingOfWhatComes() throws Exception {
        for (int i = 0; i < 4000; i++) {
            ledger.add(Seen.v1(M - i * 10L, "a" + i));
        }
        tick(M);
        ledger.close();
        ledger = ledger(LedgerOptions.in(directory));
        try (var f =
                new java.io.RandomAccessFile(directory.resolve(LedgerFile.NAME).toFile(), "rw")) {
            long length = f.length();
            f.seek(4096);
            f.write(new byte[(int) length - 4096]);
        }
        for (int i = 0; i < 50; i++) {
            ledger.add(Seen.v1(M + 5000 + i, "b" + i));
            ledger.commit();
        }
        assertEquals(50, Seen.sum(read()));
        assertTrue(said.getFirst().contains("DAMAGED"), said::toString);
    }

    @Test
    void textAndOtherProgramsDatabasesAreNoLedgers() throws Exception {
        ledger.close();
        Files.writeString(directory.resolve(LedgerFile.NAME), "not a database, but long enough to look at ".repeat(30));
        ledger = ledger(LedgerOptions.in(directory));
        assertEquals(1, said.size());
        ledger.close();
        Files.delete(directory.resolve(LedgerFile.NAME));
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE theirs(x)");
        }
        ledger = ledger(LedgerOptions.in(directory));
        assertEquals(2, said.size());
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        assertEquals(1, Seen.sum(read()));
    }

    @Test
    void anEmptyFileIsALedgerThatHasNotBegunForWhoWritesAndForWhoReads() throws Exception {
        ledger.close();
        Path file = directory.resolve(LedgerFile.NAME);
        Files.delete(file);
        Files.createFile(file);
        assertEquals(
                LedgerException.Kind.ABSENT,
                assertThrows(LedgerException.class, () -> LedgerReader.open(directory))
                        .kind());
        ledger = ledger(LedgerOptions.in(directory));
        assertEquals(List.of(), said);
        assertEquals(List.of(), read());
    }

    @Test
    @Timeout(60)
    void whatIsNoFileIsNeitherWaitedForNorALedger() throws Exception {
        ledger.close();
        Path file = directory.resolve(LedgerFile.NAME);
        for (String[] command : new String[][] {{"mkfifo", file.toString()}, {"mkdir", file.toString()}}) {
            Files.delete(file);
            assertEquals(0, new ProcessBuilder(command).start().waitFor());
            LedgerException e = assertThrows(LedgerException.class, () -> LedgerReader.open(directory));
            assertEquals(LedgerException.Kind.UNREADABLE, e.kind());
            said.clear();
            ledger = ledger(LedgerOptions.in(directory));
            assertTrue(said.getFirst().contains("DAMAGED (" + file + " is a "), said::toString);
            ledger.add(Seen.v1(M, "a"));
            ledger.commit();
            assertEquals(1, Seen.sum(read()));
            ledger.close();
        }
    }

    @Test
    void aDatabaseOfAnotherProgramIsNoLedgerToRead() throws Exception {
        ledger.close();
        Files.delete(directory.resolve(LedgerFile.NAME));
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            s.execute("CREATE TABLE theirs(x)");
        }
        LedgerException e = assertThrows(LedgerException.class, () -> LedgerReader.open(directory));
        assertEquals(LedgerException.Kind.UNREADABLE, e.kind());
        assertTrue(e.getMessage().contains("another program"), e.getMessage());
    }

    @Test
    void aLedgerOfALaterVersionIsNotTouched() throws Exception {
        ledger.close();
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            s.execute("PRAGMA user_version = 99");
        }
        LedgerException e = assertThrows(LedgerException.class, () -> ledger(LedgerOptions.in(directory)));
        assertEquals(LedgerException.Kind.LATER, e.kind());
        assertEquals(
                LedgerException.Kind.LATER,
                assertThrows(LedgerException.class, () -> LedgerReader.open(directory))
                        .kind());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "class SET path_class = 'events'",
                "class SET cause = 'not-yet-thought-of'",
                "dropped SET place = 'elsewhere-again'"
            })
    void norIsOneOfTheSameLayoutWithWordsOfALaterVersion(String words) throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.coverage(new Coverage(M, 60_000, ConnectionCounts.NONE, Map.of(Drop.KERNEL_RING, 1L)));
        ledger.close();
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            assertEquals(1, s.executeUpdate("UPDATE " + words));
        }
        LedgerException e = assertThrows(LedgerException.class, () -> ledger(LedgerOptions.in(directory)));
        assertEquals(LedgerException.Kind.LATER, e.kind(), e.getMessage());
        e = assertThrows(LedgerException.class, () -> LedgerReader.open(directory));
        assertEquals(LedgerException.Kind.LATER, e.kind(), e.getMessage());
        assertTrue(e.getMessage().contains("later version of imdsight (it says '"), e.getMessage());
        assertTrue(Files.exists(directory.resolve(LedgerFile.NAME)), "it was set aside");
    }

    @Test
    void aWordOfOursWithOneLetterChangedIsDamage() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.close();
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            assertEquals(1, s.executeUpdate("UPDATE class SET outcome = 'rerved'"));
        }
        Ledger again = ledger(LedgerOptions.in(directory));
        again.add(Seen.v1(M, "a"));
        again.commit();
        again.close();
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.filter(f -> f.toString().contains("damaged")).count());
        }
    }

    @Test
    void aFileOfAnEarlierLayoutIsBroughtForwardWithWhatIsInItOrLeftAsItIs() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.close();
        List<List<String>> steps = new ArrayList<>(LedgerSchema.STEPS);
        steps.add(List.of("ALTER TABLE tally ADD COLUMN later INTEGER NOT NULL DEFAULT 7", "broken"));
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16)) {
            assertThrows(SQLException.class, () -> LedgerSchema.migrate(c, steps));
            assertEquals(LedgerSchema.STEPS.size(), LedgerSchema.version(c));
            steps.set(steps.size() - 1, steps.getLast().subList(0, 1));
            LedgerSchema.migrate(c, steps);
            assertEquals(LedgerSchema.STEPS.size() + 1, LedgerSchema.version(c));
            assertEquals(7, LedgerSchema.number(c, "SELECT later FROM tally WHERE count = 1"));
        }
        ledger = ledger(LedgerOptions.in(temporary.resolve("other")));
    }

    @Test
    void aStateDirectoryThatIsALinkToNowhereIsSaidToBeOne() throws Exception {
        Path loop = temporary.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertSaidOf(loop, loop + " is a symbolic link that leads to no directory");
        Path file = Files.createFile(temporary.resolve("file"));
        assertSaidOf(file, file + " is no directory");
    }

    private void assertSaidOf(Path stateDirectory, String expected) throws LedgerException {
        said.clear();
        try (Ledger other = ledger(LedgerOptions.in(stateDirectory))) {
            other.commit();
        }
        assertTrue(said.toString().contains(expected), said::toString);
    }

    @Test
    void aSecondAgentIsTurnedAwayAndReadersAreNot() throws Exception {
        LedgerException e = assertThrows(LedgerException.class, () -> ledger(LedgerOptions.in(directory)));
        assertEquals(LedgerException.Kind.IN_USE, e.kind());
        assertTrue(e.getMessage().contains("--state-dir"), e.getMessage());
        assertEquals(List.of(), read());
        assertEquals(
                LedgerException.Kind.ABSENT,
                assertThrows(LedgerException.class, () -> LedgerReader.open(temporary))
                        .kind());
    }

    @Test
    void onlyTheOwnerMayReadIt() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
        try (var files = Files.list(directory)) {
            for (Path f : files.toList()) {
                assertEquals(
                        "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(f)), f.toString());
            }
        }
    }

    @Test
    void aFileDeletedUnderWayIsWrittenAgainWithEverythingThatWasInIt() throws Exception {
        ledger.started(M * Seen.MINUTE_NANOS, "1.0");
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.delete(directory.resolve(LedgerFile.NAME + suffix));
        }
        ledger.add(Seen.v1(M, "b"));
        ledger.commit();
        tick(M);
        ledger.add(Seen.v1(M, "c"));
        ledger.commit();
        assertEquals(1, said.size(), said::toString);
        assertEquals(Set.of("a", "b", "c"), titles());
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(1, reader.runs(0, Long.MAX_VALUE).size());
        }
    }

    @Test
    void aDirectoryDeletedUnderWayIsMadeAgainAndLocked() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        try (var files = Files.list(directory)) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        Files.delete(directory);
        ledger.add(Seen.v1(M, "b"));
        ledger.commit();
        tick(M);
        assertEquals(Set.of("a", "b"), titles());
        assertEquals(
                LedgerException.Kind.IN_USE,
                assertThrows(LedgerException.class, () -> ledger(LedgerOptions.in(directory)))
                        .kind());
    }

    @Test
    void whoeverHoldsTheFileForAMomentCostsNothing() throws Exception {
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), false, 16);
                Statement s = c.createStatement()) {
            s.execute("BEGIN IMMEDIATE");
            ledger.add(Seen.v1(M, "a"));
            ledger.commit();
            ledger.add(Seen.v1(M, "a"));
            assertEquals(2, ledger.waiting());
            s.execute("ROLLBACK");
        }
        tick(M);
        tick(M);
        assertEquals(2, Seen.sum(read()));
        assertEquals(List.of(), said);
    }

    @Test
    void aReaderWithAnOldStateHoldsNoCommitUp() throws Exception {
        ledger.add(Seen.v1(M, "a"));
        ledger.commit();
        try (Connection c = LedgerFile.connect(directory.resolve(LedgerFile.NAME), true, 16);
                Statement s = c.createStatement()) {
            s.execute("BEGIN");
            assertEquals(1, LedgerSchema.number(c, "SELECT sum(count) FROM tally"));
            for (int i = 0; i < 100; i++) {
                ledger.add(Seen.v1(M, "a"));
                ledger.commit();
            }
            tick(M);
            assertEquals(0, ledger.waiting());
            assertEquals(1, LedgerSchema.number(c, "SELECT sum(count) FROM tally"));
            s.execute("COMMIT");
        }
        assertEquals(101, Seen.sum(read()));
    }

    @Test
    void withoutADirectoryThatCanBeWrittenCountsWaitInMemoryUntilThereIsOne() throws Exception {
        Files.writeString(temporary.resolve("file"), "");
        Path below = temporary.resolve("file/state");
        try (Ledger l = ledger(LedgerOptions.in(below))) {
            assertEquals(1, said.size());
            l.started(M * Seen.MINUTE_NANOS, "1.0");
            l.add(Seen.v1(M, "a"));
            l.commit();
            assertEquals(1, l.waiting());
            assertTrue(l.isFailing());
            Files.delete(temporary.resolve("file"));
            clock.addAndGet(60_000_000_000L);
            l.tick(M * Seen.MINUTE_NANOS);
            assertEquals(2, said.size());
            assertTrue(said.get(1).contains("1 request that waited is in it, 0 lost"), said.get(1));
            assertFalse(l.isFailing());
            try (LedgerReader reader = LedgerReader.open(below)) {
                assertEquals(1, Seen.sum(reader.tallies(0, Long.MAX_VALUE)));
                assertEquals(1, reader.runs(0, Long.MAX_VALUE).size());
            }
        }
        assertEquals(0, drops.get(Drop.LEDGER));
    }

    @Test
    void memoryForWhatWaitsIsBoundedAndGivesUpNamesBeforeCounts() {
        Waiting waiting = new Waiting(100_000);
        int refused = 0;
        for (int i = 0; i < 5000; i++) {
            refused += waiting.add(Seen.v1(M, "a" + i)) ? 0 : 1;
        }
        assertEquals(0, refused);
        assertEquals(5000, waiting.sightings());
        assertEquals(
                5000,
                waiting.tallies().values().stream().mapToLong(Long::longValue).sum());
        assertTrue(waiting.tallies().size() < 100);
        assertTrue(waiting.renamed() > 4900);
        for (int i = 0; i < 5000; i++) {
            refused += waiting.add(Seen.v1(M + i, "a")) ? 0 : 1;
        }
        assertTrue(refused > 4000);
        assertEquals(10_000 - refused, waiting.sightings());
        assertTrue(waiting.add(Seen.v1(M, "z")), "a tally that is there takes more");
    }

    @Test
    void minutesAreDeletedByAgeWithTheirCallersAndWhatWasStillPendingIsCounted() throws Exception {
        ledger.register(Destination.FEED, 0);
        ledger.add(Seen.v1(M, "old"));
        ledger.add(Seen.v1(M + 400 * 1440, "new"));
        ledger.commit();
        tick(M + 400 * 1440);
        assertEquals(2, titles().size());
        tick(M + 400 * 1440 + 10); // where nothing is written it looks once in ten minutes
        assertEquals(Set.of("new"), titles());
        assertEquals(1, drops.get(Drop.LEDGER_EXPIRED));
        tick(M + 400 * 1440 + 200);
        ledger.add(Seen.v1(M + 400 * 1440, "old"));
        ledger.commit();
        assertEquals(Set.of("new", "old"), titles());
        assertEquals(
                List.of(M + 400 * 1440),
                ledger.closedMinutes(Destination.FEED, Long.MAX_VALUE, 10).stream()
                        .map(PendingMinute::minute)
                        .toList());
    }

    @Test
    void theFileStaysWithinItsSizeAndTheOldestGoFirst() throws Exception {
        long bytesMax = 2L << 20;
        reopen(new LedgerOptions(directory, 400, bytesMax, 1000));
        long minute = M;
        for (int round = 0; round < 300; round++) {
            for (int i = 0; i < 1000; i++) {
                ledger.add(Seen.v1(minute + i % 30, "caller-" + i % 200));
            }
            minute += 30;
            ledger.commit();
            tick(minute);
        }
        for (int i = 0; i < 20; i++) {
            tick(minute);
        }
        assertNull(said.isEmpty() ? null : said.getFirst());
        ledger.close();
        long size = Files.size(directory.resolve(LedgerFile.NAME));
        assertTrue(size <= bytesMax, "size " + size);
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(minute, reader.span()[1]);
            assertTrue(reader.span()[0] > M);
            assertEquals(1000, Seen.sum(reader.tallies(minute - 30, minute)));
            assertFalse(reader.tallies(minute - 2000, minute).stream()
                    .anyMatch(t -> t.key().caller().equals(CallerKey.OTHER)));
        }
    }
}
