package io.imdsight.report;

import io.imdsight.model.Plural;
import java.util.Locale;

/** The budget on the page: a meter for each interface, and who should keep what it fetches. */
final class BudgetSection {
    private BudgetSection() {}

    static void write(Html h, AuditReport r) {
        h.raw("<section><h2>Budget</h2>\n");
        h.raw("<p class=\"soft\">")
                .text(
                        "A network interface passes " + LinkBudget.PACKETS_PER_SECOND
                                + " packets a second to and from link-local services, and drops the rest. DNS and NTP share them and are not counted here.")
                .raw("</p>\n");
        if (r.budget().links().isEmpty()) {
            h.element("p", "Packets were not counted: nothing was captured.").raw("\n");
        }
        r.budget().links().forEach(l -> link(h, l));
        boolean[] any = {false};
        r.entries()
                .forEach(e -> r.budget().rate(e.finding()).habits().forEach(habit -> {
                    if (!any[0]) {
                        h.raw("<h3>").text("Should keep what they fetch").raw("</h3><ul>");
                        any[0] = true;
                    }
                    h.raw("<li>")
                            .element("strong", e.finding().name())
                            .text(" " + habit.sentence())
                            .raw("</li>");
                }));
        h.raw(any[0] ? "</ul></section>\n" : "</section>\n");
    }

    private static void link(Html h, LinkBudget l) {
        String width = String.format(Locale.ROOT, "%.2f", Math.min(100, l.peakPercent()));
        h.raw("<div class=\"link\"><p><strong>").text(l.use().interfaceName()).raw("</strong> ");
        h.text(
                l.use().packets() == 0
                        ? "no packets"
                        : Plural.of(l.use().packets(), "packet") + ", at most "
                                + l.use().peakPackets() + " in a second (" + BudgetWording.percent(l.peakPercent())
                                + ")");
        h.raw("</p><svg class=\"meter\" viewBox=\"0 0 100 2\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"");
        h.text(BudgetWording.percent(l.peakPercent()) + " of the allowance in the busiest second");
        h.raw("\"><rect class=\"all\" width=\"100\" height=\"2\"/><rect class=\""
                + (l.peakPercent() >= 50 ? "much" : "used") + "\" width=\"" + width + "\" height=\"2\"/></svg>");
        h.raw("<p class=\"soft\">").text(BudgetWording.allowance(l)).raw("</p></div>\n");
    }
}
