package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Escaped;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Plural;
import java.util.ArrayList;
import java.util.List;

/** The report in lines for a person. */
public final class TextReport {
    private static final String RESET = "\u001b[0m";
    private static final String STRONG = "\u001b[1m";
    private static final String RED = "\u001b[1;31m";
    private static final String GREEN = "\u001b[1;32m";
    private static final String YELLOW = "\u001b[1;33m";

    /** Callers listed whole; a machine with more has another problem, and the JSON has them all. */
    private static final int CALLERS_MAX = 100;

    /** Of a command line. */
    private static final int LINE_CHARACTERS_MAX = 240;

    private static final int PATHS_MAX = 6;

    /** Where a field's value begins. */
    private static final int VALUE_COLUMN = 18;

    /** How far a sentence's second line is indented. */
    private static final int SENTENCE_COLUMN = 8;

    private final boolean colour;
    private final int columns;
    private final List<String> out = new ArrayList<>();

    private TextReport(boolean colour, int columns) {
        this.colour = colour;
        this.columns = columns;
    }

    /**
     * The report's lines, safe for a terminal whatever callers sent.
     *
     * @param colour whether the reader is a terminal that wants colour
     * @param columns how wide that is; 0 where lines are not to be broken. Commands and code never are
     */
    public static List<String> lines(AuditReport report, boolean colour, int columns) {
        TextReport text = new TextReport(colour, columns);
        text.write(report);
        return List.copyOf(text.out);
    }

    private void write(AuditReport r) {
        Verdict v = r.verdict();
        String shade = switch (v.decision()) {
            case READY -> GREEN;
            case BLOCKED -> RED;
            case INCONCLUSIVE -> YELLOW;
        };
        Columns.wrap("VERDICT: " + Wording.headline(r), SENTENCE_COLUMN, columns)
                .forEach(l -> out.add(paint(shade, l)));
        String before = v.decision() == Decision.BLOCKED ? "there may be more: " : "because: ";
        v.reasons().forEach(reason -> line("  " + before + reason.sentence()));
        v.notes().forEach(note -> line("  note: " + note.sentence()));
        callers(r, Standing.BLOCKING, "Would break");
        callers(
                r,
                Standing.POSSIBLE,
                "Might break: whether a token was sent, or whether the call was served, is not known");
        brief(r, Standing.REFUSED, "Refused already; these fail now");
        brief(r, Standing.FAILED, "Failed anyway, without a token; no obstacle");
        brief(r, Standing.FOREIGN, "Probes for another cloud; no obstacle");
        brief(r, Standing.V2, "Use tokens");
        budget(r);
        if (r.scan() != null) {
            heading(RestWording.HEADING);
            RestWording.lines(r.scan()).forEach(this::line);
        }
        evidence(r);
        commands(r);
    }

    private void callers(AuditReport r, Standing standing, String title) {
        List<AuditReport.Entry> entries = r.entries(standing);
        if (entries.isEmpty()) {
            return;
        }
        heading(title);
        int number = 0;
        for (AuditReport.Entry e : entries) {
            if (++number > CALLERS_MAX) {
                line("  … and " + (entries.size() - CALLERS_MAX) + " more; --json FILE has all of them");
                return;
            }
            caller(number, e, r.budget().rate(e.finding()));
        }
    }

    private void caller(int number, AuditReport.Entry e, CallerRate rate) {
        CallerFinding f = e.finding();
        out.add(paint(STRONG, Escaped.of("  " + number + ". " + cut(f.name()))) + Escaped.of(suffix(f)));
        field("what", Wording.what(e));
        if (f.profile() != null) {
            if (f.profile().example() != null) {
                field("process", cut(Wording.lineage(f.profile().example())));
            }
            for (Caller c : f.profile().more()) {
                field("also", cut(Wording.lineage(c)));
            }
        }
        if (f.key().userAgent() != null) {
            field("agent", cut(f.key().userAgent()));
        }
        field("calls", Wording.calls(f));
        field("rate", BudgetWording.rate(rate));
        paths(f);
        if (f.evidence().size() != 1 || !f.evidence().containsKey(EvidenceMethod.CONNECT_PROBE)) {
            field("known by", Wording.counts(f.evidence()));
        }
        for (Advice a : e.advice()) {
            field(
                    "why",
                    a.why()
                            + (f.causes().size() > 1
                                    ? " (" + Plural.of(f.causes().get(a.cause()), "call") + ")"
                                    : ""));
            String label = "do";
            for (String step : a.steps()) {
                field(label, step);
                label = "";
            }
            if (a.source() != null) {
                field("source", a.source());
            }
        }
    }

