package io.imdsight.report.reconcile;

import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Plural;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Takes off a difference what the ledger knows could have made it. A cause that bounds how many calls it can have cost takes no more than that; what is
 * left is unexplained.
 */
final class Explainer {
    /** Counted in packets, connections' requests or requests: each hides one call at the most. Others hide any number. */
    private static final Set<Drop> ONE_EACH = EnumSet.of(
            Drop.KERNEL_RING,
            Drop.INTERFACE,
            Drop.LINK_TYPE,
            Drop.IP_FRAGMENT,
            Drop.PIPELINE,
            Drop.SIGHTING_QUEUE,
            Drop.LEDGER);

    private final OurRecord ours;
    private final Watch watch;

    Explainer(OurRecord ours) {
        this.ours = ours;
        watch = new Watch(ours);
    }

    /**
     * The slot with what explains its difference.
     *
     * @param optional whether CloudWatch says for this time that tokens were optional, so that it counts no call as rejected
     */
    Slot explain(Slot slot, boolean optional) {
        if (slot.unexplained() > 0) {
            return more(slot);
        }
        if (slot.unexplained() < 0 && slot.metric() == AwsMetric.REJECTED && slot.aws() == null && optional) {
            return slot.with(
                    new Explanation(
                            "refused-otherwise",
                            -slot.unexplained(),
                            "refused while tokens were optional, for another reason than the missing token; AWS counts no such call"));
        }
        return slot;
    }

    private Slot more(Slot slot) {
        Slot out = slot;
        for (Explanation e : watch.unwatched(slot)) {
            // the first takes all; which of several it was nobody knows, so the others are told as well
            out = out.with(new Explanation(e.reason(), out.unexplained(), e.sentence()));
        }
        out = drops(out);
        out = connections(out);
        out = take(
                out,
                "undetermined",
                sum(out, OurMinute::undetermined),
                "the capture hides whether they had a token: imdsight counts them as undetermined");
        out = take(
                out,
                "answer-unseen",
                sum(out, m -> m.version1(Outcome.UNANSWERED) + m.version1(Outcome.UNDETERMINED)),
                "calls without a token whose answer did not reach the caller or was not seen; the service may have served them");
        return take(
                out,
                "other-outcome",
                sum(out, m -> m.version1(Outcome.FAILED)),
                "calls without a token that failed, as with 404: imdsight counts them apart, AWS does not say whether it does");
    }

    /** Drops are noted in the second in which they were noticed, so the minute after counts too. */
    private Slot drops(Slot slot) {
        Map<Drop, Long> all = new EnumMap<>(Drop.class);
        for (long m = slot.minute(); m <= slot.end(); m++) {
            ours.at(m).drops().forEach((drop, count) -> all.merge(drop, count, Long::sum));
        }
        Slot out = slot;
        for (Map.Entry<Drop, Long> e : all.entrySet()) {
            long most = ONE_EACH.contains(e.getKey()) ? e.getValue() : Long.MAX_VALUE;
            out = take(out, "dropped", most, "dropped at " + e.getKey().label() + ": " + e.getValue());
        }
        return out;
    }

    /** A connection can carry any number of calls. */
    private Slot connections(Slot slot) {
        Map<KernelOnly, Long> all = new EnumMap<>(KernelOnly.class);
        for (long m = slot.minute(); m < slot.end(); m++) {
            ours.at(m).kernelOnly().forEach((why, count) -> all.merge(why, count, Long::sum));
        }
        Slot out = slot;
        for (Map.Entry<KernelOnly, Long> e : all.entrySet()) {
            long n = e.getValue();
            if (e.getKey() != KernelOnly.REFUSED && n > 0) {
                String what = Plural.of(n, "connection") + " that the capture did not see: ";
                out = take(out, "kernel-only-" + e.getKey().label(), Long.MAX_VALUE, what + because(e.getKey()));
            }
        }
        return out;
    }

    private static String because(KernelOnly why) {
        return switch (why) {
            case OTHER_NAMESPACE -> "made in a network namespace that is not captured";
            case DROPPED -> "the capture dropped packets meanwhile";
            case UNDECIDED -> "the kernel's records of them were lost";
            default -> "why is not known";
        };
    }

    private long sum(Slot slot, ToLongFunction<OurMinute> of) {
        return ours.minutes().subMap(slot.minute(), slot.end()).values().stream()
                .mapToLong(of)
                .sum();
    }

    private static Slot take(Slot slot, String reason, long most, String sentence) {
        long calls = Math.min(most, Math.abs(slot.unexplained()));
        return calls <= 0 ? slot : slot.with(new Explanation(reason, calls, sentence));
    }
}
