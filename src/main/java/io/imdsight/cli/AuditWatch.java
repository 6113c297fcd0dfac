package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Sighting;
import io.imdsight.record.CallerKey;
import io.imdsight.record.TallyBook;
import io.imdsight.report.Standing;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** An audit's end of the pipeline: counts what is seen, and notes how each minute was watched. */
final class AuditWatch implements SightingThread.Output {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000L;

    /** Where the last step is longer ago, nothing says that packets were read in between. */
    private static final long STANDSTILL_MILLIS = 10_000;

    private final TallyBook book = new TallyBook();
    private final CallerLookup lookup;
    private final Clock clock;
    private final Consumer<Sighting> newBlocker;
    private final Set<CallerKey> callers = new HashSet<>();
    private final Set<CallerKey> blockers = new HashSet<>();
    private final AtomicLong sightings = new AtomicLong();
    private volatile long lastNewCallerNanos;
    private WatchedTime watched;
    private long startedNanos;
    private boolean witnessed;
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

    /**
     * The capture is up from now on.
     *
     * @param connections what the witness has counted so far
     * @param witness whether there is one
     * @param drops what was dropped so far
     */
    void started(Supplier<ConnectionCounts> connections, boolean witness, Supplier<Map<Drop, Long>> drops) {
        witnessed = witness;
        startedNanos = nowNanos();
        lastNewCallerNanos = System.nanoTime();
        watched = new WatchedTime(clock.millis(), System.nanoTime(), connections, drops);
    }

    /** The capture was up since the last step. */
    void step() {
        watched.step(clock.millis(), System.nanoTime(), STANDSTILL_MILLIS)
                .coverage()
                .forEach(book::watched);
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

    /** Whether connections that the capture missed would be known. */
    boolean witnessed() {
        return witnessed;
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
