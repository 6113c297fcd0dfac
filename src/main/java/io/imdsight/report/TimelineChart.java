package io.imdsight.report;

import io.imdsight.model.Plural;
import java.util.List;

/** Draws requests over time as stacked bars, with a table beside it for those who cannot see them. */
final class TimelineChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 180;
    private static final int LEFT = 48;
    private static final int TOP = 12;
    private static final int BOTTOM = 28;
    private static final long NANOS_PER_MINUTE = 60_000_000_000L;

    /** The series from the bottom up: class and name. */
    private static final List<String[]> SERIES = List.of(
            new String[] {"v1", "without a token (v1)"},
            new String[] {"unknown", "not known"},
            new String[] {"v2", "with a token (v2)"},
            new String[] {"foreign", "for another cloud"});

    private TimelineChart() {}

    static void write(Html h, Timeline t) {
        long most = t.steps().stream().mapToLong(Timeline.Step::sum).max().orElse(0);
        h.raw("<section><h2>Calls over time</h2>\n");
        if (most == 0) {
            h.element("p", "There were no calls.").raw("</section>\n");
            return;
        }
        h.raw("<ul class=\"key\">");
        SERIES.forEach(
                s -> h.raw("<li><i class=\"k-" + s[0] + "\"></i>").text(s[1]).raw("</li>"));
        h.raw("</ul>\n");
        chart(h, t, most);
        h.raw("<details><summary>The same as a table</summary><table><thead><tr><th>from</th>");
        SERIES.forEach(s -> h.element("th", s[1]));
        h.raw("</tr></thead><tbody>");
        t.steps().stream().filter(s -> s.sum() > 0).forEach(s -> row(h, s));
        h.raw("</tbody></table></details></section>\n");
    }

    private static void chart(Html h, Timeline t, long most) {
        int count = t.steps().size();
        double slot = (WIDTH - LEFT) / (double) count;
        double width = Math.min(48, Math.max(1, slot * 0.8));
        h.raw("<svg class=\"chart\" viewBox=\"0 0 " + WIDTH + " " + HEIGHT + "\" role=\"img\" aria-label=\"");
        h.text("Calls in steps of " + step(t) + ", at most " + most).raw("\">");
        int base = HEIGHT - BOTTOM;
        h.raw("<line class=\"axis\" x1=\"" + LEFT + "\" x2=\"" + WIDTH + "\" y1=\"" + base + "\" y2=\"" + base
                + "\"/>");
        h.raw("<text x=\"" + (LEFT - 6) + "\" y=\"" + (TOP + 8) + "\" text-anchor=\"end\">" + most + "</text>");
        h.raw("<text x=\"" + (LEFT - 6) + "\" y=\"" + base + "\" text-anchor=\"end\">0</text>");
        h.raw("<text x=\"" + LEFT + "\" y=\"" + (HEIGHT - 8) + "\">");
        h.text(time(t.steps().getFirst())).raw("</text>");
        if (count > 1) {
            h.raw("<text x=\"" + WIDTH + "\" y=\"" + (HEIGHT - 8) + "\" text-anchor=\"end\">");
            h.text(time(t.steps().getLast()) + ", a bar is " + step(t)).raw("</text>");
        }
        for (int i = 0; i < count; i++) {
            bar(h, t.steps().get(i), LEFT + i * slot + (slot - width) / 2, width, most);
        }
        h.raw("</svg>\n");
    }

    private static void bar(Html h, Timeline.Step step, double x, double width, long most) {
        double y = HEIGHT - BOTTOM;
        long[] values = values(step);
        for (int i = 0; i < values.length; i++) {
            if (values[i] > 0) {
                double height = Math.max(1, (double) (HEIGHT - BOTTOM - TOP) * values[i] / most);
                y -= height;
                h.raw("<rect class=\"b-" + SERIES.get(i)[0] + "\" x=\"" + round(x) + "\" y=\"" + round(y)
                        + "\" width=\"" + round(width) + "\" height=\"" + round(height) + "\"><title>");
                h.text(time(step) + ": " + values[i] + " " + SERIES.get(i)[1]).raw("</title></rect>");
            }
        }
    }

    private static void row(Html h, Timeline.Step step) {
        h.raw("<tr>").element("td", time(step));
        for (long value : values(step)) {
            h.element("td class=\"number\"", Long.toString(value));
        }
        h.raw("</tr>");
    }

    private static long[] values(Timeline.Step s) {
        return new long[] {s.v1(), s.undetermined(), s.v2(), s.foreign()};
    }

    private static String step(Timeline t) {
        return Plural.of(t.stepMinutes(), "minute");
    }

    private static String time(Timeline.Step s) {
        return Wording.time(s.minute() * NANOS_PER_MINUTE);
    }

    private static String round(double value) {
        return Double.toString(Math.round(value * 100) / 100.0);
    }
}
