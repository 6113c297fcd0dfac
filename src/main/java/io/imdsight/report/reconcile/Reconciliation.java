package io.imdsight.report.reconcile;

import java.util.List;

/**
 * A comparison, to be printed.
 *
 * @param instanceId whose metric
 * @param region where it was read
 * @param fromMinute where the window begins, whole minutes since 1970-01-01T00:00Z
 * @param toMinute where it ends
 * @param watchedMinutes for how many of them the ledger has something
 * @param slots the points, see {@link Reconciler#compare}
 * @param hours when AWS saw calls that nobody watched
 */
public record Reconciliation(
        String instanceId,
        String region,
        long fromMinute,
        long toMinute,
        long watchedMinutes,
        List<Slot> slots,
        UnwatchedHours hours) {
    public Reconciliation {
        slots = List.copyOf(slots);
    }

    /** Sums up. */
    public static Reconciliation of(
            String instanceId,
            String region,
            long fromMinute,
            long toMinute,
            OurRecord ours,
            List<Slot> slots,
            UnwatchedHours hours) {
        long watched = ours.minutes().subMap(fromMinute, toMinute).values().stream()
                .filter(m -> m.capturedMillis() > 0)
                .count();
        return new Reconciliation(instanceId, region, fromMinute, toMinute, watched, slots, hours);
    }

    public Conclusion conclusion() {
        if (watchedMinutes == 0 || slots.stream().allMatch(s -> s.aws() == null)) {
            return Conclusion.INCONCLUSIVE;
        }
        if (slots.stream().anyMatch(s -> s.unexplained() != 0)) {
            return Conclusion.UNEXPLAINED;
        }
        return slots.stream().allMatch(s -> s.difference() == 0) ? Conclusion.EQUAL : Conclusion.EXPLAINED;
    }

    /** The same in a sentence without a full stop. */
    public String sentence() {
        return switch (conclusion()) {
            case EQUAL -> "AWS and imdsight agree on every point";
            case EXPLAINED -> "AWS and imdsight differ, and the ledger explains every difference";
            case UNEXPLAINED -> "there are differences that nothing in the ledger explains";
            case INCONCLUSIVE ->
                watchedMinutes == 0
                        ? "nothing to compare: the ledger has no minute of this window that an agent watched"
                        : "nothing to compare: CloudWatch has no point of " + instanceId + " in " + region
                                + " for this window; check --instance-id and --cloudwatch-region";
        };
    }

    /** The sums of a metric. */
    public Total total(AwsMetric metric) {
        return Total.of(metric, slots);
    }

    /** Whether AWS has the points by the minute: detailed monitoring. */
    boolean byMinutes() {
        return slots.stream().anyMatch(s -> s.aws() != null && s.minutes() == 1);
    }
}
