package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Plural;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The callers on the page: a row each to sort and filter by, and below it what is known and what to do. */
final class CallerTable {
    private static final SortedTable TABLE = new SortedTable(
            "",
            "callers",
            List.of(
                    new SortedTable.Column("Standing", true),
                    new SortedTable.Column("Caller", false),
                    new SortedTable.Column("Blocking calls", true),
                    new SortedTable.Column("All calls", true),
                    new SortedTable.Column("Credentials without a token", true),
                    new SortedTable.Column("Cause", false),
                    new SortedTable.Column("Unit, container, user", false)),
            "name, path, unit …",
            "Standing",
            Arrays.stream(Standing.values()).map(Standing::label).toList());

    private CallerTable() {}

    static void write(Html h, AuditReport r) {
        h.raw("<section><h2>Callers</h2>\n");
        if (r.entries().isEmpty()) {
            h.element("p", "Nobody called.").raw("</section>\n");
            return;
        }
        TABLE.begin(h);
        r.entries().forEach(e -> caller(h, e, r.budget().rate(e.finding())));
        TABLE.end(h);
        h.raw("</section>\n");
    }

    private static void caller(Html h, AuditReport.Entry e, CallerRate rate) {
        CallerFinding f = e.finding();
        Standing s = f.standing();
        String cause = f.causes().entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .map(Cause::label)
                .orElse("");
        long all = f.counts().values().stream().mapToLong(Long::longValue).sum();
        TABLE.beginRow(h, s.label());
        TABLE.mark(h, s.ordinal(), s.label());
        TABLE.cell(h, 1, f.name());
        TABLE.number(h, 2, f.count(Standing.BLOCKING));
        TABLE.number(h, 3, all);
        TABLE.number(h, 4, f.credentials());
        TABLE.cell(h, 5, cause);
        TABLE.cell(h, 6, String.join(", ", Wording.place(f)));
        TABLE.beginDetails(h);
        details(h, e, rate);
        TABLE.endDetails(h);
        TABLE.endRow(h);
    }

    private static void details(Html h, AuditReport.Entry e, CallerRate rate) {
        CallerFinding f = e.finding();
        h.raw(f.standing() == Standing.BLOCKING ? "<details open>" : "<details>");
        h.raw("<summary>")
                .text(e.advice().isEmpty() ? "Who and what" : "Who, why, and what to do")
                .raw("</summary><dl>");
        h.term("What", Wording.what(e));
        h.term("Calls", Wording.calls(f));
        h.term("Rate", BudgetWording.rate(rate));
        rate.habits().forEach(habit -> h.term("Should keep", habit.sentence()));
        h.term("Known by", Wording.counts(f.evidence()));
        h.term("User-Agent", f.key().userAgent());
        h.term("Container", f.key().containerId());
        h.term("Address", f.key().sourceAddress());
        if (f.profile() != null) {
            h.term("First seen", Wording.time(f.profile().firstSeenNanos()));
            h.term("Last seen", Wording.time(f.profile().lastSeenNanos()));
            if (f.profile().example() != null) {
                process(h, "Process", f.profile().example());
            }
            f.profile().more().forEach(c -> process(h, "Also", c));
            h.element("dt", "Paths").raw("<dd>");
            f.profile().paths().forEach(path -> h.element("code", path).raw("<br>"));
            h.raw("</dd>");
        }
        h.raw("</dl>");
        e.advice().forEach(a -> advice(h, f, a));
        h.raw("</details>");
    }

    private static void process(Html h, String name, Caller c) {
        h.element("dt", name).raw("<dd><code>").text(Wording.lineage(c)).raw("</code></dd>");
    }

    private static void advice(Html h, CallerFinding f, Advice a) {
        h.raw("<div class=\"advice\"><p><strong>Why:</strong> ").text(a.why());
        if (f.causes().size() > 1) {
            h.text(" (" + Plural.of(f.causes().get(a.cause()), "call") + ")");
        }
        h.raw("</p><ul>");
        for (String step : a.steps()) {
            boolean code = step.startsWith(Advice.CODE);
            h.raw("<li>")
                    .element(code ? "pre" : "span", code ? step.strip() : step)
                    .raw("</li>");
        }
        h.raw("</ul>");
        if (a.source() != null) {
            h.raw("<p class=\"soft\">Source: ").text(a.source()).raw("</p>");
        }
        h.raw("</div>");
    }
}
