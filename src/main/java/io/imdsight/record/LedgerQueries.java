package io.imdsight.record;

import io.imdsight.model.Caller;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Labelled;
import io.imdsight.model.RequestHead;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is read from the tables of one state of the file. */
final class LedgerQueries {
    private LedgerQueries() {}

    static List<Tally> tallies(Connection c, long fromMinute, long toMinute) throws SQLException {
        List<Tally> out = new ArrayList<>();
        Map<Integer, CallerKey> callers = new HashMap<>();
        try (PreparedStatement s = c.prepareStatement("SELECT minute, caller, count, " + Texts.CLASS_COLUMNS
                        + " FROM tally JOIN class ON class.id = tally.class WHERE minute >= ? AND minute < ?");
                ResultSet r = between(s, fromMinute, toMinute)) {
            while (r.next()) {
                Texts.ClassKey k = Texts.classKey(r, 4);
                CallerKey caller = caller(c, r.getInt(2), callers);
                out.add(new Tally(
                        new TallyKey(r.getLong(1), caller, k.classification(), k.cause(), k.evidence()), r.getLong(3)));
            }
        }
        return out;
    }

    /** A caller by its row's id, through a memory of those read before; {@link CallerKey#OTHER} where it has none. */
    static CallerKey caller(Connection c, int id, Map<Integer, CallerKey> known) throws SQLException {
        CallerKey out = known.get(id);
        if (out == null) {
            out = CallerKey.OTHER;
            try (PreparedStatement s =
                    c.prepareStatement("SELECT " + Texts.CALLER_COLUMNS + " FROM caller WHERE id = ?")) {
                s.setInt(1, id);
                try (ResultSet r = s.executeQuery()) {
                    if (r.next()) {
                        out = Texts.callerKey(r, 1);
                    }
                }
            }
            known.put(id, out);
        }
        return out;
    }

