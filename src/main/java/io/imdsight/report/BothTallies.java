package io.imdsight.report;

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
 * Two records of the same machine as one. Each minute is taken from the one that watched more of it, whole: both may have counted the same requests.
 */
public final class BothTallies implements Tallies {
    private final Tallies first;
    private final Tallies second;

    /**
     * Both; where they watched equally much, the second holds.
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
        Map<Long, Integer> a = watched(first, fromMinute, toMinute);
        Map<Long, Integer> b = watched(second, fromMinute, toMinute);
        List<Tally> out = new ArrayList<>();
        for (Tally t : first.tallies(fromMinute, toMinute)) {
            if (a.getOrDefault(t.key().minute(), 0) > b.getOrDefault(t.key().minute(), 0)
                    || !b.containsKey(t.key().minute())) {
                out.add(t);
            }
        }
        for (Tally t : second.tallies(fromMinute, toMinute)) {
            if (b.getOrDefault(t.key().minute(), 0) >= a.getOrDefault(t.key().minute(), 0)
                    && b.containsKey(t.key().minute())) {
                out.add(t);
            }
        }
        return out;
    }

    private static Map<Long, Integer> watched(Tallies t, long fromMinute, long toMinute) {
        Map<Long, Integer> out = new LinkedHashMap<>();
        t.coverage(fromMinute, toMinute).forEach(c -> out.put(c.minute(), c.capturedMillis()));
        return out;
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
