package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.RequestHead;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that differ in nothing but the script that they work for, and ledgers of the time before. */
class LedgerScriptsTest {
    private static final long M = Seen.MINUTE;

    /**
     * A file of layout 1 as an agent of then had written it: the digest is the first half of the SHA-256 over /usr/bin/curl, curl, nightly.service, none,
     * none, root, curl/7.88.1, none, each with its length before it, worked out by another program.
     */
    private static final List<String> LAYOUT_1_ROWS = List.of(
            "INSERT INTO caller VALUES(2, x'4d0ce5bb2d941cd800293b4b9acb4ab1', '/usr/bin/curl', 'curl', 'nightly.service', NULL, NULL, 'root',"
                    + " 'curl/7.88.1', NULL, 7, 9, 1)",
            "INSERT INTO class VALUES(1, 'v1', 'metadata', 'served', 'credentials', 'never-tried', 'connect-probe')",
            "INSERT INTO tally VALUES(" + M + ", 2, 1, 5, 0, 0)",
            "INSERT INTO path VALUES(2, '/old')");

    @TempDir
    Path directory;

    private final Drops drops = new Drops();
    private final List<String> said = new ArrayList<>();

    private Ledger ledger() throws LedgerException {
        return Ledger.open(LedgerOptions.in(directory), drops, said::add, System::nanoTime);
    }

