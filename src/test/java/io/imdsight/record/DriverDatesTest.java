package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.sqlite.date.FastDateFormat;

class DriverDatesTest {
    @Test
    void theDriverTakesOurFormatOfDatesAndNeedsItForNothingButDates() throws Exception {
        assertEquals(
                FastDateFormat.class.getProtectionDomain().getCodeSource().getLocation(),
                Ledger.class.getProtectionDomain().getCodeSource().getLocation());
        try (Connection c = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT 5, 'text', '2026-11-22 05:04:11.000'")) {
            r.next();
            assertEquals(5, r.getLong(1));
            assertEquals("text", r.getString(2));
            SQLException refused = assertThrows(SQLException.class, () -> r.getDate(3));
            assertInstanceOf(UnsupportedOperationException.class, refused.getCause());
        }
    }
}
