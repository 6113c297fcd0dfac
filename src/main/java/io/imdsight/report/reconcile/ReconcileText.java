package io.imdsight.report.reconcile;

import io.imdsight.model.Escaped;
import io.imdsight.model.Plural;
import io.imdsight.report.Durations;
import io.imdsight.report.reconcile.UnwatchedHours.ClockHour;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A comparison for people. */
public final class ReconcileText {
    /** More lines than that nobody reads; JSON has all. */
    private static final int ROWS_MAX = 60;

    private static final int HOURS_MAX = 8;

    private ReconcileText() {}

    /**
     * Lines, without control characters.
     *
     * @param all whether points that agree are shown, too, where there is a call in them
     */
    public static List<String> lines(Reconciliation r, boolean all) {
        List<String> out = new ArrayList<>();
        out.add(r.instanceId() + ", " + r.region() + ": " + Times.minute(r.fromMinute()) + " to "
                + Times.minute(r.toMinute()) + " UTC (" + Durations.of((r.toMinute() - r.fromMinute()) * 60_000) + ")"
                + grain(r));
        out.add(r.conclusion().label() + ": " + r.sentence());
        if (r.conclusion() != Conclusion.INCONCLUSIVE) {
            out.add("");
            out.add("%-24s%10s%10s%10s%10s%12s%14s"
                    .formatted("", "AWS", "imdsight", "points", "equal", "explained", "unexplained"));
            for (AwsMetric m : AwsMetric.values()) {
                out.add(total(r.total(m)));
            }
        }
        List<Row> rows = rows(r.slots(), all);
        if (!rows.isEmpty() && r.conclusion() != Conclusion.INCONCLUSIVE) {
            out.add("");
            rows.stream().limit(ROWS_MAX).forEach(row -> row.lines(out));
            if (rows.size() > ROWS_MAX) {
                out.add("… and " + (rows.size() - ROWS_MAX) + " more; --format json shows all");
            }
        }
        hours(r.hours(), out);
        return out.stream().map(Escaped::of).collect(Collectors.toCollection(ArrayList::new));
    }

    private static String grain(Reconciliation r) {
        if (r.slots().stream().allMatch(s -> s.aws() == null)) {
            return "";
        }
        return "; AWS has a point " + (r.byMinutes() ? "a minute" : "in five minutes");
    }

    private static String total(Total t) {
        String left = t.unexplainedMore() + t.unexplainedFewer() == 0
                ? "0"
                : (t.unexplainedMore() > 0 ? "+" + t.unexplainedMore() : "")
                        + (t.unexplainedFewer() > 0 ? "-" + t.unexplainedFewer() : "");
        return "%-24s%10d%10d%10d%10d%12d%14s"
                .formatted(t.metric().label(), t.aws(), t.ours(), t.points(), t.equal(), t.explainedCalls(), left);
    }

    /** Slots that follow each other and say the same, as through a night without an agent. */
    private record Row(Slot first, long end, long aws, long ours, boolean noPoint) {
        boolean takes(Slot s) {
            return s.metric() == first.metric()
                    && s.minute() == end
                    && s.difference() != 0
                    && first.difference() != 0
                    && first.unexplained() == 0
                    && s.unexplained() == 0
                    && sentences(s).equals(sentences(first));
        }

        Row with(Slot s) {
            return new Row(first, s.end(), aws + (s.aws() == null ? 0 : s.aws()), ours + s.ours(), noPoint);
        }

        private static List<String> sentences(Slot s) {
            return s.explanations().stream().map(Explanation::sentence).toList();
        }

        void lines(List<String> out) {
            long length = end - first.minute();
            out.add("%s %6s  %-24s AWS %s, imdsight %d%s"
                    .formatted(
                            Times.minute(first.minute()),
                            "+" + length + "m",
                            first.metric().label(),
                            noPoint ? "no point" : Long.toString(aws),
                            ours,
                            first.difference() == 0 ? "" : ": " + word()));
            String indent = " ".repeat(25);
            for (Explanation e : first.explanations()) {
                String calls = e.calls() == 0
                        ? "or "
                        : first.explanations().size() > 1 || first.unexplained() != 0 ? e.calls() + ": " : "";
                out.add(indent + calls + e.sentence());
            }
        }

        private String word() {
            if (first.unexplained() == 0) {
                return "explained";
            }
            String more = first.unexplained() > 0 ? "only AWS has" : "only imdsight has";
            return "unexplained, " + Math.abs(first.unexplained()) + " that " + more;
        }
    }

    private static List<Row> rows(List<Slot> slots, boolean all) {
        List<Row> out = new ArrayList<>();
        for (AwsMetric metric : AwsMetric.values()) {
            Row open = null;
            for (Slot s : slots) {
                if (s.metric() != metric || s.difference() == 0 && !(all && s.ours() > 0)) {
                    continue;
                }
                if (open != null && open.takes(s)) {
                    open = open.with(s);
                    out.set(out.size() - 1, open);
                } else {
                    open = new Row(s, s.end(), s.aws() == null ? 0 : s.aws(), s.ours(), s.aws() == null);
                    out.add(open);
                }
            }
        }
        out.sort(java.util.Comparator.comparingLong(row -> row.first().minute()));
        return out;
    }

    private static void hours(UnwatchedHours hours, List<String> out) {
        if (hours.clockHours().isEmpty()) {
            return;
        }
        out.add("");
        out.add("calls without a token that AWS saw since " + Times.minute(hours.fromMinute())
                + " UTC, in hours that no agent watched: " + hours.calls());
        List<ClockHour> all = hours.clockHours();
        for (ClockHour h : all.subList(0, Math.min(HOURS_MAX, all.size()))) {
            out.add("  %s UTC  %s, %s, last %s"
                    .formatted(
                            HourWords.hours(h), HourWords.when(h), Plural.of(h.calls(), "call"), HourWords.lastDay(h)));
        }
        if (all.size() > HOURS_MAX) {
            out.add("  … and in " + (all.size() - HOURS_MAX) + " more hours of the day");
        }
        out.add("  " + HourWords.advice(all));
    }
}
