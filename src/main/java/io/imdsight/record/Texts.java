package io.imdsight.record;

import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** How values stand in the ledger's columns, and back. */
final class Texts {
    /** A class as its row has it, from the column {@code version} on. */
    record ClassKey(Classification classification, Cause cause, EvidenceMethod evidence) {
        static ClassKey of(TallyKey k) {
            return new ClassKey(k.classification(), k.cause(), k.evidence());
        }
    }

    static final String CLASS_COLUMNS = "version, kind, outcome, path_class, cause, evidence";
    static final String CALLER_COLUMNS =
            "executable, title, systemd_unit, container_id, pod_uid, owner, user_agent, source_address, script";

    private Texts() {}

    /** A class from {@link #CLASS_COLUMNS}; a label that this version does not know is an error of SQL. */
    static ClassKey classKey(ResultSet r, int column) throws SQLException {
        return new ClassKey(
                new Classification(
                        value(Version.values(), r.getString(column)),
                        value(Kind.values(), r.getString(column + 1)),
                        value(Outcome.values(), r.getString(column + 2)),
                        value(PathClass.values(), r.getString(column + 3))),
                value(Cause.values(), r.getString(column + 4)),
                value(EvidenceMethod.values(), r.getString(column + 5)));
    }

    /** A caller from {@link #CALLER_COLUMNS}. */
    static CallerKey callerKey(ResultSet r, int column) throws SQLException {
        return new CallerKey(
                r.getString(column),
                r.getString(column + 1),
                r.getString(column + 2),
                r.getString(column + 3),
                r.getString(column + 4),
                r.getString(column + 5),
                r.getString(column + 6),
                r.getString(column + 7),
                r.getString(column + 8));
    }

    /** The value with this label; null for null. */
    static <T extends Labelled> T value(T[] values, String label) throws SQLException {
        if (label == null) {
            return null;
        }
        for (T v : values) {
            if (v.label().equals(label)) {
                return v;
            }
        }
        throw new SQLException("unknown value '" + label + "' in the ledger", null, LedgerFaults.DAMAGED);
    }

    static String label(Labelled value) {
        return value == null ? null : value.label();
    }

    /** Arguments, each followed by a line feed, which none of them holds: they are escaped. */
    static String lines(List<String> arguments) {
        if (arguments == null) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (String a : arguments) {
            out.append(a.replace('\n', ' ')).append('\n');
        }
        return out.toString();
    }

    /** The other way round. */
    static List<String> arguments(String lines) {
        if (lines == null) {
            return null;
        }
        List<String> out = new ArrayList<>();
        int from = 0;
        for (int end = lines.indexOf('\n'); end >= 0; end = lines.indexOf('\n', from)) {
            out.add(lines.substring(from, end));
            from = end + 1;
        }
        return out;
    }
}
