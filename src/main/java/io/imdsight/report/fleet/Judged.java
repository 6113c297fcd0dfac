package io.imdsight.report.fleet;

import io.imdsight.report.Durations;
import io.imdsight.report.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * An instance and how it stands.
 *
 * @param instance which
 * @param state the worst that holds
 * @param silent whether nothing was heard of it for too long; a blocked one may be silent, too
 * @param reasons why a zero of it is no evidence; of a blocked one, why there may be more
 */
record Judged(Instance instance, InstanceState state, boolean silent, List<Reason> reasons) {
    /** The worst first, then by what they call; the same for the same files. */
    static final Comparator<Judged> WORST_FIRST = Comparator.comparing(Judged::state)
            .thenComparing(Comparator.comparingLong((Judged j) -> j.instance().blocking)
                    .reversed())
            .thenComparing(j -> j.instance().id);

    Judged {
        reasons = List.copyOf(reasons);
    }

    static Judged of(Instance i, Period p) {
        boolean silent = !i.fromEvents
                && (i.lastHeartbeat == Instance.NEVER || p.untilSeconds() - i.lastHeartbeat > p.silentAfterSeconds());
        List<Reason> reasons = new ArrayList<>();
        if (i.fromEvents) {
            reasons.add(new Reason("no-heartbeat", "only sightings are known, of an event file: it has no heartbeats"));
        } else if (silent) {
            reasons.add(new Reason(
                    "silent",
                    i.lastHeartbeat == Instance.NEVER
                            ? "no heartbeat was seen at all"
                            : "no heartbeat since " + Timestamps.brief(i.lastHeartbeat) + " UTC"));
        }
        if (i.unsound > 0) {
            reasons.add(new Reason("unsound", unsound(i)));
        }
        long watched = i.coverage.seconds();
        if (!i.fromEvents && !silent && i.unsound == 0 && watched < p.neededSeconds(i.lastHeartbeat)) {
            long wanted = Math.min(p.watchedSeconds(), p.windowLength());
            reasons.add(new Reason(
                    "short-watch",
                    "watched for " + Durations.of(watched * 1000) + " of the " + Durations.of(wanted * 1000)
                            + " that are wanted"));
        }
        InstanceState state = i.isBlocked()
                ? InstanceState.BLOCKED
                : silent ? InstanceState.SILENT : reasons.isEmpty() ? InstanceState.READY : InstanceState.INCONCLUSIVE;
        return new Judged(i, state, silent, reasons);
    }

    private static String unsound(Instance i) {
        List<String> why = new ArrayList<>();
        if (i.interrupted) {
            why.add("the capture was interrupted");
        }
        if (i.dropped) {
            why.add("packets or records were dropped");
        }
        if (i.missed) {
            why.add("the kernel saw connections that the capture did not");
        }
        if (i.hidden) {
            why.add("requests could not be told apart");
        }
        String count = i.unsound + (i.unsound == 1 ? " heartbeat says" : " heartbeats say")
                + " that calls could have been missed";
        return why.isEmpty() ? count : count + ": " + String.join(", ", why);
    }

    /** Whether it would be ready if its callers were mended. */
    boolean otherwiseReady() {
        return reasons.isEmpty();
    }
}
