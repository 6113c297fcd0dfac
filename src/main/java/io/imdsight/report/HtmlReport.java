package io.imdsight.report;

import java.util.List;

/** The report as one page. */
public final class HtmlReport {
    private HtmlReport() {}

    /** The whole page. */
    public static String page(AuditReport r) {
        Html h = new Html();
        header(h, r);
        h.raw("<main>\n");
        TimelineChart.write(h, r.timeline());
        CallerTable.write(h, r);
        BudgetSection.write(h, r);
        if (r.scan() != null) {
            RestTable.write(h, r.scan());
        }
        evidence(h, r.verdict().evidence());
        commands(h, r);
        h.raw("</main>\n<footer class=\"soft\"><p>");
        h.text(r.machine().program() + ", "
                + Wording.time(r.verdict().evidence().toNanos()));
        h.raw("</p></footer>\n");
        return Page.of("IMDSv2 audit: " + r.verdict().decision().label() + name(r), h);
    }

    private static String name(AuditReport r) {
        String id = r.machine().instanceId();
        String host = r.machine().hostName();
        return id == null && host == null
                ? ""
                : " – " + (id == null ? host : host == null ? id : host + " (" + id + ")");
    }

    private static void header(Html h, AuditReport r) {
        String decision = r.verdict().decision().label();
        h.raw("<header>\n<p class=\"soft\">").text("IMDSv2 audit" + name(r)).raw("</p>\n");
        h.raw("<div class=\"verdict " + decision + "\">\n<h1><strong>")
                .text(decision)
                .raw("</strong>");
        h.text(Wording.headline(r).substring(decision.length())).raw("</h1>\n");
        h.element("p", Wording.window(r.verdict().evidence())).raw("\n");
        reasons(
                h,
                r.verdict().decision() == Decision.BLOCKED ? "There may be more:" : "Because:",
                r.verdict().reasons());
        reasons(h, "Note:", r.verdict().notes());
        h.raw("</div>\n</header>\n");
    }

    private static void reasons(Html h, String title, List<Reason> reasons) {
        if (!reasons.isEmpty()) {
            h.element("p", title).raw("<ul>");
            reasons.forEach(reason -> h.element("li", reason.sentence()));
            h.raw("</ul>\n");
        }
    }

    private static void evidence(Html h, Evidence e) {
        h.raw("<section><h2>Evidence</h2><dl>");
        h.term("Window", Wording.window(e));
        h.term("Asked for", Durations.of(e.windowMinMillis()) + " at least");
        h.term("Boot", Wording.boot(e));
        h.term("Requests", Wording.requests(e));
        h.term("Connections", Wording.connections(e));
        h.term("Drops", Wording.drops(e));
        h.raw("</dl></section>\n");
    }

    private static void commands(Html h, AuditReport r) {
        h.raw("<section><h2>Require tokens</h2>");
        h.element(
                "p",
                r.verdict().decision() == Decision.READY
                        ? "Takes effect at once, without a restart:"
                        : "Once nothing blocks any more; takes effect at once, without a restart:");
        h.element("pre", r.enforceCommand()).element("p", "To undo it:").element("pre", r.undoCommand());
        h.raw("</section>\n");
    }
}
