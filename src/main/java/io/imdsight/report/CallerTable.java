package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import java.util.List;
import java.util.Map;

/** The callers on the page: a row each to sort and filter by, and below it what is known and what to do. */
final class CallerTable {
    /** What a column sorts as. */
    private record Column(String name, boolean number) {}

    private static final List<Column> COLUMNS = List.of(
            new Column("Standing", true),
            new Column("Caller", false),
            new Column("Blocking calls", true),
            new Column("All calls", true),
            new Column("Credentials without a token", true),
            new Column("Cause", false),
            new Column("Unit, container, user", false));

    private CallerTable() {}

    static void write(Html h, AuditReport r) {
        h.raw("<section><h2>Callers</h2>\n");
        if (r.entries().isEmpty()) {
            h.element("p", "Nobody called.").raw("</section>\n");
            return;
        }
        tools(h);
        h.raw("<table class=\"callers\"><thead><tr>");
        for (int i = 0; i < COLUMNS.size(); i++) {
            Column c = COLUMNS.get(i);
            h.raw("<th scope=\"col\" aria-sort=\"" + (i == 0 ? "ascending" : "none") + "\" data-type=\""
                    + (c.number() ? "number" : "text") + "\"><button type=\"button\">");
            h.text(c.name()).raw("</button></th>");
        }
        h.raw("</tr></thead>\n");
        r.entries().forEach(e -> caller(h, e, r.budget().rate(e.finding())));
        h.raw("</table></section>\n");
    }

    /** Hidden until the script that they need has run. */
    private static void tools(Html h) {
        h.raw("<div class=\"tools\" hidden><div><label for=\"filter\">Filter</label>");
        h.raw("<input id=\"filter\" type=\"search\" autocomplete=\"off\" placeholder=\"name, path, unit …\"></div>");
        h.raw("<div><label for=\"standing\">Standing</label><select id=\"standing\"><option value=\"\">all</option>");
        for (Standing s : Standing.values()) {
            h.raw("<option value=\"" + s.label() + "\">" + s.label() + "</option>");
        }
        h.raw("</select></div><div class=\"phone-sort\"><label for=\"order\">Sort by</label><select id=\"order\">");
        for (int i = 0; i < COLUMNS.size(); i++) {
            h.raw("<option value=\"" + i + "\">").text(COLUMNS.get(i).name()).raw("</option>");
        }
        h.raw("</select></div><p id=\"shown\" role=\"status\" class=\"soft\"></p></div>\n");
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
        h.raw("<tbody class=\"caller\" data-standing=\"" + s.label() + "\"><tr>");
        h.raw("<td data-sort=\"" + s.ordinal() + "\"><span class=\"standing " + s.label() + "\">" + s.label()
                + "</span></td>");
        cell(h, 1, f.name());
        number(h, 2, f.count(Standing.BLOCKING));
        number(h, 3, all);
        number(h, 4, f.credentials());
        cell(h, 5, cause);
        cell(h, 6, String.join(", ", Wording.place(f)));
        h.raw("</tr>\n<tr><td colspan=\"" + COLUMNS.size() + "\">");
        details(h, e, rate);
        h.raw("</td></tr></tbody>\n");
    }

    private static void cell(Html h, int column, String value) {
        h.raw("<td data-label=\"" + COLUMNS.get(column).name() + "\" data-sort=\"")
                .text(value)
                .raw("\">");
        h.text(value).raw("</td>");
    }

    private static void number(Html h, int column, long value) {
        h.raw("<td class=\"number\" data-label=\"" + COLUMNS.get(column).name() + "\" data-sort=\"" + value + "\">"
                + value + "</td>");
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
            h.text(" (" + f.causes().get(a.cause()) + " calls)");
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
