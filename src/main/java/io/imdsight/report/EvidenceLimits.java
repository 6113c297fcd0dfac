package io.imdsight.report;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Plural;
import io.imdsight.model.Version;
import io.imdsight.record.Coverage;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What was watched, how well, and what could have been missed. */
final class EvidenceLimits {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Time that a start and an end cost: who asks for ten minutes gets ten minutes less this. */
    private static final long PERCENT_MISSED_MAX = 1;

    /** An agent that is updated is away for less. */
    private static final long GAP_MILLIS_MAX = 60_000;

    /** A window of a ledger begins with a whole minute. */
    private static final long BEGIN_MILLIS_MAX = 60_000;

    private EvidenceLimits() {}

    static Evidence evidence(Observation o, List<Tally> tallies, List<Coverage> coverage) {
        long watched = 0;
        Map<Drop, Long> drops = new EnumMap<>(Drop.class);
        Map<KernelOnly, Long> why = new EnumMap<>(KernelOnly.class);
        long both = 0;
        long kernel = 0;
        long capture = 0;
        for (Coverage c : coverage) {
            watched += c.capturedMillis();
            c.drops().forEach((drop, count) -> drops.merge(drop, count, Long::sum));
            c.connections().reasons().forEach((k, v) -> why.merge(k, v, Long::sum));
            both += c.connections().both();
            kernel += c.connections().kernelOnly();
            capture += c.connections().captureOnly();
        }
        Map<Version, Map<Outcome, Long>> requests = new EnumMap<>(Version.class);
        for (Tally t : tallies) {
            requests.computeIfAbsent(t.key().classification().version(), v -> new EnumMap<>(Outcome.class))
                    .merge(t.key().classification().outcome(), t.count(), Long::sum);
        }
        ConnectionCounts connections = o.witnessed() ? new ConnectionCounts(both, kernel, capture, why) : null;
        long bootMinute = TallyKey.minuteOf(o.bootNanos());
        Boolean boot = o.bootNanos() == 0
                ? null
                : coverage.stream().anyMatch(c -> c.minute() >= bootMinute && c.minute() <= bootMinute + 1);
        return new Evidence(
                o.source(),
                o.fromNanos(),
                o.toNanos(),
                watched,
                o.windowMinMillis(),
                o.askedMillis(),
                boot,
                connections,
                drops,
                requests);
    }

    /** What makes silence worth nothing. */
    static List<Reason> reasons(Observation o, Evidence e) {
        List<Reason> out = new ArrayList<>();
        if (o.failure() != null) {
            out.add(new Reason("capture-failed", "the capture ended early: " + o.failure()));
        }
        if (e.watchedMillis() == 0) {
            out.add(new Reason(
                    "not-watched",
                    o.askedMillis() > 0
                            ? "the ledger says of no time in this window that the capture was up"
                            : "nothing was captured in this window"));
        } else if (e.watchedMillis() * 100 < e.windowMinMillis() * (100 - PERCENT_MISSED_MAX)) {
            out.add(new Reason(
                    "short-window",
                    "watched for " + Durations.of(e.watchedMillis()) + ", less than the "
                            + Durations.of(e.windowMinMillis()) + " below which silence says nothing"));
        }
        long window = (e.toNanos() - e.fromNanos()) / NANOS_PER_MILLI;
        long missed = window - e.watchedMillis();
        if (e.watchedMillis() > 0 && missed > Math.max(GAP_MILLIS_MAX, window * PERCENT_MISSED_MAX / 100)) {
            out.add(new Reason(
                    "gaps", "the capture was down for " + Durations.of(missed) + " of " + Durations.of(window)));
        }
        e.drops().forEach((drop, count) -> {
            if (drop.hidesRequests() && count > 0) {
                out.add(new Reason("drops", "dropped at " + drop.label() + ": " + count));
            }
        });
        if (e.connections() != null) {
            e.connections().reasons().forEach((why, count) -> {
                if (why != KernelOnly.REFUSED && count > 0) {
                    out.add(new Reason("kernel-only", kernelOnly(why, count)));
                }
            });
        }
        return out;
    }

    private static String kernelOnly(KernelOnly why, long count) {
        String what = Plural.of(count, "connection") + " to the service seen by the kernel and not by the capture: ";
        return what
                + switch (why) {
                    case OTHER_NAMESPACE -> "made in a network namespace whose interfaces are not captured";
                    case DROPPED -> "the capture dropped packets meanwhile";
                    default -> why.label();
                };
    }

    /** What a reader should know all the same. */
    static List<Reason> notes(Observation o, Evidence e) {
        List<Reason> out = new ArrayList<>();
        long window = (e.toNanos() - e.fromNanos()) / NANOS_PER_MILLI;
        if (e.askedMillis() - window > BEGIN_MILLIS_MAX) {
            out.add(new Reason(
                    "ledger-begins-later",
                    "the ledger begins " + Durations.of(window) + " before this report: of the "
                            + Durations.of(e.askedMillis()) + " that were asked for, what was before is not known"));
        }
        if (!o.witnessed()) {
            out.add(new Reason(
                    "no-witness", "no witness: nothing but the capture itself says that it saw every connection"));
        }
        if (e.bootCovered() == null || !e.bootCovered()) {
            out.add(new Reason(
                    "boot-not-covered",
                    e.bootCovered() == null
                            ? "it is not known when this machine started: what calls at boot may not have been seen"
                            : "the watch began after this machine had started: what calls only at boot was not seen"));
        }
        e.drops().forEach((drop, count) -> {
            if (!drop.hidesRequests() && count > 0) {
                out.add(new Reason("drops-harmless", "dropped at " + drop.label() + ": " + count));
            }
        });
        return out;
    }
}
