package io.imdsight.report;

import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Plural;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Judges. The rules stand in docs/audit.md. */
public final class Judge {
    private Judge() {}

    /** The verdict on an observation. */
    public static Verdict judge(Observation o) {
        long from = TallyKey.minuteOf(o.fromNanos());
        long to = TallyKey.minuteOf(o.toNanos()) + 1;
        List<Tally> tallies = o.tallies().tallies(from, to);
        Map<CallerKey, CallerProfile> profiles = new HashMap<>();
        o.tallies().callers(from, to).forEach(p -> profiles.put(p.key(), p));
        List<CallerFinding> callers = findings(tallies, profiles);
        Evidence evidence = EvidenceLimits.evidence(o, tallies, o.tallies().coverage(from, to));
        List<Reason> reasons = EvidenceLimits.reasons(o, evidence);
        long possible = sum(callers, Standing.POSSIBLE);
        if (possible > 0) {
            reasons.add(new Reason(
                    "undetermined",
                    Plural.of(possible, "request")
                            + " may have been served without a token: the capture hides the head or the answer"));
        }
        boolean blocked = sum(callers, Standing.BLOCKING) > 0;
        Decision decision = blocked ? Decision.BLOCKED : reasons.isEmpty() ? Decision.READY : Decision.INCONCLUSIVE;
        List<Reason> notes = EvidenceLimits.notes(o, evidence);
        notes.addAll(notes(callers, blocked));
        return new Verdict(decision, reasons, notes, callers, evidence);
    }

    private static long sum(List<CallerFinding> callers, Standing s) {
        return callers.stream().mapToLong(c -> c.count(s)).sum();
    }

    private static List<Reason> notes(List<CallerFinding> callers, boolean blocked) {
        List<Reason> out = new ArrayList<>();
        long refused = sum(callers, Standing.REFUSED);
        if (refused > 0) {
            out.add(new Reason(
                    "refused-already",
                    blocked
                            ? "tokenless calls were served and refused within the window: the setting seems to have changed"
                            : Plural.of(refused, "tokenless call is", "tokenless calls are")
                                    + " refused already: tokens seem to be required here, and these callers fail now"));
        }
        for (CallerFinding c : callers) {
            if (c.count(Standing.FAILED) > 0
                    && c.profile() != null
                    && Waiting.waits(c.profile().paths())) {
                out.add(new Reason(
                        "waits-for-an-event",
                        c.name() + " asks without a token for something that is not there yet;"
                                + " with tokens required it would no longer learn of it"));
            }
        }
        return out;
    }

    private static List<CallerFinding> findings(List<Tally> tallies, Map<CallerKey, CallerProfile> profiles) {
        Map<CallerKey, Sums> sums = new HashMap<>();
        for (Tally t : tallies) {
            sums.computeIfAbsent(t.key().caller(), k -> new Sums()).add(t);
        }
        List<CallerFinding> out = new ArrayList<>();
        sums.forEach((key, s) -> out.add(s.finding(key, profiles.get(key))));
        out.sort(Comparator.comparing(CallerFinding::standing)
                .thenComparing(c -> -c.count(c.standing()))
                .thenComparing(CallerFinding::name)
                .thenComparing(c -> c.key().toString()));
        return out;
    }

    /** One caller's counts in the making. */
    private static final class Sums {
        private final Map<Standing, Long> counts = new EnumMap<>(Standing.class);
        private final Map<Cause, Long> causes = new EnumMap<>(Cause.class);
        private final Map<EvidenceMethod, Long> evidence = new EnumMap<>(EvidenceMethod.class);
        private long credentials;
        private long tokensUnanswered;

        void add(Tally t) {
            Classification c = t.key().classification();
            Standing standing = Standing.of(c);
            counts.merge(standing, t.count(), Long::sum);
            evidence.merge(t.key().evidence(), t.count(), Long::sum);
            boolean matters = standing == Standing.BLOCKING || standing == Standing.POSSIBLE;
            if (matters && c.version() == Version.V1) {
                Cause cause = t.key().cause() == null ? Cause.UNKNOWN : t.key().cause();
                causes.merge(cause, t.count(), Long::sum);
            }
            if (standing == Standing.BLOCKING && c.pathClass() == PathClass.CREDENTIALS) {
                credentials += t.count();
            }
            if (c.kind() == Kind.TOKEN && c.outcome() == Outcome.UNANSWERED) {
                tokensUnanswered += t.count();
            }
        }

        CallerFinding finding(CallerKey key, CallerProfile profile) {
            Standing worst = counts.keySet().iterator().next();
            return new CallerFinding(key, profile, worst, counts, causes, evidence, credentials, tokensUnanswered);
        }
    }
}
