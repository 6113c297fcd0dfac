package io.imdsight.report.reconcile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Lays both counts beside each other. */
public final class Reconciler {
    /** How far beyond the window both counts should be given: a call at its edge may stand in the neighbouring point. */
    public static final int EDGE_MINUTES = AwsPoint.BASIC_MINUTES;

    private Reconciler() {}

    /**
     * Compares.
     *
     * @param points what CloudWatch says of the window and {@link #EDGE_MINUTES} around it, of both metrics, in any order
     * @param ours the ledger of the same stretch
     * @param fromMinute where the window begins; points that begin before are not judged
     * @param toMinute where it ends; points that end after are not judged
     * @return in order of time, the first metric first; only where there is a point or a count of ours
     */
    public static List<Slot> compare(List<AwsPoint> points, OurRecord ours, long fromMinute, long toMinute) {
        Explainer explainer = new Explainer(ours);
        List<Slot> noToken = slots(AwsMetric.NO_TOKEN, points, ours);
        List<Slot> out = new ArrayList<>();
        for (AwsMetric metric : AwsMetric.values()) {
            List<Slot> all = metric == AwsMetric.NO_TOKEN ? noToken : slots(metric, points, ours);
            shift(all);
            for (Slot s : all) {
                if (s.minute() >= fromMinute && s.end() <= toMinute) {
                    out.add(explainer.explain(s, hasPoint(noToken, s.minute())));
                }
            }
        }
        out.sort(Comparator.comparingLong(Slot::minute).thenComparing(Slot::metric));
        return out;
    }

    private static boolean hasPoint(List<Slot> slots, long minute) {
        return slots.stream().anyMatch(s -> s.aws() != null && s.minute() <= minute && minute < s.end());
    }

    /** A slot a point, and one for each further minute in which we have counted something. */
    private static List<Slot> slots(AwsMetric metric, List<AwsPoint> points, OurRecord ours) {
        NavigableMap<Long, Slot> out = new TreeMap<>();
        for (AwsPoint p : points) {
            if (p.metric() == metric) {
                long count = ours.count(metric, p.minute(), p.minute() + p.minutes());
                out.put(p.minute(), Slot.of(metric, p.minute(), p.minutes(), p.count(), count));
            }
        }
        for (long minute : ours.minutes().keySet()) {
            long count = ours.at(minute).count(metric);
            Slot before = out.floorEntry(minute) == null
                    ? null
                    : out.floorEntry(minute).getValue();
            if (count > 0 && (before == null || before.end() <= minute)) {
                out.put(minute, Slot.of(metric, minute, 1, null, count));
            }
        }
        return new ArrayList<>(out.values());
    }

    /** AWS counts a call when it answers, imdsight when its head was complete, each by its own clock: at the edge one may be a point further. */
    private static void shift(List<Slot> slots) {
        for (int i = 0; i + 1 < slots.size(); i++) {
            Slot a = slots.get(i);
            Slot b = slots.get(i + 1);
            if (a.end() == b.minute() && Long.signum(a.unexplained()) * Long.signum(b.unexplained()) < 0) {
                long calls = Math.min(Math.abs(a.unexplained()), Math.abs(b.unexplained()));
                slots.set(i, a.with(new Explanation("shifted", calls, "counted in the next point" + who(a))));
                slots.set(i + 1, b.with(new Explanation("shifted", calls, "counted in the point before" + who(b))));
            }
        }
    }

    private static String who(Slot s) {
        return (s.unexplained() > 0 ? " by imdsight" : " by AWS") + ": calls at the edge, or clocks that differ";
    }
}
