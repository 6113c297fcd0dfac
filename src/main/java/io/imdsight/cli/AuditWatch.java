package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Sighting;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Coverage;
import io.imdsight.record.TallyBook;
import io.imdsight.record.TallyKey;
import io.imdsight.report.Standing;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** An audit's end of the pipeline: counts what is seen, and notes how each minute was watched. */
final class AuditWatch implements SightingThread.Output {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    private final TallyBook book = new TallyBook();
    private final CallerLookup lookup;
    private final Clock clock;
    private final Consumer<Sighting> newBlocker;
    private final Set<CallerKey> callers = new HashSet<>();
    private final Set<CallerKey> blockers = new HashSet<>();
    private final AtomicLong sightings = new AtomicLong();
    private final Map<Drop, Long> dropsNoted = new EnumMap<>(Drop.class);
    private volatile long lastNewCallerNanos;
    private long lastStepNanos;
    private long startedNanos;
    private RuntimeException failed;

    /**
     * An empty watch.
     *
     * @param newBlocker is told the first blocking call of each caller
     */
    AuditWatch(CallerLookup lookup, Clock clock, Consumer<Sighting> newBlocker) {
        this.lookup = lookup;
        this.clock = clock;
        this.newBlocker = newBlocker;
    }

    @Override
    public void accept(Sighting s) {
        CallerKey key = book.add(s);
        lookup.saw(key, s);
        if (callers.add(key)) {
            lastNewCallerNanos = System.nanoTime();
        }
        if (Standing.of(s.classification()) == Standing.BLOCKING && blockers.add(key)) {
            newBlocker.accept(s);
        }
        sightings.incrementAndGet();
    }

    @Override
    public void flush() {}

    /** The capture is up from now on. */
    void started() {
        startedNanos = nowNanos();
        lastStepNanos = System.nanoTime();
        lastNewCallerNanos = lastStepNanos;
    }

    /**
     * The capture was up since the last step.
     *
     * @param drops all drops so far
     */
    void step(Map<Drop, Long> drops) {
        long now = System.nanoTime();
        Map<Drop, Long> more = new EnumMap<>(Drop.class);
        drops.forEach((drop, count) -> {
            long added = count - dropsNoted.getOrDefault(drop, 0L);
            if (added > 0) {
                more.put(drop, added);
                dropsNoted.put(drop, count);
            }
        });
        int millis = (int) ((now - lastStepNanos) / NANOS_PER_MILLI);
        book.watched(new Coverage(TallyKey.minuteOf(nowNanos()), millis, ConnectionCounts.NONE, more));
        lastStepNanos += millis * NANOS_PER_MILLI;
    }

    /**
     * The capture is over.
     *
     * @param failure why, where it ended early; otherwise null
     */
    void ended(RuntimeException failure) {
        failed = failure;
    }

    /** Why the capture ended early; null where it did not. */
    RuntimeException failed() {
        return failed;
    }

    TallyBook book() {
        return book;
    }

    /** How many sightings so far: whether there is something new to show. */
    long sightings() {
        return sightings.get();
    }

    /** How long nobody new has called. */
    long idleMillis() {
        return (System.nanoTime() - lastNewCallerNanos) / NANOS_PER_MILLI;
    }

    /** When the capture was up, nanoseconds since 1970. */
    long startedNanos() {
        return startedNanos;
    }

    long nowNanos() {
        Instant now = clock.instant();
        return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
    }
}
