package io.imdsight.record;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sqlite.SQLiteConfig;

/**
 * The tables. docs/ledger.md explains them; what stands here is a contract with everybody's SQL, and with files of earlier versions: a step is never
 * changed once it was released, a new one is added.
 *
 * <p>Nothing newer than SQLite 3.26 (2018) is used in the file itself, so that every distribution's {@code sqlite3} can read it.
 */
final class LedgerSchema {
    /** "imds": tells file(1), and us, what this database is. */
    static final int APPLICATION_ID = 0x696d6473;

    /** The caller's id of {@link CallerKey#OTHER}. */
    static final int OTHER_ID = 1;

    /** Step n brings a file of version n to version n + 1. */
    static final List<List<String>> STEPS = List.of(tables(), scripts(), forwarded());

    private static List<String> tables() {
        return List.of(
                """
            CREATE TABLE caller(
              id INTEGER PRIMARY KEY,
              digest BLOB NOT NULL UNIQUE,
              executable TEXT, title TEXT, systemd_unit TEXT, container_id TEXT, pod_uid TEXT, owner TEXT, user_agent TEXT, source_address TEXT,
              first_seen_nanos INTEGER NOT NULL,
              last_seen_nanos INTEGER NOT NULL,
              example_is_v1 INTEGER NOT NULL DEFAULT 0)""",
                "INSERT INTO caller(id, digest, title, first_seen_nanos, last_seen_nanos) VALUES(1, x'00', 'other', 0, 0)",
                """
            CREATE TABLE process(
              caller INTEGER NOT NULL,
              generation INTEGER NOT NULL,
              pid INTEGER NOT NULL,
              executable TEXT, arguments TEXT, title TEXT,
              user_id INTEGER NOT NULL, owner TEXT, start_time_nanos INTEGER NOT NULL,
              systemd_unit TEXT, container_id TEXT, pod_uid TEXT,
              PRIMARY KEY(caller, generation)) WITHOUT ROWID""",
                """
            CREATE TABLE path(
              caller INTEGER NOT NULL,
              target TEXT NOT NULL,
              PRIMARY KEY(caller, target)) WITHOUT ROWID""",
                """
            CREATE TABLE class(
              id INTEGER PRIMARY KEY,
              version TEXT NOT NULL, kind TEXT NOT NULL, outcome TEXT NOT NULL, path_class TEXT NOT NULL, cause TEXT, evidence TEXT NOT NULL)""",
                """
            CREATE TABLE tally(
              minute INTEGER NOT NULL,
              caller INTEGER NOT NULL,
              class INTEGER NOT NULL,
              count INTEGER NOT NULL,
              cloudwatch INTEGER NOT NULL DEFAULT 0,
              feed INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY(minute, caller, class)) WITHOUT ROWID""",
                """
            CREATE TABLE minute(
              minute INTEGER PRIMARY KEY,
              captured_millis INTEGER NOT NULL DEFAULT 0,
              seen_by_both INTEGER NOT NULL DEFAULT 0,
              seen_by_kernel INTEGER NOT NULL DEFAULT 0,
              seen_by_capture INTEGER NOT NULL DEFAULT 0,
              cloudwatch INTEGER NOT NULL DEFAULT 0,
              feed INTEGER NOT NULL DEFAULT 0)""",
                """
            CREATE TABLE kernel_only(
              minute INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
              PRIMARY KEY(minute, reason)) WITHOUT ROWID""",
                """
            CREATE TABLE dropped(
              minute INTEGER NOT NULL, place TEXT NOT NULL, count INTEGER NOT NULL,
              PRIMARY KEY(minute, place)) WITHOUT ROWID""",
                """
            CREATE TABLE run(
              id INTEGER PRIMARY KEY, version TEXT, started_nanos INTEGER NOT NULL, alive_nanos INTEGER NOT NULL, end TEXT NOT NULL)""",
                "CREATE TABLE gap(id INTEGER PRIMARY KEY, from_nanos INTEGER NOT NULL, to_nanos INTEGER NOT NULL, reason TEXT NOT NULL)",
                "CREATE TABLE destination(name TEXT PRIMARY KEY, from_minute INTEGER NOT NULL) WITHOUT ROWID",
                """
            CREATE TABLE pending(
              destination TEXT NOT NULL, minute INTEGER NOT NULL,
              PRIMARY KEY(destination, minute)) WITHOUT ROWID""",
                """
            CREATE VIEW tallies AS
              SELECT datetime(t.minute * 60, 'unixepoch') AS time, t.minute, t.count,
                c.version, c.kind, c.outcome, c.path_class, c.cause, c.evidence,
                k.title, k.executable, k.systemd_unit, k.container_id, k.pod_uid, k.owner, k.user_agent, k.source_address,
                t.caller, t.cloudwatch, t.feed
              FROM tally t LEFT JOIN class c ON c.id = t.class LEFT JOIN caller k ON k.id = t.caller""",
                """
            CREATE VIEW minutes AS
              SELECT datetime(m.minute * 60, 'unixepoch') AS time, m.minute, m.captured_millis,
                (SELECT coalesce(sum(count), 0) FROM tally t WHERE t.minute = m.minute) AS requests,
                (SELECT coalesce(sum(count), 0) FROM tally t JOIN class c ON c.id = t.class
                  WHERE t.minute = m.minute AND c.version = 'v1' AND c.outcome = 'served') AS metadata_no_token,
                (SELECT coalesce(sum(count), 0) FROM tally t JOIN class c ON c.id = t.class
                  WHERE t.minute = m.minute AND c.version = 'v1' AND c.outcome = 'refused') AS metadata_no_token_rejected,
                m.seen_by_both, m.seen_by_kernel, m.seen_by_capture,
                (SELECT group_concat(place || ' ' || count, ', ') FROM dropped d WHERE d.minute = m.minute) AS dropped
              FROM minute m""");
    }

