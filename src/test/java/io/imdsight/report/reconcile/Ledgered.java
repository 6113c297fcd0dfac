package io.imdsight.report.reconcile;

import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import io.imdsight.record.AgentRun;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import io.imdsight.record.CaptureGap;
import io.imdsight.record.Coverage;
import io.imdsight.record.Tallies;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A ledger made by hand. */
final class Ledgered implements Tallies {
    static final long MINUTE_NANOS = 60_000_000_000L;

    private final List<Tally> tallies = new ArrayList<>();
    private final NavigableMap<Long, Coverage> coverage = new TreeMap<>();
    private final List<AgentRun> runs = new ArrayList<>();
    private final List<CaptureGap> gaps = new ArrayList<>();

    /** An agent ran and captured these minutes throughout. */
    Ledgered watched(long from, long to, String end) {
        runs.add(new AgentRun(from * MINUTE_NANOS, to * MINUTE_NANOS, end, "1"));
        for (long m = from; m < to; m++) {
            coverage.put(m, new Coverage(m, 60_000, ConnectionCounts.NONE, Map.of()));
        }
        return this;
    }

    Ledgered calls(long minute, Version version, Outcome outcome, long count) {
        Classification c = new Classification(version, Kind.METADATA, outcome, PathClass.META_DATA);
        Cause cause = version == Version.V1 ? Cause.NEVER_TRIED : null;
        tallies.add(new Tally(new TallyKey(minute, CallerKey.OTHER, c, cause, EvidenceMethod.NONE), count));
        return this;
    }

    Ledgered served(long minute, long count) {
        return calls(minute, Version.V1, Outcome.SERVED, count);
    }

    Ledgered dropped(long minute, Drop drop, long count) {
        coverage.put(minute, new Coverage(minute, 60_000, ConnectionCounts.NONE, Map.of(drop, count)));
        return this;
    }

    Ledgered kernelOnly(long minute, KernelOnly why, long count) {
        ConnectionCounts c = new ConnectionCounts(0, count, 0, Map.of(why, count));
        coverage.put(minute, new Coverage(minute, 60_000, c, Map.of()));
        return this;
    }

    Ledgered gap(long fromNanos, long toNanos, String reason) {
        gaps.add(new CaptureGap(fromNanos, toNanos, reason));
        return this;
    }

    OurRecord record(long from, long to) {
        return OurRecord.read(this, runs, gaps, from, to);
    }

    @Override
    public List<Tally> tallies(long from, long to) {
        return tallies.stream()
                .filter(t -> t.key().minute() >= from && t.key().minute() < to)
                .toList();
    }

    @Override
    public List<CallerProfile> callers(long from, long to) {
        return List.of();
    }

    @Override
    public List<Coverage> coverage(long from, long to) {
        return List.copyOf(coverage.subMap(from, to).values());
    }
}
