package io.imdsight.record;

import io.imdsight.model.Caller;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The callers' rows, and how many are told apart in a day. What it remembers of them follows the open transaction: where that fails, {@link #forget}.
 */
final class CallerTable {
    private static final long DAY_MINUTES = 1440;

    /** Today and yesterday, and one for a clock that was set. */
    private static final int DAYS_MAX = 3;

    /** What is known of a row without reading it again. */
    static final class Row {
        final int id;
        private long firstSeenNanos;
        private long lastSeenNanos;
        private boolean hasExample;
        private boolean exampleIsV1;
        private boolean forwarded;

        /** Hashes of the targets that are written; two of the same hash cost one of them. */
        private final Set<Integer> paths = new HashSet<>();

        private Row(int id) {
            this.id = id;
        }
    }

    private final Connection connection;
    private final Statements statements;
    private final int perDayMax;
    private final Map<CallerKey, Row> rows = new HashMap<>();
    private final Map<Long, CallersOfDay> days = new LinkedHashMap<>();
    private final CallerDigest digest = new CallerDigest();

    CallerTable(Connection connection, Statements statements, int perDayMax) {
        this.connection = connection;
        this.statements = statements;
        this.perDayMax = perDayMax;
    }

    /** Forgets what it remembers; all of it is in the file. */
    void forget() {
        rows.clear();
        days.clear();
    }

    /**
     * The row that a caller is counted under on the day of a minute; made where there is none yet and the day has room.
     *
     * @return null where it is {@link CallerKey#OTHER}
     */
    Row row(CallerKey caller, long minute, Waiting.Profile profile) throws SQLException {
        if (caller.equals(CallerKey.OTHER)) {
            return null;
        }
        CallersOfDay day = day(Math.floorDiv(minute, DAY_MINUTES));
        Row row = find(caller);
        if (row == null || !day.has(row.id)) {
            CallerKey counted = day.bounded(caller);
            if (!counted.equals(caller)) {
                return row(counted, minute, profile);
            }
            if (day.size() >= perDayMax) {
                return null;
            }
            row = row == null ? insert(caller, profile) : row;
            day.add(caller, row.id);
        }
        return row;
    }

    /** The id of a caller that was read from this file; {@link LedgerSchema#OTHER_ID} where it has no row. */
    int idOf(CallerKey caller) throws SQLException {
        Row row = caller.equals(CallerKey.OTHER) ? null : find(caller);
        return row == null ? LedgerSchema.OTHER_ID : row.id;
    }

    /** Writes what is new of a caller: a first example, a first one with version 1, a first that a proxy forwarded, targets, and the times once a minute. */
    void describe(Row row, Waiting.Profile p) throws SQLException {
        boolean changed = false;
        if (p.example != null && (!row.hasExample || p.exampleIsV1 && !row.exampleIsV1)) {
            example(row.id, p.example);
            row.hasExample = true;
            row.exampleIsV1 = p.exampleIsV1;
            changed = true;
        }
        if (p.forwarded && !row.forwarded) {
            row.forwarded = true;
            changed = true;
        }
        for (String target : p.paths) {
            if (row.paths.size() < CallerProfile.PATHS_MAX && row.paths.add(target.hashCode())) {
                update("INSERT OR IGNORE INTO path(caller, target) VALUES(?, ?)", row.id, target);
            }
        }
        changed |= p.lastSeenNanos / TallyKey.MINUTE_NANOS > row.lastSeenNanos / TallyKey.MINUTE_NANOS;
        if (changed || p.firstSeenNanos < row.firstSeenNanos) {
            row.firstSeenNanos = Math.min(row.firstSeenNanos, p.firstSeenNanos);
            row.lastSeenNanos = Math.max(row.lastSeenNanos, p.lastSeenNanos);
            update(
                    "UPDATE caller SET first_seen_nanos = ?, last_seen_nanos = ?, example_is_v1 = ?, forwarded = ? WHERE id = ?",
                    row.firstSeenNanos,
                    row.lastSeenNanos,
                    row.exampleIsV1 ? 1 : 0,
                    row.forwarded ? 1 : 0,
                    row.id);
        }
    }

