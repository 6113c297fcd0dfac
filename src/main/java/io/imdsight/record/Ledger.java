package io.imdsight.record;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Plural;
import io.imdsight.model.Sighting;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The durable counts' write side. One agent a state directory. Any thread may call.
 *
 * <p>Nothing here throws because of a disk: what cannot be written is held in memory, bounded, and written when the disk takes it again; said once.
 */
public final class Ledger implements PendingMinutes, AutoCloseable {
    /** At high rates nobody calls {@link #commit}, for something always waits; then it comes after so many requests … */
    private static final int BATCH_SIGHTINGS_MAX = 5_000;

    /** … or so long after the first of them. */
    private static final long BATCH_NANOS_MAX = 100_000_000L;

    /**
     * How often an idle agent writes that it was watching: every ten seconds, less what whoever ticks each five comes too early. What a kill -9 loses of
     * that makes a minute count as not wholly watched.
     */
    private static final long COVERAGE_NANOS = 9_500_000_000L;

    /** How often it is looked for what has grown too old, where nothing is written that makes the file grow. */
    private static final long BOUNDS_MINUTES = 10;

    private final LedgerOptions options;
    private final Drops drops;
    private final Consumer<String> say;
    private final LongSupplier monotonicNanos;
    private final LedgerStore store;
    private final Retention retention;
    private long boundsKeptMinute = -BOUNDS_MINUTES;
    private long tickedMinute = -1;
    private final Waiting waiting = new Waiting(Waiting.BYTES_MAX);
    private final Map<Destination, Long> registered = new EnumMap<>(Destination.class);
    private final Acknowledgements acknowledgements;
    private final LogGrowth log;

    private long startedNanos;
    private String version;
    private long nowNanos;
    private long firstWaitsSinceNanos;
    private long coverageWrittenNanos;
    private long lost;
    private boolean unsynced;

    /** Coverage alone is made durable once a minute: what a loss of power takes of it makes one more minute count as not wholly watched. */
    private boolean coverageUnsynced;

    private Ledger(LedgerOptions options, Drops drops, Consumer<String> say, LongSupplier monotonicNanos) {
        this.options = options;
        this.drops = drops;
        this.say = say;
        this.monotonicNanos = monotonicNanos;
        retention = new Retention(options);
        store = new LedgerStore(options, say, monotonicNanos, this::introduce);
        acknowledgements = new Acknowledgements(store);
        log = new LogGrowth(store, say);
        coverageWrittenNanos = monotonicNanos.getAsLong() - COVERAGE_NANOS; // the first second is written at once
    }

    /**
     * Opens the ledger, or makes one. Where the directory cannot be written, counts are kept in memory and it is tried again.
     *
     * @param drops where what is lost is counted
     * @param say takes sentences for the operator, one for each change for the worse or the better
     * @throws LedgerException {@code IN_USE} where another agent has this state directory, {@code LATER} where a later version wrote the file
     */
    public static Ledger open(LedgerOptions options, Drops drops, Consumer<String> say) throws LedgerException {
        return open(options, drops, say, System::nanoTime);
    }

    static Ledger open(LedgerOptions options, Drops drops, Consumer<String> say, LongSupplier monotonicNanos)
            throws LedgerException {
        Ledger out = new Ledger(options, drops, say, monotonicNanos);
        try {
            out.store.open();
            return out;
        } catch (LedgerException e) {
            out.store.close();
            throw e;
        }
    }

    /** What a newly opened file has to know. */
    private void introduce(LedgerWriter writer) throws SQLException {
        for (Map.Entry<Destination, Long> e : registered.entrySet()) {
            writer.register(e.getKey(), e.getValue());
        }
        if (startedNanos != 0) {
            writer.started(startedNanos, version);
        }
    }

    /** Counts a request; recorded with the next {@link #commit}, which comes by itself where many wait. */
    public synchronized void add(Sighting sighting) {
        if (waiting.sightings() == 0) {
            firstWaitsSinceNanos = monotonicNanos.getAsLong();
        }
        if (!waiting.add(sighting)) {
            drops.add(Drop.LEDGER);
            lost++;
        } else if (waiting.sightings() >= BATCH_SIGHTINGS_MAX
                || monotonicNanos.getAsLong() - firstWaitsSinceNanos >= BATCH_NANOS_MAX) {
            commit();
        }
    }

    /** Adds to what is known of a minute: times and counts since the last call. */
    public synchronized void coverage(Coverage more) {
        waiting.add(more);
    }

    /** The capture is up. */
    public synchronized void started(long atNanos, String newVersion) {
        startedNanos = atNanos;
        version = newVersion;
        unsynced |= store.attempt(w -> w.started(atNanos, newVersion));
    }

    /** The agent ends in order. Writes what waits. */
    public synchronized void stopped(long atNanos) {
        nowNanos = atNanos;
        write(true);
        store.attempt(w -> w.stopped(atNanos));
    }

    /** The capture was not up, or lost something, for a while. */
    public synchronized void gap(CaptureGap gap) {
        waiting.add(gap);
    }

