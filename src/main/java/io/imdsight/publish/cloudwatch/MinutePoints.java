package io.imdsight.publish.cloudwatch;

import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingTally;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is said of a minute. A count that is not zero is always said. A zero is said where it is evidence, once: in the first acknowledgement of a
 * minute that was watched soundly.
 */
public final class MinutePoints {
    static final String CALLER = "Caller";

    private final Set<Metric> metrics;
    private final List<List<Dimension>> dimensionSets;
    private final List<Dimension> instance;
    private final TopCallers callers;

    /**
     * Sets what is said.
     *
     * @param metrics which
     * @param dimensionSets under which sets of dimensions, each of them paid for; an empty one is the fleet-wide metric
     * @param instance the set that names this machine: callers are told apart below it
     * @param callersMax how many callers are told apart; 0 for none
     */
    public MinutePoints(
            Set<Metric> metrics, List<List<Dimension>> dimensionSets, List<Dimension> instance, int callersMax) {
        this.metrics = EnumSet.copyOf(metrics);
        this.dimensionSets = List.copyOf(dimensionSets);
        this.instance = List.copyOf(instance);
        callers = new TopCallers(callersMax);
    }

    List<Point> of(PendingMinute minute) {
        List<Point> out = new ArrayList<>(withoutCallers(minute));
        for (Metric metric : metrics) {
            if (metric.essential() && callers.max() > 0) {
                callers(minute, metric).forEach((caller, count) -> {
                    List<Dimension> dimensions = new ArrayList<>(instance);
                    dimensions.add(new Dimension(CALLER, caller));
                    out.add(new Point(metric.published(), dimensions, minute.minute(), count));
                });
            }
        }
        return out;
    }

    /** The same without what comes from processes: names that others choose. */
    List<Point> withoutCallers(PendingMinute minute) {
        boolean zeros = minute.acknowledgements() == 0 && minute.sound();
        List<Point> out = new ArrayList<>();
        for (Metric metric : metrics) {
            long count = metric.pending(minute);
            if (count > 0 || zeros) {
                for (List<Dimension> set : dimensionSets) {
                    out.add(new Point(metric.published(), set, minute.minute(), count));
                }
            }
        }
        return out;
    }

    private Map<String, Long> callers(PendingMinute minute, Metric metric) {
        Map<String, Long> out = new TreeMap<>();
        for (PendingTally t : minute.tallies()) {
            if (t.pending() > 0 && metric.counts(t.key().classification())) {
                out.merge(callers.name(t.key().caller(), minute.minute()), t.pending(), Long::sum);
            }
        }
        return out;
    }

    /** How many metrics this makes at the most; CloudWatch bills each by the hours in which it got a point. */
    public int metricsMax() {
        int callerMetrics = callers.max() == 0 ? 0 : callers.max() + 1;
        int essential = (int) metrics.stream().filter(Metric::essential).count();
        return metrics.size() * dimensionSets.size() + essential * callerMetrics;
    }
}
