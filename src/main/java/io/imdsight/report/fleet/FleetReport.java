package io.imdsight.report.fleet;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The answers, made once everything is read.
 *
 * @param period what it is about
 * @param inputs what was read
 * @param instances all that were heard of in the window, the worst first
 * @param states how many are in which state
 * @param gone instances of the history of which there is nothing in the window: no longer part of the fleet
 * @param blockedSilent blocked instances that are silent as well
 * @param days the history, by day
 * @param callers those that block now, the one on the most instances first
 * @param plan which to fix first
 */
public record FleetReport(
        Period period,
        Inputs inputs,
        List<Judged> instances,
        Map<InstanceState, Integer> states,
        int gone,
        int blockedSilent,
        List<Day> days,
        List<FleetCaller> callers,
        List<PlanStep> plan) {
    /** The answers from what a fleet's records said. To be asked for once. */
    public static FleetReport of(Fleet fleet) {
        Period p = fleet.period;
        Collection<Instance> all = fleet.instances();
        List<Judged> judged = new ArrayList<>(all.size());
        int gone = 0;
        for (Instance i : all) {
            if (i.last < p.windowSeconds()) {
                gone++;
            } else {
                judged.add(Judged.of(i, p));
            }
            for (Use u : i.uses()) {
                if (u.blocking > 0 || i.last >= p.windowSeconds()) {
                    u.caller.add(i, u);
                }
            }
        }
        judged.sort(Judged.WORST_FIRST);
        List<Judged> blocked =
                judged.stream().filter(j -> j.state() == InstanceState.BLOCKED).toList();
        List<PlanStep> plan = Plan.of(blocked); // before the ranking, for it notes which caller is alone
        List<FleetCaller> callers = fleet.callers().stream()
                .filter(c -> !c.instances.isEmpty())
                .sorted(Comparator.comparingInt((FleetCaller c) -> c.instances.size())
                        .thenComparingLong(c -> c.blocking)
                        .reversed()
                        .thenComparing(c -> c.identity, CallerIdentity.ORDER))
                .toList();
        Map<InstanceState, Integer> states = new EnumMap<>(InstanceState.class);
        judged.forEach(j -> states.merge(j.state(), 1, Integer::sum));
        int silent = (int) blocked.stream().filter(Judged::silent).count();
        return new FleetReport(p, fleet.inputs, judged, states, gone, silent, days(fleet, all), callers, plan);
    }

    private static List<Day> days(Fleet fleet, Collection<Instance> all) {
        long[] calls = fleet.blockingByDay(all);
        int[] blocked = new int[calls.length];
        int[] heard = new int[calls.length];
        for (Instance i : all) {
            for (int d = 0; d < calls.length; d++) {
                blocked[d] += Instance.isMarked(i.blockedDays, d) ? 1 : 0;
                heard[d] += Instance.isMarked(i.heardDays, d) ? 1 : 0;
            }
        }
        List<Day> out = new ArrayList<>(calls.length);
        for (int d = 0; d < calls.length; d++) {
            out.add(new Day(fleet.period.epochDay(d), calls[d], blocked[d], heard[d]));
        }
        return out;
    }

    /** The lines about one instance, by id or host name; none where there is no such one. */
    public static List<String> one(FleetReport r, String idOrName, boolean json) {
        Judged j = r.find(idOrName);
        return j == null ? List.of() : json ? List.of(FleetJson.instance(r, j)) : FleetText.instance(r, j);
    }

    int count(InstanceState state) {
        return states.getOrDefault(state, 0);
    }

    /** The one of that id or, where no id is that, name; null where there is none. */
    Judged find(String idOrName) {
        Judged named = null;
        for (Judged j : instances) {
            if (j.instance().id.equals(idOrName)) {
                return j;
            }
            named = idOrName.equals(j.instance().name) ? j : named;
        }
        return named;
    }
}