    /**
     * Callers are told apart by the script that they work for; those of before have none. SQLite puts the column into the table's text, and {@link
     * #isWhole} rests on its doing so always in the same way: a test holds it to that.
     */
    private static List<String> scripts() {
        return List.of("ALTER TABLE caller ADD COLUMN script TEXT", "DROP VIEW tallies", """
            CREATE VIEW tallies AS
              SELECT datetime(t.minute * 60, 'unixepoch') AS time, t.minute, t.count,
                c.version, c.kind, c.outcome, c.path_class, c.cause, c.evidence,
                k.title, k.script, k.executable, k.systemd_unit, k.container_id, k.pod_uid, k.owner, k.user_agent, k.source_address,
                t.caller, t.cloudwatch, t.feed
              FROM tally t LEFT JOIN class c ON c.id = t.class LEFT JOIN caller k ON k.id = t.caller""");
    }

    /** Advice needs to know whether a proxy stood between a caller and the service; of callers of before that is not known. */
    private static List<String> forwarded() {
        return List.of("ALTER TABLE caller ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0");
    }

    private LedgerSchema() {}

    /** The version of an open file; 0 for an empty one. */
    static int version(Connection c) throws SQLException {
        return (int) number(c, "PRAGMA user_version");
    }

    /** Brings a file of any earlier version, or an empty one, to the version after the last step; each step wholly or not at all. */
    static void migrate(Connection c, List<List<String>> steps) throws SQLException {
        for (int from = version(c); from < steps.size(); from++) {
            try (Statement s = c.createStatement()) {
                s.execute("BEGIN IMMEDIATE");
                try {
                    for (String sql : steps.get(from)) {
                        s.execute(sql);
                    }
                    s.execute("PRAGMA application_id = " + APPLICATION_ID);
                    s.execute("PRAGMA user_version = " + (from + 1));
                    s.execute("COMMIT");
                } catch (SQLException e) {
                    LedgerFile.rollback(c);
                    throw e;
                }
            }
        }
    }

    /**
     * Whether the tables and views are as the steps make them. SQLite keeps their text as it was given, and no checksum of it: with one letter of a
     * name changed everything looks sound, and every commit fails. More than ours, such as an index of somebody's, is no matter.
     */
    static boolean isWhole(Connection c, List<List<String>> steps) throws SQLException {
        try (Connection fresh = LedgerFile.connection(":memory:", new SQLiteConfig())) {
            migrate(fresh, steps);
            return texts(c).containsAll(texts(fresh));
        }
    }

    private static Set<String> texts(Connection c) throws SQLException {
        Set<String> out = new HashSet<>();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")) {
            while (r.next()) {
                out.add(r.getString(1));
            }
        }
        return out;
    }

    /**
     * Lets a file of an earlier version, open for reading only, be read as one of this: what it does not have is absent.
     *
     * @param version the file's
     */
    static void readAsLatest(Connection c, int version) throws SQLException {
        if (version < 3) {
            // found before the table of the same name; in memory, the file is not written
            String script = version < 2 ? "NULL AS script, " : "";
            try (Statement s = c.createStatement()) {
                s.execute("CREATE TEMP VIEW caller AS SELECT *, " + script + "0 AS forwarded FROM main.caller");
            }
        }
    }

    /** The one number that a statement gives; 0 where it gives none. */
    static long number(Connection c, String sql) throws SQLException {
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery(sql)) {
            return r.next() ? r.getLong(1) : 0;
        }
    }
}
