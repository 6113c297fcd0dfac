package io.imdsight.record;

import io.imdsight.record.Texts.ClassKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Writes to an open file. Each method is one transaction: wholly or not at all. */
final class LedgerWriter {
    private final Connection connection;
    private final Statements statements;
    private final CallerTable callers;
    private final Map<ClassKey, Integer> classes = new HashMap<>();

    /** The destinations in use, with the first minute that concerns each. */
    private final Map<Destination, Long> destinations = new EnumMap<>(Destination.class);

    LedgerWriter(Connection connection, int callersPerDayMax) throws SQLException {
        this.connection = connection;
        statements = new Statements(connection);
        callers = new CallerTable(connection, statements, callersPerDayMax);
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("SELECT name, from_minute FROM destination")) {
            while (r.next()) {
                destinations.put(Texts.value(Destination.values(), r.getString(1)), r.getLong(2));
            }
        }
    }

    /**
     * Writes what waits.
     *
     * @param coverageToo whether coverage and gaps are written as well
     * @param nowNanos to be remembered as the last moment of the running agent
     * @return how many requests were counted under another caller because the day had no room for theirs
     */
    long write(Waiting waiting, boolean coverageToo, long nowNanos) throws SQLException {
        long[] renamed = new long[1];
        transaction(() -> {
            Map<CallerTable.Row, Waiting.Profile> seen = new HashMap<>();
            Set<Long> minutes = new HashSet<>();
            for (Map.Entry<TallyKey, Long> e : waiting.tallies().entrySet()) {
                TallyKey key = e.getKey();
                Waiting.Profile profile = waiting.profiles().get(key.caller());
                CallerTable.Row row = callers.row(key.caller(), key.minute(), profile);
                if (row == null && !key.caller().equals(CallerKey.OTHER)) {
                    renamed[0] += e.getValue();
                }
                update(
                        "INSERT INTO tally(minute, caller, class, count) VALUES(?, ?, ?, ?)"
                                + " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                        key.minute(),
                        row == null ? LedgerSchema.OTHER_ID : row.id,
                        classId(ClassKey.of(key)),
                        e.getValue());
                minutes.add(key.minute());
                if (row != null) {
                    seen.put(row, profile);
                }
            }
            for (Map.Entry<CallerTable.Row, Waiting.Profile> e : seen.entrySet()) {
                callers.describe(e.getKey(), e.getValue());
            }
            if (coverageToo) {
                minutes.addAll(waiting.coverage().keySet());
            }
            touch(minutes);
            if (coverageToo) {
                coverage(waiting, nowNanos);
            }
        });
        return renamed[0];
    }

    private void touch(Set<Long> minutes) throws SQLException {
        for (long minute : minutes) {
            update("INSERT OR IGNORE INTO minute(minute) VALUES(?)", minute);
            for (Map.Entry<Destination, Long> d : destinations.entrySet()) {
                if (minute >= d.getValue()) {
                    update(
                            "INSERT OR IGNORE INTO pending VALUES(?, ?)",
                            d.getKey().label(),
                            minute);
                }
            }
        }
    }

    private void coverage(Waiting waiting, long nowNanos) throws SQLException {
        for (Coverage c : waiting.coverage().values()) {
            update(
                    "UPDATE minute SET captured_millis = min(?, captured_millis + ?), seen_by_both = seen_by_both + ?,"
                            + " seen_by_kernel = seen_by_kernel + ?, seen_by_capture = seen_by_capture + ? WHERE minute = ?",
                    Coverage.MINUTE_MILLIS,
                    c.capturedMillis(),
                    c.connections().both(),
                    c.connections().kernelOnly(),
                    c.connections().captureOnly(),
                    c.minute());
            for (var e : c.connections().reasons().entrySet()) {
                addTo("kernel_only", "reason", c.minute(), e.getKey().label(), e.getValue());
            }
            for (var e : c.drops().entrySet()) {
                addTo("dropped", "place", c.minute(), e.getKey().label(), e.getValue());
            }
        }
        for (CaptureGap g : waiting.gaps()) {
            update(
                    "INSERT INTO gap(from_nanos, to_nanos, reason) VALUES(?, ?, ?)",
                    g.fromNanos(),
                    g.toNanos(),
                    g.reason());
        }
        update("UPDATE run SET alive_nanos = ? WHERE end = 'running'", nowNanos);
    }

    private void addTo(String table, String column, long minute, String label, long count) throws SQLException {
        if (count > 0) {
            update(
                    "INSERT INTO " + table + "(minute, " + column
                            + ", count) VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                    minute,
                    label,
                    count);
        }
    }

    /** A new life of the agent, unless it is in the file already; another that still runs, by the file, was killed. */
    void started(long atNanos, String version) throws SQLException {
        transaction(() -> {
            update("UPDATE run SET end = 'killed' WHERE end = 'running' AND started_nanos <> ?", atNanos);
            update(
                    "INSERT INTO run(version, started_nanos, alive_nanos, end) SELECT ?, ?, ?, 'running'"
                            + " WHERE NOT EXISTS (SELECT 1 FROM run WHERE started_nanos = ?)",
                    version,
                    atNanos,
                    atNanos,
                    atNanos);
        });
    }

    void stopped(long atNanos) throws SQLException {
        transaction(() -> update("UPDATE run SET end = 'stopped', alive_nanos = ? WHERE end = 'running'", atNanos));
    }

    /** See {@link PendingMinutes#register}. */
    void register(Destination destination, long fromMinute) throws SQLException {
        if (!destinations.containsKey(destination)) {
            transaction(() -> {
                update("INSERT INTO destination VALUES(?, ?)", destination.label(), fromMinute);
                update(
                        "INSERT OR IGNORE INTO pending SELECT ?, minute FROM minute WHERE minute >= ?",
                        destination.label(),
                        fromMinute);
            });
            destinations.put(destination, fromMinute);
        }
    }

    /** See {@link PendingMinutes#acknowledge}. The destination's name is its column's: an enum's constant, never anybody's text. */
    void acknowledge(Destination destination, Iterable<PendingMinute> sent) throws SQLException {
        String column = destination.label();
        transaction(() -> {
            for (PendingMinute m : sent) {
                for (PendingTally t : m.tallies()) {
                    if (t.pending() > 0) {
                        update(
                                "UPDATE tally SET " + column + " = min(count, " + column
                                        + " + ?) WHERE minute = ? AND caller = ? AND class = ?",
                                t.pending(),
                                m.minute(),
                                callers.idOf(t.key().caller()),
                                classId(ClassKey.of(t.key())));
                    }
                }
                update("UPDATE minute SET " + column + " = " + column + " + 1 WHERE minute = ?", m.minute());
                update(
                        "DELETE FROM pending WHERE destination = ? AND minute = ?"
                                + " AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.minute = pending.minute AND count > "
                                + column + ")",
                        destination.label(),
                        m.minute());
            }
        });
    }

    /** See {@link PendingMinutes#giveUp}. */
    long giveUp(Destination destination, long beforeMinute) throws SQLException {
        long[] lost = new long[1];
        transaction(() -> {
            lost[0] = PendingReader.unacknowledged(connection, destination, beforeMinute);
            update("DELETE FROM pending WHERE destination = ? AND minute < ?", destination.label(), beforeMinute);
        });
        return lost[0];
    }

    /**
     * Deletes the minutes before one, and the callers not seen since.
     *
     * @return how many requests in them a destination still waited for
     */
    long expire(long beforeMinute) throws SQLException {
        long[] lost = new long[1];
        transaction(() -> {
            for (Destination d : destinations.keySet()) {
                lost[0] += PendingReader.unacknowledged(connection, d, beforeMinute);
            }
            for (String table : new String[] {"tally", "minute", "kernel_only", "dropped", "pending"}) {
                update("DELETE FROM " + table + " WHERE minute < ?", beforeMinute);
            }
            long beforeNanos = (beforeMinute - Retention.CALLER_MARGIN_MINUTES) * TallyKey.MINUTE_NANOS;
            update("DELETE FROM gap WHERE to_nanos < ?", beforeNanos);
            update("DELETE FROM run WHERE alive_nanos < ? AND end <> 'running'", beforeNanos);
            String gone = "(SELECT id FROM caller WHERE last_seen_nanos < ? AND id <> " + LedgerSchema.OTHER_ID + ")";
            update("DELETE FROM process WHERE caller IN " + gone, beforeNanos);
            update("DELETE FROM path WHERE caller IN " + gone, beforeNanos);
            update("DELETE FROM caller WHERE id IN " + gone, beforeNanos);
        });
        callers.forget();
        return lost[0];
    }

    private int classId(ClassKey c) throws SQLException {
        if (classes.isEmpty()) {
            try (Statement s = connection.createStatement();
                    ResultSet r = s.executeQuery("SELECT id, " + Texts.CLASS_COLUMNS + " FROM class")) {
                while (r.next()) {
                    classes.put(Texts.classKey(r, 2), r.getInt(1));
                }
            }
        }
        Integer known = classes.get(c);
        if (known == null) {
            update(
                    "INSERT INTO class(" + Texts.CLASS_COLUMNS + ") VALUES(?, ?, ?, ?, ?, ?)",
                    c.classification().version().label(),
                    c.classification().kind().label(),
                    c.classification().outcome().label(),
                    c.classification().pathClass().label(),
                    Texts.label(c.cause()),
                    c.evidence().label());
            known = (int) LedgerSchema.number(connection, "SELECT last_insert_rowid()");
            classes.put(c, known);
        }
        return known;
    }

    private interface Work {
        void run() throws SQLException;
    }

    private void transaction(Work work) throws SQLException {
        try {
            update("BEGIN IMMEDIATE");
            work.run();
            update("COMMIT");
        } catch (SQLException | RuntimeException e) {
            LedgerFile.rollback(connection);
            callers.forget();
            classes.clear();
            throw e;
        }
    }

    private void update(String sql, Object... values) throws SQLException {
        statements.update(sql, values);
    }
}
