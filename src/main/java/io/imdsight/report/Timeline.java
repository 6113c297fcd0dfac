package io.imdsight.report;

import io.imdsight.model.Kind;
import io.imdsight.model.Version;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests over time, in equal steps of whole minutes.
 *
 * @param stepMinutes the length of a step
 * @param steps the steps, in order, none left out
 */
public record Timeline(int stepMinutes, List<Step> steps) {
    /** As many bars as a page has room for. */
    private static final int STEPS_MAX = 120;

    public Timeline {
        steps = List.copyOf(steps);
    }

    /**
     * One step.
     *
     * @param minute its first, whole minutes since 1970-01-01T00:00Z
     * @param v1 requests without a token, foreign ones left out
     * @param v2 requests with a token, or for one
     * @param undetermined requests of which that is not known
     * @param foreign probes for another cloud
     */
    public record Step(long minute, long v1, long v2, long undetermined, long foreign) {
        /** All of them. */
        public long sum() {
            return v1 + v2 + undetermined + foreign;
        }
    }

    static Timeline of(List<Tally> tallies, long fromNanos, long toNanos) {
        long first = TallyKey.minuteOf(fromNanos);
        long last = Math.max(first, TallyKey.minuteOf(toNanos));
        long minutes = last - first + 1;
        int step = (int) ((minutes + STEPS_MAX - 1) / STEPS_MAX);
        int count = (int) ((minutes + step - 1) / step);
        long[][] sums = new long[count][4];
        for (Tally t : tallies) {
            long at = (t.key().minute() - first) / step;
            if (t.key().minute() >= first && at < count) {
                sums[(int) at][series(t)] += t.count();
            }
        }
        List<Step> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(new Step(first + (long) i * step, sums[i][0], sums[i][1], sums[i][2], sums[i][3]));
        }
        return new Timeline(step, out);
    }

    private static int series(Tally t) {
        if (t.key().classification().kind() == Kind.FOREIGN) {
            return 3;
        }
        Version v = t.key().classification().version();
        return v == Version.V1 ? 0 : v == Version.V2 ? 1 : 2;
    }
}
