package io.imdsight.report.reconcile;

import io.imdsight.report.Json;
import io.imdsight.report.reconcile.UnwatchedHours.ClockHour;
import java.util.ArrayList;
import java.util.List;

/** A comparison for programs: one object a line. docs/reconcile.md has the fields. */
public final class ReconcileJson {
    private ReconcileJson() {}

    /** The summary, then each point in which somebody counted anything, then the hours. */
    public static List<String> lines(Reconciliation r) {
        List<String> out = new ArrayList<>();
        out.add(summary(r));
        for (Slot s : r.slots()) {
            if (s.ours() > 0 || s.aws() != null && s.aws() > 0) {
                out.add(point(s));
            }
        }
        r.hours().clockHours().forEach(h -> out.add(hour(h)));
        return out;
    }

    private static String summary(Reconciliation r) {
        return new Json()
                .object(j -> {
                    j.text("type", "summary")
                            .text("instance_id", r.instanceId())
                            .text("region", r.region())
                            .text("from", Times.iso(r.fromMinute()))
                            .text("to", Times.iso(r.toMinute()))
                            .text("conclusion", r.conclusion().label())
                            .text("reason", r.sentence())
                            .number("watched_minutes", r.watchedMinutes())
                            .number("point_minutes", r.byMinutes() ? 1 : AwsPoint.BASIC_MINUTES);
                    for (AwsMetric m : AwsMetric.values()) {
                        Total t = r.total(m);
                        j.object(
                                m == AwsMetric.NO_TOKEN ? "metadata_no_token" : "metadata_no_token_rejected",
                                o -> o.number("aws", t.aws())
                                        .number("imdsight", t.ours())
                                        .number("points", t.points())
                                        .number("points_equal", t.equal())
                                        .number("explained", t.explainedCalls())
                                        .number("unexplained_more", t.unexplainedMore())
                                        .number("unexplained_fewer", t.unexplainedFewer()));
                    }
                    j.number("unwatched_calls", r.hours().calls());
                    j.text("unwatched_since", Times.iso(r.hours().fromMinute()));
                    if (!r.hours().clockHours().isEmpty()) {
                        j.text("advice", HourWords.advice(r.hours().clockHours()));
                    }
                })
                .toString();
    }

    private static String point(Slot s) {
        return new Json()
                .object(j -> {
                    j.text("type", "point")
                            .text("metric", s.metric().label())
                            .text("from", Times.iso(s.minute()))
                            .number("minutes", s.minutes());
                    if (s.aws() != null) {
                        j.number("aws", s.aws());
                    }
                    j.number("imdsight", s.ours()).number("unexplained", s.unexplained());
                    if (!s.explanations().isEmpty()) {
                        j.array(
                                "explanations",
                                a -> s.explanations()
                                        .forEach(e -> a.object(o -> o.text("reason", e.reason())
                                                .number("calls", e.calls())
                                                .text("text", e.sentence()))));
                    }
                })
                .toString();
    }

    private static String hour(ClockHour h) {
        return new Json()
                .object(j -> j.text("type", "unwatched_hour")
                        .number("hour", h.hour())
                        .text("when", HourWords.when(h))
                        .number("days", h.days().size())
                        .number("days_known", h.daysKnown())
                        .number("calls", h.calls())
                        .text("last_day", HourWords.lastDay(h)))
                .toString();
    }
}