    private Row find(CallerKey caller) throws SQLException {
        Row known = rows.get(caller);
        if (known != null) {
            return known;
        }
        Row row;
        try (PreparedStatement s = connection.prepareStatement(
                "SELECT c.id, first_seen_nanos, last_seen_nanos, example_is_v1, p.caller, forwarded FROM caller c"
                        + " LEFT JOIN process p ON p.caller = c.id AND p.generation = 0 WHERE digest = ?")) {
            s.setBytes(1, digest.of(caller));
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    return null;
                }
                row = new Row(r.getInt(1));
                row.firstSeenNanos = r.getLong(2);
                row.lastSeenNanos = r.getLong(3);
                row.exampleIsV1 = r.getInt(4) != 0;
                row.hasExample = r.getObject(5) != null;
                row.forwarded = r.getInt(6) != 0;
            }
        }
        try (PreparedStatement s = connection.prepareStatement("SELECT target FROM path WHERE caller = ?")) {
            s.setInt(1, row.id);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    row.paths.add(r.getString(1).hashCode());
                }
            }
        }
        remember(caller, row);
        return row;
    }

    private void remember(CallerKey caller, Row row) {
        if (rows.size() >= perDayMax * DAYS_MAX) {
            rows.clear();
        }
        rows.put(caller, row);
    }

    private Row insert(CallerKey c, Waiting.Profile p) throws SQLException {
        update(
                "INSERT INTO caller(digest, " + Texts.CALLER_COLUMNS
                        + ", first_seen_nanos, last_seen_nanos) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                digest.of(c),
                c.executable(),
                c.title(),
                c.systemdUnit(),
                c.containerId(),
                c.podUid(),
                c.owner(),
                c.userAgent(),
                c.sourceAddress(),
                c.script(),
                p.firstSeenNanos,
                p.lastSeenNanos);
        Row row = new Row((int) LedgerSchema.number(connection, "SELECT last_insert_rowid()"));
        row.firstSeenNanos = p.firstSeenNanos;
        row.lastSeenNanos = p.lastSeenNanos;
        remember(c, row);
        return row;
    }

    private void example(int id, Caller c) throws SQLException {
        update("DELETE FROM process WHERE caller = ?", id);
        process(id, 0, c);
        int generation = 1;
        for (Caller parent : c.parents()) {
            process(id, generation++, parent);
        }
    }

    private void process(int id, int generation, Caller c) throws SQLException {
        update(
                "INSERT INTO process VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                generation,
                c.pid(),
                c.executable(),
                Texts.lines(c.arguments()),
                c.title(),
                c.userId(),
                c.owner(),
                c.startTimeNanos(),
                c.systemdUnit(),
                c.containerId(),
                c.podUid());
    }

    private CallersOfDay day(long number) throws SQLException {
        CallersOfDay known = days.get(number);
        if (known != null) {
            return known;
        }
        CallersOfDay day = new CallersOfDay();
        try (PreparedStatement s = connection.prepareStatement("SELECT id, " + Texts.CALLER_COLUMNS
                + " FROM caller WHERE id IN (SELECT DISTINCT caller FROM tally WHERE minute >= ? AND minute < ?)")) {
            s.setLong(1, number * DAY_MINUTES);
            s.setLong(2, (number + 1) * DAY_MINUTES);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    if (r.getInt(1) != LedgerSchema.OTHER_ID) {
                        day.add(Texts.callerKey(r, 2), r.getInt(1));
                    }
                }
            }
        }
        if (days.size() >= DAYS_MAX) {
            days.remove(days.keySet().iterator().next());
        }
        days.put(number, day);
        return day;
    }

    private void update(String sql, Object... values) throws SQLException {
        statements.update(sql, values);
    }
}
