package io.imdsight.publish.cloudwatch;

import io.imdsight.model.Classification;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Coverage;
import io.imdsight.record.Destination;
import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingMinutes;
import io.imdsight.record.PendingTally;
import io.imdsight.record.PublishedCounts;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A ledger's side towards its publishers, in memory. Dies before it acknowledges, on demand. */
final class MemoryLedger implements PendingMinutes {
    private static final class Minute {
        private final Map<TallyKey, long[]> tallies = new LinkedHashMap<>();
        private Coverage coverage;
        private int acknowledgements;
        private boolean givenUp;
        private long givenUpCount;
    }

    private final TreeMap<Long, Minute> minutes = new TreeMap<>();
    private int largestMax;
    private boolean losesAcknowledgements;

    void sound(long minute) {
        minutes.computeIfAbsent(minute, m -> new Minute()).coverage =
                new Coverage(minute, 60_000, ConnectionCounts.NONE, Map.of());
    }

    void unsound(long minute) {
        minutes.computeIfAbsent(minute, m -> new Minute()).coverage =
                new Coverage(minute, 60_000, ConnectionCounts.NONE, Map.of(Drop.KERNEL_RING, 1L));
    }

    void add(long minute, Version version, Outcome outcome, long count) {
        add(minute, "curl", version, outcome, count);
    }

    void add(long minute, String title, Version version, Outcome outcome, long count) {
        CallerKey caller = new CallerKey("/usr/bin/curl", title, null, null, null, "root", null, null);
        Classification c = new Classification(version, Kind.METADATA, outcome, PathClass.META_DATA);
        TallyKey key = new TallyKey(minute, caller, c, null, EvidenceMethod.CONNECT_PROBE);
        minutes.computeIfAbsent(minute, m -> new Minute()).tallies.computeIfAbsent(key, k -> new long[2])[0] += count;
    }

    /** As if the process were killed after each put and before what it says of it is on disk. */
    void loseAcknowledgements(boolean lose) {
        losesAcknowledgements = lose;
    }

    long recorded(long minute, Metric metric) {
        Minute m = minutes.get(minute);
        return m == null
                ? 0
                : m.tallies.entrySet().stream()
                        .filter(e -> metric.counts(e.getKey().classification()))
                        .mapToLong(e -> e.getValue()[0])
                        .sum();
    }

    /** The most minutes that were ever asked for at once. */
    int largestMax() {
        return largestMax;
    }

    @Override
    public void register(Destination destination, long fromMinute) {}

    @Override
    public List<PendingMinute> closedMinutes(Destination destination, long beforeMinute, int max) {
        largestMax = Math.max(largestMax, max);
        return pending(beforeMinute, max);
    }

    private List<PendingMinute> pending(long beforeMinute, int max) {
        List<PendingMinute> out = new ArrayList<>();
        minutes.headMap(beforeMinute).forEach((number, m) -> {
            boolean pending =
                    m.acknowledgements == 0 || m.tallies.values().stream().anyMatch(v -> v[0] > v[1]);
            if (pending && !m.givenUp && out.size() < max) {
                List<PendingTally> tallies = new ArrayList<>();
                m.tallies.forEach((k, v) -> tallies.add(new PendingTally(k, v[0], v[1])));
                out.add(new PendingMinute(number, m.coverage, m.acknowledgements, tallies));
            }
        });
        return out;
    }

    @Override
    public void acknowledge(Destination destination, List<PendingMinute> sent) {
        if (losesAcknowledgements) {
            throw new IllegalStateException("killed");
        }
        for (PendingMinute p : sent) {
            Minute m = minutes.get(p.minute());
            m.acknowledgements++;
            p.tallies().forEach(t -> m.tallies.get(t.key())[1] = t.recorded());
        }
    }

    @Override
    public long giveUp(Destination destination, long beforeMinute) {
        long out = 0;
        for (Minute m : minutes.headMap(beforeMinute).values()) {
            long open = m.tallies.values().stream().mapToLong(v -> v[0] - v[1]).sum();
            if (!m.givenUp && (m.acknowledgements == 0 || open > 0)) {
                m.givenUp = true;
                m.givenUpCount = open;
                out += open;
            }
        }
        return out;
    }

    @Override
    public PublishedCounts published(Destination destination) {
        long recorded = 0;
        long acknowledged = 0;
        long givenUp = 0;
        long pendingMinutes = pending(Long.MAX_VALUE, Integer.MAX_VALUE).size();
        for (Minute m : minutes.values()) {
            givenUp += m.givenUpCount;
            for (long[] v : m.tallies.values()) {
                recorded += v[0];
                acknowledged += v[1];
            }
        }
        return new PublishedCounts(
                recorded, acknowledged, recorded - acknowledged - givenUp, givenUp, pendingMinutes, -1);
    }
}
