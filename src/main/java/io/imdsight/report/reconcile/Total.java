package io.imdsight.report.reconcile;

import java.util.List;

/**
 * One metric's sums over the window.
 *
 * @param aws AWS's count
 * @param ours the ledger's
 * @param points how many points were compared
 * @param equal of these, how many agree
 * @param explainedCalls calls by which points differ and which are explained, in either direction
 * @param unexplainedMore calls that only AWS has, without an explanation
 * @param unexplainedFewer calls that only imdsight has, without an explanation
 */
public record Total(
        AwsMetric metric,
        long aws,
        long ours,
        long points,
        long equal,
        long explainedCalls,
        long unexplainedMore,
        long unexplainedFewer) {

    static Total of(AwsMetric metric, List<Slot> slots) {
        Total out = new Total(metric, 0, 0, 0, 0, 0, 0, 0);
        for (Slot s : slots) {
            if (s.metric() == metric) {
                out = out.plus(s);
            }
        }
        return out;
    }

    private Total plus(Slot s) {
        long left = s.unexplained();
        return new Total(
                metric,
                aws + (s.aws() == null ? 0 : s.aws()),
                ours + s.ours(),
                points + 1,
                equal + (s.difference() == 0 ? 1 : 0),
                explainedCalls + Math.abs(s.difference()) - Math.abs(left),
                unexplainedMore + Math.max(0, left),
                unexplainedFewer + Math.max(0, -left));
    }
}
