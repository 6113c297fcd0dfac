package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

class StatementsTest {
    private static final String INSERT = "INSERT INTO t VALUES(?)";

    @TempDir
    Path directory;

    @Test
    void oneThatFailedWorksAgainOnceItsReasonIsGone() throws Exception {
        try (Connection c = new SQLiteConfig().createConnection("jdbc:sqlite:" + directory.resolve("t.db"))) {
            Statements statements = new Statements(c);
            statements.update("CREATE TABLE t(a)");
            for (int round = 1; round <= 3; round++) {
                statements.update("BEGIN IMMEDIATE");
                statements.update(INSERT, round);
                statements.update("COMMIT");
                statements.update("PRAGMA query_only = 1");
                assertThrows(
                        SQLException.class,
                        () -> statements.update(INSERT, 0)); // SQLITE_READONLY, as on a disk that has become so
                statements.update("PRAGMA query_only = 0");
            }
            assertEquals(3, LedgerSchema.number(c, "SELECT count(*) FROM t"));
        }
    }

    @Test
    void noValueOfOneRunStaysForTheNext() throws Exception {
        try (Connection c = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
            Statements statements = new Statements(c);
            statements.update("CREATE TABLE t(a)");
            statements.update(INSERT, "a command line");
            statements.update(INSERT); // without a value: one that had stayed would be written again
            assertEquals(1, LedgerSchema.number(c, "SELECT count(*) FROM t WHERE a IS NULL"));
        }
    }
}