    /** Records what was added: when this returns, a kill -9 loses none of it, unless the disk refuses it or a reader has held an old state for long. */
    public synchronized void commit() {
        if (waiting.sightings() > 0 && !log.isHigh()) {
            write(false);
        }
    }

    /** Whether the disk refuses it, and counts are kept in memory. Does not wait, whatever the disk does. */
    public boolean isFailing() {
        return store.said();
    }

    /** How many requests wait for the disk. */
    public synchronized long waiting() {
        return waiting.sightings();
    }

    private void write(boolean coverageToo) {
        long[] renamed = new long[1];
        if (!store.attempt(w -> renamed[0] = w.write(waiting, coverageToo, nowNanos))) {
            return;
        }
        if (store.said()) {
            store.recovered();
            say.accept("the ledger is written again: "
                    + Plural.of(waiting.sightings(), "request that waited is", "requests that waited are") + " in it, "
                    + lost + " lost");
            lost = 0;
        }
        unsynced |= waiting.sightings() > 0
                || coverageToo
                        && !(waiting.gaps().isEmpty()
                                && waiting.coverage().values().stream().allMatch(Coverage::isTimeAlone));
        coverageUnsynced = true;
        drops.add(Drop.LEDGER_CALLERS, renamed[0] + waiting.renamed());
        waiting.talliesWritten();
        if (coverageToo) {
            waiting.coverageWritten();
            coverageWrittenNanos = monotonicNanos.getAsLong();
        }
    }

    /**
     * Once a second, or every few where nothing comes, by a thread of its own: makes durable against power loss, keeps the bounds, tries a disk again that
     * failed.
     *
     * @param atNanos now, nanoseconds since 1970-01-01T00:00:00Z
     */
    public void tick(long atNanos) {
        LedgerFile file;
        synchronized (this) {
            nowNanos = atNanos;
            boolean again = store.look();
            boolean coverageDue = monotonicNanos.getAsLong() - coverageWrittenNanos >= COVERAGE_NANOS;
            if (again || coverageDue || waiting.sightings() > 0) {
                write(again || coverageDue);
            }
            acknowledgements.write();
            long minute = Math.floorDiv(atNanos, TallyKey.MINUTE_NANOS);
            keepBounds(minute);
            unsynced |= coverageUnsynced && minute != tickedMinute;
            tickedMinute = minute;
            unsynced |= log.look();
            file = unsynced ? store.file() : null;
            coverageUnsynced &= !unsynced;
            unsynced = false;
        }
        if (file != null) {
            sync(file);
        }
    }

    private void keepBounds(long minute) {
        if (unsynced || Math.abs(minute - boundsKeptMinute) >= BOUNDS_MINUTES || retention.isUnfinished()) {
            boolean kept = store.attempt(w ->
                    drops.add(Drop.LEDGER_EXPIRED, retention.step(store.file().writer(), w, minute)));
            if (kept) {
                boundsKeptMinute = minute;
            }
        }
    }

    /** Outside of the monitor: a slow disk delays no commit. */
    private void sync(LedgerFile file) {
        try {
            file.sync();
        } catch (IOException | SQLException e) {
            synchronized (this) {
                // a file that was closed in between, damaged or deleted, has been dealt with
                if (store.file() == file && store.up()) {
                    store.failed(e);
                }
                unsynced = true;
            }
        }
    }

    @Override
    public synchronized void register(Destination destination, long fromMinute) {
        registered.putIfAbsent(destination, fromMinute);
        store.attempt(w -> w.register(destination, fromMinute));
    }

    @Override
    public synchronized List<PendingMinute> closedMinutes(Destination destination, long beforeMinute, int max) {
        List<PendingMinute> out = new ArrayList<>();
        if (acknowledgements.areWritten()) {
            store.attempt(w -> out.addAll(PendingReader.closed(store.file().writer(), destination, beforeMinute, max)));
        }
        return out;
    }

    @Override
    public synchronized void acknowledge(Destination destination, List<PendingMinute> sent) {
        acknowledgements.add(destination, sent);
        unsynced = true;
    }

    @Override
    public synchronized long giveUp(Destination destination, long beforeMinute) {
        long[] given = new long[1];
        store.attempt(w -> given[0] = w.giveUp(destination, beforeMinute));
        return given[0];
    }

    @Override
    public PublishedCounts published(Destination destination) {
        try (LedgerReader reader = LedgerReader.open(options.directory())) {
            return reader.published(destination);
        } catch (LedgerException | IllegalStateException e) {
            return new PublishedCounts(0, 0, 0, 0, 0, -1);
        }
    }

    /** Writes what waits and closes the file; what the disk still refuses is lost and counted. */
    @Override
    public synchronized void close() {
        if (store.up()) {
            write(true);
        } else if (store.look()) {
            write(true);
        }
        drops.add(Drop.LEDGER, waiting.sightings());
        waiting.talliesWritten();
        store.close();
    }
}
