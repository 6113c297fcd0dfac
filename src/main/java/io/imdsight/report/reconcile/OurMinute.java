package io.imdsight.report.reconcile;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.Coverage;
import io.imdsight.record.TallyKey;
import java.util.EnumMap;
import java.util.Map;

/** What the ledger has of one minute. Filled while it is read. */
final class OurMinute {
    private final Map<Outcome, Long> version1 = new EnumMap<>(Outcome.class);
    private long undetermined;
    private int capturedMillis;
    private Map<Drop, Long> drops = Map.of();
    private Map<KernelOnly, Long> kernelOnly = Map.of();

    void add(TallyKey key, long count) {
        switch (key.classification().version()) {
            case V1 -> version1.merge(key.classification().outcome(), count, Long::sum);
            case UNDETERMINED -> undetermined += count;
            case V2 -> {}
        }
    }

    void cover(Coverage c) {
        capturedMillis = c.capturedMillis();
        drops = c.hiding();
        ConnectionCounts connections = c.connections();
        kernelOnly = connections.reasons();
    }

    /** What imdsight counts as this metric. */
    long count(AwsMetric metric) {
        return version1(metric == AwsMetric.NO_TOKEN ? Outcome.SERVED : Outcome.REFUSED);
    }

    long version1(Outcome outcome) {
        return version1.getOrDefault(outcome, 0L);
    }

    /** Requests of which the capture hides the version: {@link Version#UNDETERMINED}. */
    long undetermined() {
        return undetermined;
    }

    int capturedMillis() {
        return capturedMillis;
    }

    /** What was discarded and could have been a request. */
    Map<Drop, Long> drops() {
        return drops;
    }

    Map<KernelOnly, Long> kernelOnly() {
        return kernelOnly;
    }
}
