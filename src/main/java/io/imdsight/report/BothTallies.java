package io.imdsight.report;

import io.imdsight.model.Classification;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import io.imdsight.record.Coverage;
import io.imdsight.record.Tallies;
import io.imdsight.record.Tally;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Two records of the same machine as one. Both may have counted the same requests, so that they are not added up: what a caller did in a minute is taken from
 * the one that saw more of it. Nothing that either saw is left out; where each saw another part of one minute, the count is too low.
 */
public final class BothTallies implements Tallies {
    private final Tallies first;
    private final Tallies second;

    /**
     * Both; where they saw equally much, the second holds.
     *
     * @param first the longer one
     * @param second the one that knows more of its callers
     */
    public BothTallies(Tallies first, Tallies second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public List<Tally> tallies(long fromMinute, long toMinute) {
        Map<Group, List<Tally>> out = groups(first.tallies(fromMinute, toMinute));
        groups(second.tallies(fromMinute, toMinute))
                .forEach((group, more) -> out.merge(group, more, (a, b) -> sum(b) >= sum(a) ? b : a));
        return out.values().stream().flatMap(List::stream).toList();
    }

    /** What both count alike. Cause and evidence are not: the one that began later knows less. */
    private record Group(long minute, CallerKey caller, Classification classification) {}

    private static Map<Group, List<Tally>> groups(List<Tally> tallies) {
        Map<Group, List<Tally>> out = new LinkedHashMap<>();
        for (Tally t : tallies) {
            Group group = new Group(t.key().minute(), t.key().caller(), t.key().classification());
            out.computeIfAbsent(group, g -> new ArrayList<>()).add(t);
        }
        return out;
    }

    private static long sum(List<Tally> tallies) {
        return tallies.stream().mapToLong(Tally::count).sum();
    }

    @Override
    public List<CallerProfile> callers(long fromMinute, long toMinute) {
        Map<CallerKey, CallerProfile> out = new LinkedHashMap<>();
        first.callers(fromMinute, toMinute).forEach(p -> out.put(p.key(), p));
        second.callers(fromMinute, toMinute).forEach(p -> out.merge(p.key(), p, BothTallies::merged));
        return List.copyOf(out.values());
    }

    private static CallerProfile merged(CallerProfile a, CallerProfile b) {
        Set<String> paths = new LinkedHashSet<>(b.paths());
        paths.addAll(a.paths());
        return new CallerProfile(
                b.key(),
                b.example() != null ? b.example() : a.example(),
                paths.stream().limit(CallerProfile.PATHS_MAX).toList(),
                Math.min(a.firstSeenNanos(), b.firstSeenNanos()),
                Math.max(a.lastSeenNanos(), b.lastSeenNanos()),
                a.headers() | b.headers(),
                b.more());
    }

    @Override
    public List<Coverage> coverage(long fromMinute, long toMinute) {
        TreeMap<Long, Coverage> out = new TreeMap<>();
        first.coverage(fromMinute, toMinute).forEach(c -> out.put(c.minute(), c));
        second.coverage(fromMinute, toMinute)
                .forEach(c -> out.merge(c.minute(), c, (a, b) -> b.capturedMillis() >= a.capturedMillis() ? b : a));
        return List.copyOf(out.values());
    }
}
