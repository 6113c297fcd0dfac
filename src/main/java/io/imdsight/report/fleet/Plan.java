package io.imdsight.report.fleet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which caller to fix first. An instance is free only when all of its callers are fixed, so each step takes the caller that frees the most instances
 * at once; where no single one frees any, the one on the most instances that are left. That is greedy: the best order of all would take longer to find
 * than the fixing takes.
 */
final class Plan {
    /** After so many steps nobody reads on. */
    static final int STEPS_MAX = 1000;

    private final Map<Instance, Judged> judged = new HashMap<>();
    private final Map<Instance, Set<FleetCaller>> left = new HashMap<>();
    private final Map<FleetCaller, int[]> alone = new HashMap<>();
    private final Map<FleetCaller, int[]> among = new HashMap<>();

    private Plan(List<Judged> blocked) {
        for (Judged j : blocked) {
            Set<FleetCaller> blockers = new HashSet<>(j.instance().blockers());
            judged.put(j.instance(), j);
            left.put(j.instance(), blockers);
            if (j.instance().blocking == 0) {
                continue; // its heartbeats count calls, and nothing says whose: no step frees it
            }
            for (FleetCaller c : blockers) {
                among.computeIfAbsent(c, x -> new int[1])[0]++;
            }
            if (blockers.size() == 1) {
                alone.computeIfAbsent(blockers.iterator().next(), x -> new int[1])[0]++;
            }
        }
    }

    /**
     * The steps, at most {@link #STEPS_MAX}. Also notes with each caller where it is the only one.
     *
     * @param blocked all blocked instances
     */
    static List<PlanStep> of(List<Judged> blocked) {
        Plan plan = new Plan(blocked);
        plan.alone.forEach((caller, count) -> caller.alone = count[0]);
        List<PlanStep> out = new ArrayList<>();
        int soFar = 0;
        for (FleetCaller next; out.size() < STEPS_MAX && (next = plan.best()) != null; ) {
            PlanStep step = plan.fix(next, soFar, blocked.size());
            soFar = step.freedSoFar();
            out.add(step);
        }
        return out;
    }

    private FleetCaller best() {
        FleetCaller best = null;
        for (FleetCaller c : among.keySet()) {
            if (c.identity.isOne() && (best == null || compare(c, best) > 0)) {
                best = c;
            }
        }
        return best;
    }

    private int compare(FleetCaller a, FleetCaller b) {
        int out = Integer.compare(count(alone, a), count(alone, b));
        out = out != 0 ? out : Integer.compare(count(among, a), count(among, b));
        out = out != 0 ? out : Long.compare(a.blocking, b.blocking);
        return out != 0 ? out : CallerIdentity.ORDER.compare(b.identity, a.identity);
    }

    private static int count(Map<FleetCaller, int[]> counts, FleetCaller c) {
        int[] count = counts.get(c);
        return count == null ? 0 : count[0];
    }

    private PlanStep fix(FleetCaller caller, int soFar, int all) {
        int freed = 0;
        int ready = 0;
        for (Instance i : caller.instances) {
            Set<FleetCaller> blockers = left.get(i);
            blockers.remove(caller);
            if (blockers.isEmpty()) {
                freed++;
                ready += judged.get(i).otherwiseReady() ? 1 : 0;
            } else if (blockers.size() == 1) {
                alone.computeIfAbsent(blockers.iterator().next(), x -> new int[1])[0]++;
            }
        }
        among.remove(caller);
        alone.remove(caller);
        return new PlanStep(caller, freed, ready, soFar + freed, all - soFar - freed);
    }
}