    static List<CallerProfile> callers(Connection c, long fromMinute, long toMinute) throws SQLException {
        List<CallerProfile> out = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement("SELECT id, first_seen_nanos, last_seen_nanos, forwarded, "
                        + Texts.CALLER_COLUMNS + " FROM caller WHERE id <> "
                        + LedgerSchema.OTHER_ID
                        + " AND id IN (SELECT DISTINCT caller FROM tally WHERE minute >= ? AND minute < ?)");
                ResultSet r = between(s, fromMinute, toMinute)) {
            while (r.next()) {
                int id = r.getInt(1);
                out.add(new CallerProfile(
                        Texts.callerKey(r, 5),
                        example(c, id),
                        paths(c, id),
                        r.getLong(2),
                        r.getLong(3),
                        r.getInt(4) == 0 ? 0 : RequestHead.FORWARDED_FOR,
                        List.of()));
            }
        }
        return out;
    }

    private static List<String> paths(Connection c, int id) throws SQLException {
        List<String> out = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                "SELECT target FROM path WHERE caller = ? ORDER BY target LIMIT " + CallerProfile.PATHS_MAX)) {
            s.setInt(1, id);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    out.add(r.getString(1));
                }
            }
        }
        return out;
    }

    private static Caller example(Connection c, int id) throws SQLException {
        List<Caller> family = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                "SELECT pid, executable, arguments, title, user_id, owner, start_time_nanos, systemd_unit, container_id, pod_uid"
                        + " FROM process WHERE caller = ? ORDER BY generation")) {
            s.setInt(1, id);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    family.add(process(r, List.of()));
                }
            }
        }
        if (family.isEmpty()) {
            return null;
        }
        Caller p = family.getFirst();
        List<Caller> parents = List.copyOf(family.subList(1, family.size()));
        return new Caller(
                p.pid(),
                p.executable(),
                p.arguments(),
                p.title(),
                p.userId(),
                p.owner(),
                p.startTimeNanos(),
                p.systemdUnit(),
                p.containerId(),
                p.podUid(),
                parents);
    }

    private static Caller process(ResultSet r, List<Caller> parents) throws SQLException {
        return new Caller(
                r.getInt(1),
                r.getString(2),
                Texts.arguments(r.getString(3)),
                r.getString(4),
                r.getInt(5),
                r.getString(6),
                r.getLong(7),
                r.getString(8),
                r.getString(9),
                r.getString(10),
                parents);
    }

    static List<Coverage> coverage(Connection c, long fromMinute, long toMinute) throws SQLException {
        Map<Long, Map<KernelOnly, Long>> reasons =
                labelled(c, "kernel_only", "reason", KernelOnly.class, fromMinute, toMinute);
        Map<Long, Map<Drop, Long>> drops = labelled(c, "dropped", "place", Drop.class, fromMinute, toMinute);
        List<Coverage> out = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                        "SELECT minute, captured_millis, seen_by_both, seen_by_kernel, seen_by_capture FROM minute"
                                + " WHERE minute >= ? AND minute < ? ORDER BY minute");
                ResultSet r = between(s, fromMinute, toMinute)) {
            while (r.next()) {
                long minute = r.getLong(1);
                if (r.getInt(2) == 0 && !drops.containsKey(minute) && !reasons.containsKey(minute)) {
                    continue; // it was not watched, and nothing is missing in it
                }
                ConnectionCounts counts = new ConnectionCounts(
                        r.getLong(3), r.getLong(4), r.getLong(5), reasons.getOrDefault(minute, Map.of()));
                out.add(new Coverage(minute, r.getInt(2), counts, drops.getOrDefault(minute, Map.of())));
            }
        }
        return out;
    }

    private static <E extends Enum<E> & Labelled> Map<Long, Map<E, Long>> labelled(
            Connection c, String table, String column, Class<E> type, long fromMinute, long toMinute)
            throws SQLException {
        Map<Long, Map<E, Long>> out = new HashMap<>();
        try (PreparedStatement s = c.prepareStatement(
                        "SELECT minute, " + column + ", count FROM " + table + " WHERE minute >= ? AND minute < ?");
                ResultSet r = between(s, fromMinute, toMinute)) {
            while (r.next()) {
                out.computeIfAbsent(r.getLong(1), m -> new EnumMap<>(type))
                        .put(Texts.value(type.getEnumConstants(), r.getString(2)), r.getLong(3));
            }
        }
        return out;
    }

    static List<AgentRun> runs(Connection c, long fromMinute, long toMinute) throws SQLException {
        List<AgentRun> out = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement("SELECT started_nanos, alive_nanos, end, version FROM run"
                        + " WHERE alive_nanos >= ? AND started_nanos < ? ORDER BY started_nanos, id");
                ResultSet r = betweenNanos(s, fromMinute, toMinute)) {
            while (r.next()) {
                out.add(new AgentRun(r.getLong(1), r.getLong(2), r.getString(3), r.getString(4)));
            }
        }
        return out;
    }

    static List<CaptureGap> gaps(Connection c, long fromMinute, long toMinute) throws SQLException {
        List<CaptureGap> out = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement("SELECT from_nanos, to_nanos, reason FROM gap"
                        + " WHERE to_nanos >= ? AND from_nanos < ? ORDER BY from_nanos, id");
                ResultSet r = betweenNanos(s, fromMinute, toMinute)) {
            while (r.next()) {
                out.add(new CaptureGap(r.getLong(1), r.getLong(2), r.getString(3)));
            }
        }
        return out;
    }

    private static ResultSet between(PreparedStatement s, long from, long to) throws SQLException {
        s.setLong(1, from);
        s.setLong(2, to);
        return s.executeQuery();
    }

    /** Minutes far outside of what nanoseconds can hold stand for the beginning and the end. */
    private static ResultSet betweenNanos(PreparedStatement s, long fromMinute, long toMinute) throws SQLException {
        return between(s, nanos(fromMinute), nanos(toMinute));
    }

    private static long nanos(long minute) {
        long most = Long.MAX_VALUE / TallyKey.MINUTE_NANOS;
        return Math.clamp(minute, -most, most) * TallyKey.MINUTE_NANOS;
    }
}
