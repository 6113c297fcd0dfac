package io.imdsight.cli;

import io.imdsight.linux.TerminalSize;
import io.imdsight.model.Escaped;
import io.imdsight.model.Version;
import io.imdsight.report.CallerFinding;
import io.imdsight.report.Columns;
import io.imdsight.report.Durations;
import io.imdsight.report.Evidence;
import io.imdsight.report.Standing;
import io.imdsight.report.Verdict;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * An audit as it goes, on a terminal: redrawn in place. Nothing of the terminal's state is changed but its contents, so that there is nothing to restore,
 * whatever ends the program.
 */
final class LiveView {
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final TerminalSize USUAL = new TerminalSize(80, 24);
    private static final int BAR_MAX = 40;
    private static final int NAME_COLUMNS = 28;
    private static final int COUNT_COLUMNS = 7;

    private final PrintStream out;
    private final int descriptor;
    private int drawn;
    private List<String> last = List.of();

    /**
     * A view.
     *
     * @param out the terminal
     * @param descriptor its number, for its size
     */
    LiveView(PrintStream out, int descriptor) {
        this.out = out;
        this.descriptor = descriptor;
    }

    /** Shows the state of things; at the same place as before. */
    void draw(Verdict verdict, long elapsedMillis, long wholeMillis) {
        TerminalSize known = TerminalSize.of(descriptor);
        TerminalSize size = known == null ? USUAL : known;
        List<String> lines = lines(verdict, elapsedMillis, wholeMillis, size.columns(), size.rows() - 1);
        if (lines.equals(last)) {
            return;
        }
        StringBuilder text = new StringBuilder(back());
        lines.forEach(l -> text.append(l).append('\n'));
        out.print(text);
        out.flush();
        drawn = lines.size();
        last = lines;
    }

    /** Takes the view away. */
    void clear() {
        out.print(back());
        out.flush();
        drawn = 0;
        last = List.of();
    }

    private String back() {
        return drawn == 0 ? "" : "\u001b[" + drawn + "A\r" + CLEAR_BELOW;
    }

    /**
     * The view's lines, none wider than the terminal.
     *
     * @param wholeMillis how long the audit will take; 0 where that is open
     * @param rowsMax how many lines there may be
     */
    static List<String> lines(Verdict v, long elapsedMillis, long wholeMillis, int columns, int rowsMax) {
        List<String> out = new ArrayList<>();
        out.add(progress(elapsedMillis, wholeMillis, columns));
        Evidence e = v.evidence();
        out.add("v1 " + e.requests(Version.V1) + "   v2 " + e.requests(Version.V2) + "   undetermined "
                + e.requests(Version.UNDETERMINED) + "   drops "
                + (e.drops().isEmpty()
                        ? "none"
                        : e.drops().values().stream().mapToLong(Long::longValue).sum()));
        List<CallerFinding> blocking = v.callers(Standing.BLOCKING);
        out.add(
                blocking.isEmpty()
                        ? "nobody has been served without a token so far"
                        : "served without a token:" + " ".repeat(Math.max(1, NAME_COLUMNS - 21)) + "calls");
        int room = Math.max(0, rowsMax - out.size() - 1);
        for (CallerFinding f : blocking.subList(0, Math.min(room, blocking.size()))) {
            out.add(row(f));
        }
        if (blocking.size() > room) {
            out.add("  … and " + (blocking.size() - room) + " more");
        }
        return out.stream().map(l -> Columns.cut(Escaped.of(l), columns - 1)).toList();
    }

    private static String row(CallerFinding f) {
        String unit =
                f.key().systemdUnit() != null ? f.key().systemdUnit() : f.key().owner();
        return "  " + Columns.pad(Columns.cut(Escaped.of(f.shortName()), NAME_COLUMNS), NAME_COLUMNS)
                + Columns.pad(Long.toString(f.count(Standing.BLOCKING)), COUNT_COLUMNS)
                + (f.credentials() > 0 ? "CREDENTIALS  " : "")
                + (unit == null ? "" : unit + "  ") + f.path();
    }

    private static String progress(long elapsedMillis, long wholeMillis, int columns) {
        if (wholeMillis <= 0) {
            return "audit: " + Durations.of(elapsedMillis / 1000 * 1000) + " so far; Ctrl-C judges now";
        }
        long left = Math.max(0, wholeMillis - elapsedMillis);
        int width = Math.clamp(columns - 50L, 10, BAR_MAX);
        int full = (int) Math.min(width, width * elapsedMillis / wholeMillis);
        return "audit [" + "#".repeat(full) + "-".repeat(width - full) + "] "
                + (left < 1000 ? "ending" : Durations.of(left / 1000 * 1000) + " left") + "; Ctrl-C judges now";
    }
}
