package io.imdsight.report.fleet;

import io.imdsight.model.Plural;
import io.imdsight.report.Html;
import java.util.List;

/** Draws how many instances are blocked, day by day, before how many were heard of; with a table beside it for those who cannot see it. */
final class BurnDownChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 200;
    private static final int LEFT = 56;
    private static final int TOP = 12;
    private static final int BOTTOM = 28;

    private BurnDownChart() {}

    static void write(Html h, List<Day> days) {
        int most = days.stream()
                .mapToInt(d -> Math.max(d.blocked(), d.heard()))
                .max()
                .orElse(0);
        h.raw("<section><h2>Blocked instances, day by day</h2>\n");
        if (most == 0) {
            h.element("p", "No instance was heard of.").raw("</section>\n");
            return;
        }
        h.raw("<ul class=\"key\"><li><i class=\"k-blocked\"></i>made blocking calls</li>");
        h.raw("<li><i class=\"k-heard\"></i>heard of</li></ul>\n");
        chart(h, days, most);
        h.raw(
                "<details class=\"screen\"><summary>The same as a table, with calls</summary><table><thead><tr><th>day (UTC)</th>");
        h.raw(
                "<th class=\"number\">blocking calls</th><th class=\"number\">instances blocked</th><th class=\"number\">heard of</th>");
        h.raw("</tr></thead><tbody>");
        for (Day d : days) {
            h.raw("<tr>").element("td", Timestamps.day(d.epochDay()));
            for (long value : new long[] {d.blockingCalls(), d.blocked(), d.heard()}) {
                h.element("td class=\"number\"", Long.toString(value));
            }
            h.raw("</tr>");
        }
        h.raw("</tbody></table></details></section>\n");
    }

    private static void chart(Html h, List<Day> days, int most) {
        double slot = (WIDTH - LEFT) / (double) days.size();
        double width = Math.min(48, Math.max(1, slot * 0.8));
        int base = HEIGHT - BOTTOM;
        h.raw("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"");
        h.text("Instances that made blocking calls, by day: " + days.getFirst().blocked() + " on the first, "
                        + days.getLast().blocked() + " on the last of " + days.size())
                .raw("\">");
        h.raw("<line class=\"axis\" x1=\"" + LEFT + "\" x2=\"" + WIDTH + "\" y1=\"" + base + "\" y2=\"" + base
                + "\"/>");
        h.raw("<text x=\"" + (LEFT - 6) + "\" y=\"" + (TOP + 8) + "\" text-anchor=\"end\">" + most + "</text>");
        h.raw("<text x=\"" + (LEFT - 6) + "\" y=\"" + base + "\" text-anchor=\"end\">0</text>");
        h.raw("<text x=\"" + LEFT + "\" y=\"" + (HEIGHT - 8) + "\">"
                + Timestamps.day(days.getFirst().epochDay()) + "</text>");
        h.raw("<text x=\"" + WIDTH + "\" y=\"" + (HEIGHT - 8) + "\" text-anchor=\"end\">"
                + Timestamps.day(days.getLast().epochDay()) + " (so far)</text>");
        for (int i = 0; i < days.size(); i++) {
            Day d = days.get(i);
            double x = LEFT + i * slot + (slot - width) / 2;
            bar(
                    h,
                    "heard",
                    x,
                    width,
                    (double) d.heard() / most,
                    Timestamps.day(d.epochDay()) + ": " + d.heard() + " heard of");
            bar(
                    h,
                    "blocked",
                    x,
                    width,
                    (double) d.blocked() / most,
                    Timestamps.day(d.epochDay()) + ": " + d.blocked() + " blocked, "
                            + Plural.of(d.blockingCalls(), "call"));
        }
        h.raw("</svg>\n");
    }

    private static void bar(Html h, String series, double x, double width, double share, String title) {
        if (share > 0) {
            double height = Math.max(1, (HEIGHT - BOTTOM - TOP) * share);
            h.raw("<rect class=\"b-" + series + "\" x=\"" + round(x) + "\" y=\"" + round(HEIGHT - BOTTOM - height)
                    + "\" width=\"" + round(width) + "\" height=\"" + round(height) + "\"><title>");
            h.text(title).raw("</title></rect>");
        }
    }

    private static String round(double value) {
        return Double.toString(Math.round(value * 100) / 100.0);
    }
}
