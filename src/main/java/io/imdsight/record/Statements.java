package io.imdsight.record;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection's statements that change something, each read by SQLite once and kept: an idle agent writes the same few all day. Only for texts of the
 * program's own, of which there are some forty. They are closed with the connection. Under the ledger's monitor.
 */
final class Statements {
    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Runs one with these values. One that fails is not kept: after some failures the driver has closed it for good, while the disk may recover. */
    void update(String sql, Object... values) throws SQLException {
        PreparedStatement s = prepared.get(sql);
        if (s == null) {
            s = connection.prepareStatement(sql);
            prepared.put(sql, s);
        }
        try {
            for (int i = 0; i < values.length; i++) {
                set(s, i + 1, values[i]);
            }
            s.executeUpdate();
            s.clearParameters(); // a command line among them would stay in memory
        } catch (SQLException e) {
            prepared.remove(sql);
            try {
                s.close();
            } catch (SQLException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
    }

    /** By its type: {@code setObject} knows some that load a good deal of the platform. */
    private static void set(PreparedStatement s, int at, Object value) throws SQLException {
        if (value == null) {
            s.setNull(at, Types.NULL);
        } else if (value instanceof Long number) {
            s.setLong(at, number);
        } else if (value instanceof Integer number) {
            s.setInt(at, number);
        } else if (value instanceof String text) {
            s.setString(at, text);
        } else if (value instanceof byte[] bytes) {
            s.setBytes(at, bytes);
        } else {
            throw new IllegalArgumentException("no value of the ledger: " + value.getClass());
        }
    }
}
