package io.imdsight.report.reconcile;

import java.util.List;

/**
 * A stretch of time with both counts.
 *
 * @param metric which count
 * @param minute where it begins, whole minutes since 1970-01-01T00:00Z
 * @param minutes how long it is
 * @param aws AWS's count; null where CloudWatch has no point
 * @param ours the ledger's count
 * @param explanations of the difference, in order; empty where there is none
 * @param unexplained calls of the difference that are left: above 0 where AWS has more, below where imdsight has
 */
public record Slot(
        AwsMetric metric,
        long minute,
        int minutes,
        Long aws,
        long ours,
        List<Explanation> explanations,
        long unexplained) {
    public Slot {
        explanations = List.copyOf(explanations);
    }

    static Slot of(AwsMetric metric, long minute, int minutes, Long aws, long ours) {
        Slot bare = new Slot(metric, minute, minutes, aws, ours, List.of(), 0);
        return new Slot(metric, minute, minutes, aws, ours, List.of(), bare.difference());
    }

    /** AWS's count less ours. */
    public long difference() {
        return (aws == null ? 0 : aws) - ours;
    }

    /** The minute after it. */
    public long end() {
        return minute + minutes;
    }

    /** The same with one more explanation, which takes calls off the rest. */
    Slot with(Explanation e) {
        List<Explanation> all = new java.util.ArrayList<>(explanations);
        all.add(e);
        long rest = unexplained - Long.signum(unexplained) * e.calls();
        return new Slot(metric, minute, minutes, aws, ours, all, rest);
    }
}