    private List<Tally> read() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            return reader.tallies(0, Long.MAX_VALUE);
        }
    }

    private Connection connect(boolean readOnly) throws Exception {
        return LedgerFile.connect(directory.resolve(LedgerFile.NAME), readOnly, 16);
    }

    private void layout1() throws Exception {
        Files.createDirectories(directory);
        try (Connection c = connect(false);
                Statement s = c.createStatement()) {
            LedgerSchema.migrate(c, LedgerSchema.STEPS.subList(0, 1));
            for (String sql : LAYOUT_1_ROWS) {
                s.execute(sql);
            }
        }
    }

    private static Map<String, Long> byScript(List<Tally> tallies) {
        return tallies.stream()
                .collect(Collectors.groupingBy(
                        t -> Objects.toString(t.key().caller().script()), Collectors.summingLong(Tally::count)));
    }

    @Test
    void oneCurlForTwoScriptsIsTwoCallersEachWithItsExample() throws Exception {
        try (Ledger ledger = ledger()) {
            ledger.add(Seen.v1(M, Seen.curlOf("/opt/a.sh")));
            ledger.add(Seen.v1(M, Seen.curlOf("/opt/b.sh")));
            ledger.add(Seen.v1(M, Seen.curlOf("/opt/b.sh")));
            ledger.commit();
        }
        assertEquals(Map.of("/opt/a.sh", 1L, "/opt/b.sh", 2L), byScript(read()));
        try (LedgerReader reader = LedgerReader.open(directory)) {
            for (CallerProfile p : reader.callers(0, Long.MAX_VALUE)) {
                assertEquals(
                        p.key().script(),
                        p.example().parents().getFirst().arguments().get(1));
            }
        }
        try (Connection c = connect(true);
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT title, script FROM tallies ORDER BY script")) {
            assertTrue(r.next());
            assertEquals("curl /opt/a.sh", r.getString(1) + " " + r.getString(2));
        }
    }

    @Test
    void aLedgerOfLayout1IsBroughtForwardAndGoesOn() throws Exception {
        layout1();
        try (Ledger ledger = ledger()) {
            ledger.add(Seen.v1(M, Seen.curlOf("/opt/a.sh")));
            ledger.add(Seen.v1(M, Seen.curlOf(null)));
            ledger.commit();
        }
        assertEquals(List.of(), said);
        assertEquals(3, layout());
        List<Tally> tallies = read();
        assertEquals(Map.of("/opt/a.sh", 1L, "null", 6L), byScript(tallies), "the old caller is found again");
        try (Ledger again = ledger()) {
            assertEquals(List.of(), said, "what was brought forward is whole");
            again.commit();
        }
    }

    @Test
    void aLedgerOfLayout1CanBeReadAsItIs() throws Exception {
        layout1();
        List<Tally> tallies = read();
        assertEquals(5, Seen.sum(tallies));
        assertNull(tallies.getFirst().key().caller().script());
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(
                    List.of("/old"),
                    reader.callers(0, Long.MAX_VALUE).getFirst().paths());
        }
        assertEquals(1, layout(), "reading changes nothing");
    }

    @Test
    void aLedgerOfLayout2CanBeReadAsItIsAndIsBroughtForward() throws Exception {
        try (Connection c = connect(false);
                Statement s = c.createStatement()) {
            LedgerSchema.migrate(c, LedgerSchema.STEPS.subList(0, 1));
            for (String sql : LAYOUT_1_ROWS) {
                s.execute(sql);
            }
            LedgerSchema.migrate(c, LedgerSchema.STEPS.subList(0, 2));
        }
        assertEquals(5, Seen.sum(read()));
        try (LedgerReader reader = LedgerReader.open(directory)) {
            assertEquals(0, reader.callers(0, Long.MAX_VALUE).getFirst().headers());
        }
        assertEquals(2, layout(), "reading changes nothing");
        ledger().close();
        assertEquals(3, layout());
        assertEquals(List.of(), said);
        assertEquals(5, Seen.sum(read()));
    }

    @Test
    void thatAProxyForwardedOneOfItsRequestsIsKeptWithTheCaller() throws Exception {
        try (Ledger ledger = ledger()) {
            ledger.add(Seen.v1(M, "direct"));
            ledger.add(Seen.v1(M, "behind"));
            ledger.commit();
            ledger.add(Seen.forwarded(M, "behind"));
            ledger.commit();
            ledger.add(Seen.v1(M + 1, "behind"));
            ledger.commit();
        }
        try (Ledger again = ledger()) {
            again.add(Seen.v1(M + 2, "behind"));
            again.commit();
        }
        try (LedgerReader reader = LedgerReader.open(directory)) {
            Map<String, Integer> headers = reader.callers(0, Long.MAX_VALUE).stream()
                    .collect(Collectors.toMap(p -> p.key().title(), CallerProfile::headers));
            assertEquals(Map.of("direct", 0, "behind", RequestHead.FORWARDED_FOR), headers);
        }
    }

    @Test
    void aLedgerOfLayout1WithALetterChangedIsDamaged() throws Exception {
        layout1();
        Path file = directory.resolve(LedgerFile.NAME);
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(
                file,
                bytes.replace("last_seen_nanos INTEGER NOT NULL,", "last_seen_nanxs INTEGER NOT NULL,"),
                StandardCharsets.ISO_8859_1);
        try (Ledger ledger = ledger()) {
            ledger.add(Seen.v1(M, Seen.curlOf("/opt/a.sh")));
            ledger.commit();
        }
        assertTrue(said.toString().contains("THE LEDGER WAS DAMAGED"), said.toString());
        assertEquals(1, Seen.sum(read()));
    }

    /** What {@link LedgerSchema#isWhole} rests on: another SQLite that wrote it otherwise would take every file brought forward by this one for damaged. */
    @Test
    void sqliteWritesAnAddedColumnIntoTheTablesTextAsItAlwaysDid() throws Exception {
        ledger().close();
        try (Connection c = connect(true);
                Statement s = c.createStatement();
                ResultSet r =
                        s.executeQuery("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'caller'")) {
            assertTrue(r.next());
            String made = LedgerSchema.STEPS.getFirst().getFirst();
            assertEquals(
                    made.substring(0, made.length() - 1) + ", script TEXT, forwarded INTEGER NOT NULL DEFAULT 0)",
                    r.getString(1));
        }
    }

    @Test
    void scriptsThatAreMadeUpUseUpNobodysPlace() throws Exception {
        try (Ledger ledger = ledger()) {
            for (int i = 0; i < 500; i++) {
                ledger.add(Seen.v1(M, Seen.curlOf("/tmp/job" + i + ".sh")));
            }
            ledger.add(Seen.v1(M, "honest"));
            ledger.commit();
            for (int i = 0; i < 500; i++) {
                ledger.add(Seen.v1(M + 1, Seen.curlOf("/tmp/job" + i + ".sh")));
            }
            ledger.commit();
        }
        Map<String, Long> counts = byScript(read());
        assertEquals(CallersOfDay.SCRIPTS_MAX + 2, counts.size());
        assertEquals(2 * (500 - CallersOfDay.SCRIPTS_MAX), counts.get(CallersOfDay.VARIOUS));
        assertEquals(1, counts.get("null"));
        assertEquals(0, drops.get(Drop.LEDGER_CALLERS));
    }

    private long layout() throws Exception {
        try (Connection c = connect(true)) {
            return LedgerSchema.version(c);
        }
    }
}
