package io.imdsight.record;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Sighting;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts sightings in memory, for a run that is judged at its end. Bounded whatever callers do; any thread may add and read. */
public final class TallyBook implements Tallies {
    /**
     * Callers counted apart. A busy machine runs some hundred programs that call; a user who makes up names gets no further than this, the rest is
     * counted as {@link CallerKey#OTHER}.
     */
    static final int CALLERS_MAX = 2048;

    /** Text kept of all callers, in characters: an eighth of the heap that the launcher grants. */
    static final int CHARACTERS_MAX = 4 << 20;

    /** Counts kept apart. Beyond it, further ones go to {@link CallerKey#OTHER} in the minute in which it was reached. */
    static final int TALLIES_MAX = 65_536;

    /** Minutes of which the watch is kept: a week. Beyond it the last one goes on growing. */
    static final int MINUTES_MAX = 7 * 24 * 60;

    private final int callersMax;
    private final int charactersMax;
    private final int talliesMax;
    private final Map<TallyKey, long[]> counts = new HashMap<>();
    private final Map<CallerKey, ProfileNotes> callers = new LinkedHashMap<>();
    private final TreeMap<Long, Coverage> coverage = new TreeMap<>();
    private long characters;
    private long fullMinute = Long.MIN_VALUE;

    /** Empty, with the usual limits. */
    public TallyBook() {
        this(CALLERS_MAX, CHARACTERS_MAX, TALLIES_MAX);
    }

    TallyBook(int callersMax, int charactersMax, int talliesMax) {
        this.callersMax = callersMax;
        this.charactersMax = charactersMax;
        this.talliesMax = talliesMax;
    }

    /**
     * Counts a sighting.
     *
     * @return the caller that it was counted under: its texts shortened, or {@link CallerKey#OTHER}
     */
    public synchronized CallerKey add(Sighting s) {
        TallyKey exact = TallyKey.of(s);
        CallerKey caller = bounded(exact.caller());
        ProfileNotes notes = callers.get(caller);
        if (notes == null && callers.size() < callersMax && characters < charactersMax) {
            notes = new ProfileNotes(caller);
            callers.put(caller, notes);
            characters += ProfileNotes.weight(caller);
        }
        if (notes != null) {
            characters += notes.add(s, charactersMax - characters);
        }
        CallerKey counted = notes == null ? CallerKey.OTHER : caller;
        count(new TallyKey(exact.minute(), counted, exact.classification(), exact.cause(), exact.evidence()));
        return counted;
    }

    private void count(TallyKey key) {
        long[] count = counts.get(key);
        if (count == null) {
            TallyKey kept = key;
            if (counts.size() >= talliesMax) {
                fullMinute = fullMinute == Long.MIN_VALUE ? key.minute() : fullMinute;
                kept = new TallyKey(fullMinute, CallerKey.OTHER, key.classification(), key.cause(), key.evidence());
            }
            count = counts.computeIfAbsent(kept, k -> new long[1]);
        }
        count[0]++;
    }

    /** A hostile User-Agent has 64 KiB; what is told apart by its first part is told apart. */
    private static CallerKey bounded(CallerKey k) {
        return k.with(ProfileNotes::cut);
    }

    /** Adds to what is known of how a minute was watched. */
    public synchronized void watched(Coverage more) {
        long minute = more.minute();
        if (!coverage.containsKey(minute) && coverage.size() >= MINUTES_MAX) {
            minute = coverage.lastKey();
        }
        Coverage known = coverage.get(minute);
        coverage.put(minute, known == null ? more : sum(known, more));
    }

    private static Coverage sum(Coverage a, Coverage b) {
        ConnectionCounts x = a.connections();
        ConnectionCounts y = b.connections();
        Map<KernelOnly, Long> reasons = new EnumMap<>(KernelOnly.class);
        x.reasons().forEach((k, v) -> reasons.merge(k, v, Long::sum));
        y.reasons().forEach((k, v) -> reasons.merge(k, v, Long::sum));
        Map<Drop, Long> drops = new EnumMap<>(Drop.class);
        a.drops().forEach((k, v) -> drops.merge(k, v, Long::sum));
        b.drops().forEach((k, v) -> drops.merge(k, v, Long::sum));
        return new Coverage(
                a.minute(),
                a.capturedMillis() + b.capturedMillis(),
                new ConnectionCounts(
                        x.both() + y.both(),
                        x.kernelOnly() + y.kernelOnly(),
                        x.captureOnly() + y.captureOnly(),
                        reasons),
                drops);
    }

    @Override
    public synchronized List<Tally> tallies(long fromMinute, long toMinute) {
        List<Tally> out = new ArrayList<>();
        counts.forEach((key, count) -> {
            if (key.minute() >= fromMinute && key.minute() < toMinute) {
                out.add(new Tally(key, count[0]));
            }
        });
        return out;
    }

    @Override
    public synchronized List<CallerProfile> callers(long fromMinute, long toMinute) {
        return callers.values().stream()
                .map(ProfileNotes::profile)
                .filter(p -> TallyKey.minuteOf(p.lastSeenNanos()) >= fromMinute
                        && TallyKey.minuteOf(p.firstSeenNanos()) < toMinute)
                .toList();
    }

    @Override
    public synchronized List<Coverage> coverage(long fromMinute, long toMinute) {
        return List.copyOf(coverage.subMap(fromMinute, toMinute).values());
    }
}
