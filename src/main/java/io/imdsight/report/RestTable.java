package io.imdsight.report;

import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;
import java.util.List;

/** Code at rest that may call without a token, on the page: one fold each, nothing of it as weighty as a caller that was seen. */
final class RestTable {
    /** Places of one library that a page shows. */
    private static final int PLACES_MAX = 50;

    private RestTable() {}

    static void write(Html h, ScanResult scan) {
        h.raw("<section><h2>").text(RestWording.HEADING).raw("</h2>\n");
        h.element("p class=\"soft\"", RestWording.summary(scan)).raw("\n");
        List<RestWording.Group> groups = RestWording.groups(scan);
        if (groups.isEmpty()) {
            h.element("p", "Nothing was found.");
        }
        groups.forEach(g -> group(h, g));
        if (!scan.misses().isEmpty()) {
            h.element("p", "Not looked at:").raw("<ul>");
            scan.misses().forEach(m -> h.element("li", RestWording.miss(m)));
            h.raw("</ul>");
        }
        h.raw("</section>\n");
    }

    private static void group(Html h, RestWording.Group g) {
        PossibleCaller c = g.first();
        h.raw("<details><summary>").text(c.title() + " [" + c.kind() + "]");
        h.text(c.clientId() == null ? ": " + c.place() : "");
        h.text(g.all().size() > 1 ? ", in " + g.all().size() + " places" : "");
        h.text(g.all().stream().anyMatch(x -> x.seenLive() != null) ? " (one of its kind was seen calling)" : "");
        h.raw("</summary><dl>");
        h.term("Why", c.why());
        h.element("dt", g.all().size() > 1 ? "Places" : "Place").raw("<dd>");
        for (PossibleCaller x : g.all().subList(0, Math.min(PLACES_MAX, g.all().size()))) {
            h.element("code", x.where());
            h.text(x.owner() == null ? "" : " (package " + x.owner() + ")").raw("<br>");
        }
        h.text(g.all().size() > PLACES_MAX ? "and " + (g.all().size() - PLACES_MAX) + " more" : "")
                .raw("</dd>");
        g.all().stream()
                .map(PossibleCaller::seenLive)
                .filter(x -> x != null)
                .distinct()
                .forEach(x -> h.term("Seen", x));
        h.term("What to do", c.change());
        h.term("Source", c.source());
        h.raw("</dl>");
        c.lines().forEach(l -> h.element("pre", l.number() + ": " + l.text().strip()));
        h.raw("</details>\n");
    }
}
