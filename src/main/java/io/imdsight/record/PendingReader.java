package io.imdsight.record;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what is still to be published. */
final class PendingReader {
    /** How many tallies are given out at once, unless one minute has more: some 4 MiB. */
    private static final int TALLIES_MAX = 20_000;

    private PendingReader() {}

    /** See {@link PendingMinutes#closedMinutes}. */
    static List<PendingMinute> closed(Connection c, Destination destination, long beforeMinute, int max)
            throws SQLException {
        List<Long> minutes = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement(
                "SELECT minute FROM pending WHERE destination = ? AND minute < ? ORDER BY minute LIMIT ?")) {
            s.setString(1, destination.label());
            s.setLong(2, beforeMinute);
            s.setInt(3, max);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    minutes.add(r.getLong(1));
                }
            }
        }
        List<PendingMinute> out = new ArrayList<>();
        Map<Integer, CallerKey> callers = new HashMap<>();
        int tallies = 0;
        for (long minute : minutes) {
            PendingMinute m = minute(c, destination, minute, callers);
            tallies += m.tallies().size();
            if (tallies > TALLIES_MAX && !out.isEmpty()) {
                break;
            }
            out.add(m);
        }
        return out;
    }

    private static PendingMinute minute(
            Connection c, Destination destination, long minute, Map<Integer, CallerKey> callers) throws SQLException {
        List<Coverage> coverage = LedgerQueries.coverage(c, minute, minute + 1);
        int acknowledgements =
                (int) LedgerSchema.number(c, "SELECT " + destination.label() + " FROM minute WHERE minute = " + minute);
        List<PendingTally> tallies = new ArrayList<>();
        try (PreparedStatement s = c.prepareStatement("SELECT caller, count, " + destination.label() + ", "
                + Texts.CLASS_COLUMNS + " FROM tally JOIN class ON class.id = tally.class WHERE minute = ?")) {
            s.setLong(1, minute);
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    Texts.ClassKey k = Texts.classKey(r, 4);
                    CallerKey caller = LedgerQueries.caller(c, r.getInt(1), callers);
                    TallyKey key = new TallyKey(minute, caller, k.classification(), k.cause(), k.evidence());
                    tallies.add(new PendingTally(key, r.getLong(2), r.getLong(3)));
                }
            }
        }
        return new PendingMinute(minute, coverage.isEmpty() ? null : coverage.getFirst(), acknowledgements, tallies);
    }

    /** How many requests in pending minutes before one the destination does not have. */
    static long unacknowledged(Connection c, Destination destination, long beforeMinute) throws SQLException {
        return LedgerSchema.number(
                c,
                "SELECT coalesce(sum(count - " + destination.label()
                        + "), 0) FROM tally WHERE minute IN (SELECT minute FROM pending WHERE destination = '"
                        + destination.label() + "' AND minute < " + beforeMinute + ")");
    }

    /** See {@link PendingMinutes#published}. Reads every tally. */
    static PublishedCounts published(Connection c, Destination destination) throws SQLException {
        String column = destination.label();
        String ofDestination = " WHERE destination = '" + column + "'";
        long recorded = 0;
        long acknowledged = 0;
        try (PreparedStatement s = c.prepareStatement("SELECT coalesce(sum(count), 0), coalesce(sum(" + column
                + "), 0) FROM tally WHERE minute >= (SELECT from_minute FROM destination WHERE name = ?)")) {
            s.setString(1, column);
            try (ResultSet r = s.executeQuery()) {
                if (r.next()) {
                    recorded = r.getLong(1);
                    acknowledged = r.getLong(2);
                }
            }
        }
        long pending = unacknowledged(c, destination, Long.MAX_VALUE);
        return new PublishedCounts(
                recorded,
                acknowledged,
                pending,
                recorded - acknowledged - pending,
                LedgerSchema.number(c, "SELECT count(*) FROM pending" + ofDestination),
                LedgerSchema.number(c, "SELECT coalesce(min(minute), -1) FROM pending" + ofDestination));
    }
}
