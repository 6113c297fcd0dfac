package io.imdsight.cli;

import io.imdsight.model.Escaped;
import io.imdsight.model.Labelled;
import io.imdsight.report.Columns;
import java.util.ArrayList;
import java.util.List;

/**
 * What a {@link Check} found.
 *
 * @param check its name: lower case, words joined by hyphens
 * @param state how it stands
 * @param found what is there, one sentence without a full stop
 * @param lost what does not work without it; null where nothing is lost
 * @param remedy what to do, as a command where one does it; null where nothing is to be done
 * @param status the exit status of a command that needs this; 0 where none does
 */
record Finding(String check, State state, String found, String lost, String remedy, int status) {
    private static final int FOUND_COLUMN = 24;

    /** How a thing stands. */
    enum State implements Labelled {
        /** All of it works. */
        OK("ok"),
        /** imdsight works, but less well. */
        LIMITED("limited"),
        /** What needs it does not work. */
        MISSING("missing");

        private final String label;

        State(String label) {
            this.label = label;
        }

        @Override
        public String label() {
            return label;
        }
    }

    static Finding ok(String check, String found) {
        return new Finding(check, State.OK, found, null, null, ExitStatus.DONE);
    }

    static Finding limited(String check, String found, String lost, String remedy) {
        return new Finding(check, State.LIMITED, found, lost, remedy, ExitStatus.DONE);
    }

    static Finding missing(String check, String found, String lost, String remedy, int status) {
        return new Finding(check, State.MISSING, found, lost, remedy, status);
    }

    /**
     * For people: a line, and what follows from it below.
     *
     * @param columns how wide a line may be; 0 where none is to be broken. A remedy never is: it may be a command
     */
    String text(int columns) {
        String first = "%-8s %-14s %s".formatted(state.label(), check, Escaped.of(found));
        String indent = " ".repeat(FOUND_COLUMN);
        List<String> out = new ArrayList<>(Columns.wrap(first, FOUND_COLUMN, columns));
        if (lost != null) {
            out.addAll(Columns.wrap(indent + "without it: " + Escaped.of(lost), FOUND_COLUMN + 12, columns));
        }
        if (remedy != null) {
            out.add(indent + "to mend it: " + Escaped.of(remedy));
        }
        return String.join("\n", out);
    }

    /** For programs: one object. */
    String json() {
        StringBuilder out = new StringBuilder("{\"check\":").append(quoted(check));
        out.append(",\"state\":")
                .append(quoted(state.label()))
                .append(",\"found\":")
                .append(quoted(found));
        out.append(lost == null ? "" : ",\"lost\":" + quoted(lost));
        return out.append(remedy == null ? "" : ",\"remedy\":" + quoted(remedy))
                .append('}')
                .toString();
    }

    /** Escaped text has no control characters left. */
    private static String quoted(String text) {
        return '"' + Escaped.of(text).replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