    private static String suffix(CallerFinding f) {
        List<String> place = Wording.place(f);
        return place.isEmpty() ? "" : "  " + String.join(", ", place);
    }

    private void paths(CallerFinding f) {
        if (f.profile() == null) {
            return;
        }
        List<String> paths = f.profile().paths();
        String label = "paths";
        for (String path : paths.subList(0, Math.min(paths.size(), PATHS_MAX))) {
            field(label, cut(path));
            label = "";
        }
        if (paths.size() > PATHS_MAX) {
            field("", "and " + (paths.size() - PATHS_MAX) + " more");
        }
    }

    private void brief(AuditReport r, Standing standing, String title) {
        List<AuditReport.Entry> entries = r.entries(standing);
        if (entries.isEmpty()) {
            return;
        }
        heading(title);
        int left = CALLERS_MAX;
        for (AuditReport.Entry e : entries) {
            if (left-- == 0) {
                line("  … and " + (entries.size() - CALLERS_MAX) + " more; --json FILE has all of them");
                return;
            }
            CallerFinding f = e.finding();
            String path = f.path().isEmpty() ? "" : "  " + f.path();
            String client = e.clientName() == null ? "" : "  [" + e.clientName() + "]";
            line("  " + cut(f.name()) + suffix(f) + "  " + Wording.calls(f) + client + cut(path));
        }
    }

    private void budget(AuditReport r) {
        if (r.entries().isEmpty() && !r.budget().isExceeded()) {
            return;
        }
        heading("Budget");
        r.budget().links().forEach(l -> {
            field("packets", BudgetWording.packets(l));
            field("allowance", BudgetWording.allowance(l));
        });
        int left = CALLERS_MAX;
        for (AuditReport.Entry e : r.entries()) {
            for (CallerRate.Habit h : r.budget().rate(e.finding()).habits()) {
                if (left-- > 0) {
                    field("should keep", cut(e.finding().name()) + suffix(e.finding()) + ": " + h.sentence());
                }
            }
        }
        if (r.budget().links().isEmpty()) {
            field("packets", "not counted: nothing was captured");
        }
    }

    private void evidence(AuditReport r) {
        Evidence e = r.verdict().evidence();
        heading("Evidence");
        field("window", Wording.window(e));
        field("boot", Wording.boot(e));
        field("requests", Wording.requests(e));
        field("connections", Wording.connections(e));
        field("drops", Wording.drops(e));
    }

    private void commands(AuditReport r) {
        heading(
                r.verdict().decision() == Decision.READY
                        ? "To require tokens, and to undo that"
                        : "Once nothing blocks any more: to require tokens, and to undo that");
        whole("    " + r.enforceCommand());
        whole("    " + r.undoCommand());
    }

    private void heading(String title) {
        out.add("");
        out.add(paint(STRONG, title));
    }

    private void field(String name, String value) {
        String label = "     " + name + (name.isEmpty() ? "" : ":");
        String text = label + " ".repeat(Math.max(1, VALUE_COLUMN - label.length())) + value;
        if (value.startsWith(Advice.CODE)) {
            whole(text);
        } else {
            line(text);
        }
    }

    private void line(String text) {
        int hang = text.startsWith("     ") ? VALUE_COLUMN : SENTENCE_COLUMN;
        Columns.wrap(Escaped.of(text), hang, columns).forEach(out::add);
    }

    /** What callers chose is escaped where it is read; once more here costs nothing. */
    private void whole(String text) {
        out.add(Escaped.of(text));
    }

    private String paint(String shade, String text) {
        return colour ? shade + text + RESET : text;
    }

    private static String cut(String text) {
        if (text.length() <= LINE_CHARACTERS_MAX) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(LINE_CHARACTERS_MAX - 1))
                ? LINE_CHARACTERS_MAX - 1
                : LINE_CHARACTERS_MAX;
        return text.substring(0, end) + "…";
    }
}
