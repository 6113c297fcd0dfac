package io.imdsight.record;

import io.imdsight.model.Cause;
import io.imdsight.model.Drop;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Whose a file is and of which version: one judgement for who writes a ledger, who reads one, and {@code doctor}. */
final class LedgerLayout {
    /** What is no such word is no label of any version, but damage: reading it says so. So is a word of ours with one letter changed. */
    private static final Pattern WORD = Pattern.compile("[a-z][a-z0-9_-]{0,40}");

    private static final Map<String, Labelled[]> LABELS = Map.of(
            "version FROM class", Version.values(),
            "kind FROM class", Kind.values(),
            "outcome FROM class", Outcome.values(),
            "path_class FROM class", PathClass.values(),
            "cause FROM class", Cause.values(),
            "evidence FROM class", EvidenceMethod.values(),
            "reason FROM kernel_only", KernelOnly.values(),
            "place FROM dropped", Drop.values());

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
        if (version < 0) {
            throw new SQLException(path + ": layout " + version + " is none", null, LedgerFaults.DAMAGED);
        }
        if (version > LedgerSchema.STEPS.size()) {
            throw later(path, "layout " + version + ", this one knows " + LedgerSchema.STEPS.size());
        }
        if (!empty) {
            requireKnownLabels(path, c);
        }
        return !empty;
    }

    private static LedgerException later(Path path, String sign) {
        return new LedgerException(
                LedgerException.Kind.LATER,
                path + " was written by a later version of imdsight (" + sign
                        + "); run that version, or move the file away",
                null);
    }

    private static long lettersChanged(String ours, String found) {
        return ours.length() != found.length()
                ? Long.MAX_VALUE
                : IntStream.range(0, ours.length())
                        .filter(i -> ours.charAt(i) != found.charAt(i))
                        .count();
    }

    /** A later version may have written other words into the same tables. */
    private static void requireKnownLabels(Path path, Connection c) throws SQLException, LedgerException {
        for (Map.Entry<String, Labelled[]> column : LABELS.entrySet()) {
            try (Statement s = c.createStatement();
                    ResultSet r = s.executeQuery("SELECT DISTINCT " + column.getKey())) {
                while (r.next()) {
                    String label = r.getString(1);
                    if (label != null
                            && WORD.matcher(label).matches()
                            && Arrays.stream(column.getValue()).noneMatch(v -> lettersChanged(v.label(), label) <= 1)) {
                        throw later(path, "it says '" + label + "'");
                    }
                }
            }
        }
    }
}
