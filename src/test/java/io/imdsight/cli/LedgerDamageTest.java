package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drops;
import io.imdsight.record.Ledger;
import io.imdsight.record.LedgerOptions;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that opens, and in which a page is not what it should be. */
class LedgerDamageTest {
    @TempDir
    Path directory;

    private static long number(Statement s, String sql) throws Exception {
        try (ResultSet r = s.executeQuery(sql)) {
            return r.getLong(1);
        }
    }

    private void damage(String table) throws Exception {
        Ledger.open(LedgerOptions.in(directory), new Drops(), line -> {}).close();
        Path file = directory.resolve("ledger.db");
        long page;
        byte[] noPage;
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement s = c.createStatement()) {
            page = number(s, "SELECT rootpage FROM sqlite_schema WHERE name = '" + table + "'");
            noPage = new byte[(int) number(s, "PRAGMA page_size")];
        }
        Arrays.fill(noPage, (byte) 0xff);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek((page - 1) * noPage.length);
            out.write(noPage);
        }
    }

    @Test
    void damageThatShowsWhileItIsReadIsTheFilesFaultAndNotOurs() throws Exception {
        damage("tally");
        Run audit = new Run().command("audit", "--from-ledger", "--state-dir", directory.toString());
        assertEquals(65, audit.status, audit.err());
        assertTrue(audit.err().contains("cannot read " + directory.resolve("ledger.db")), audit.err());
        assertTrue(audit.err().contains("malformed"), audit.err());
        assertFalse(audit.err().contains("internal"), audit.err());
    }
}
