package io.imdsight.record;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

/** Whose a file is and of which version: one judgement for who writes a ledger, who reads one, and {@code doctor}. */
final class LedgerLayout {
    private LedgerLayout() {}

    /**
     * Looks before a file is opened: opening a pipe waits for its other end.
     *
     * @throws SQLException with {@link LedgerFaults#NOT_OURS} where it is there and no file
     */
    static void requireFile(Path path) throws SQLException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new SQLException(
                    path + " is " + (Files.isDirectory(path) ? "a directory" : "a pipe, a socket or a device"),
                    null,
                    LedgerFaults.NOT_OURS);
        }
    }

    /**
     * Looks at an open file.
     *
     * @return false where it is a ledger that has not begun: without tables, as a file of 0 bytes is
     * @throws SQLException with {@link LedgerFaults#NOT_OURS} where another program's tables are in it, or as SQLite says that it is damaged
     * @throws LedgerException {@code LATER} where a later version of imdsight wrote it
     */
    static boolean hasBegun(Path path, Connection c) throws SQLException, LedgerException {
        long application = LedgerSchema.number(c, "PRAGMA application_id");
        int version = LedgerSchema.version(c);
        boolean empty = LedgerSchema.number(c, "SELECT count(*) FROM sqlite_master") == 0;
        if (!empty && application != LedgerSchema.APPLICATION_ID) {
            throw new SQLException(path + " is a database of another program", null, LedgerFaults.NOT_OURS);
        }
        if (version > LedgerSchema.STEPS.size()) {
            throw new LedgerException(
                    LedgerException.Kind.LATER,
                    path + " was written by a later version of imdsight (layout " + version + ", this one knows "
                            + LedgerSchema.STEPS.size() + "); run that version, or move the file away",
                    null);
        }
        return !empty;
    }
}
