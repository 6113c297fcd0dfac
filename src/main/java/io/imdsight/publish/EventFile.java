package io.imdsight.publish;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The event file: the first requests of each caller and minute as full sightings, the rest as roll-ups, one a minute for each caller and
 * classification. Full lines plus the roll-ups' counts are the number of sightings, whatever happens to the disk between.
 *
 * <p>Bounds, however many calls there are: {@link #FULL_BYTES_MAX} a minute in full lines, {@link #ROLL_UP_ROWS_MAX} roll-ups of at most some 4 KiB.
 * docs/operations.md has the sums.
 */
public final class EventFile implements Closeable {
    /** Of version 1 a caller's first requests show what it wants; of version 2 one is enough of a sample. */
    static final int V1_FULL_MAX = 20;

    static final int V2_FULL_MAX = 1;

    /** A thousand ordinary lines; a hostile one is cut at {@link NdjsonFile#LINE_BYTES_MAX}. */
    static final int FULL_BYTES_MAX = 1024 * 1024;

    /** Callers that get full lines in one minute: a machine has some dozens. */
    static final int CALLERS_MAX = 256;

    static final int ROLL_UP_ROWS_MAX = 256;

    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final NdjsonFile file;
    private final Drops drops;
    private final LongSupplier monotonicNanos;
    private final JsonFormat format = new JsonFormat();
    private final LineBuffer line = new LineBuffer();
    private final LineBuffer waiting = new LineBuffer();
    private final List<TallyKey> waitingKeys = new ArrayList<>();
    private final Map<CallerKey, int[]> shown = new HashMap<>();
    private final TallyTable rest = new TallyTable(ROLL_UP_ROWS_MAX);
    private final Timestamps timestamps = new Timestamps();
    private int fullBytes;
    private long minuteBeganNanos;
    private long linesInFull;
    private long rolledUp;

    /** Writes to a file; what cannot be written in full is counted as {@link Drop#EVENT_FILE}. */
    public EventFile(NdjsonFile file, Drops drops, LongSupplier monotonicNanos) {
        this.file = file;
        this.drops = drops;
        this.monotonicNanos = monotonicNanos;
        this.minuteBeganNanos = monotonicNanos.getAsLong();
    }

    /**
     * Takes a sighting.
     *
     * @param key what it is counted under
     */
    public synchronized void accept(Sighting sighting, TallyKey key) {
        CallerKey caller = CallerText.cut(key.caller());
        TallyKey counted = new TallyKey(key.minute(), caller, key.classification(), key.cause(), key.evidence());
        if (!mayShow(CallerText.process(caller), key.classification().version())) {
            rest.add(counted, 1);
            return;
        }
        format.append(sighting, line);
        if (line.length() > NdjsonFile.LINE_BYTES_MAX || fullBytes + line.length() > FULL_BYTES_MAX) {
            line.clear();
            rest.add(counted, 1);
            return;
        }
        fullBytes += line.length();
        line.moveTo(waiting);
        waitingKeys.add(counted);
        if (waiting.length() >= LineBuffer.FLUSH_BYTES) {
            flush();
        }
    }

    private boolean mayShow(CallerKey caller, Version version) {
        int[] of = shown.get(caller);
        if (of == null) {
            if (shown.size() >= CALLERS_MAX) {
                return false;
            }
            of = new int[2];
            shown.put(caller, of);
        }
        // a head that hides its version may have been one without a token
        return version == Version.V2 ? of[1]++ < V2_FULL_MAX : of[0]++ < V1_FULL_MAX;
    }

    /** Writes what waits in full. */
    public synchronized void flush() {
        if (waitingKeys.isEmpty()) {
            return;
        }
        if (file.append(waiting)) {
            linesInFull += waitingKeys.size();
        } else {
            drops.add(Drop.EVENT_FILE, waitingKeys.size());
            waitingKeys.forEach(k -> rest.add(k, 1));
        }
        waitingKeys.clear();
    }

    /** To be called every few seconds: a minute after the last time it writes the roll-ups, and lets every caller begin anew. */
    public synchronized void step() {
        flush();
        if (monotonicNanos.getAsLong() - minuteBeganNanos >= MINUTE_NANOS) {
            minuteBeganNanos = monotonicNanos.getAsLong();
            shown.clear();
            fullBytes = 0;
            rollUp();
        }
    }

    private void rollUp() {
        List<Tally> rows = rest.take();
        if (rows.isEmpty()) {
            return;
        }
        long count = 0;
        for (Tally t : rows) {
            append(t);
            count += t.count();
        }
        if (file.append(line)) {
            rolledUp += count;
        } else {
            rest.putBack(rows);
        }
    }

    private void append(Tally t) {
        TallyKey k = t.key();
        JsonLine json = new JsonLine(line).begin();
        json.time("timestamp", k.minute() * MINUTE_NANOS, timestamps);
        json.open("event").text("action", "roll-up").number("count", t.count()).close();
        json.open("imds")
                .text("version", k.classification().version().label())
                .text("kind", k.classification().kind().label())
                .text("outcome", k.classification().outcome().label())
                .text("path_class", k.classification().pathClass().label())
                .text("cause", k.cause() == null ? null : k.cause().label())
                .close();
        json.within("caller", "script", k.caller().script());
        CallerText.append(k.caller(), json);
        json.within("evidence", "method", k.evidence().label()).end();
    }

    /** Sightings that are in the file in full. */
    public synchronized long linesInFull() {
        return linesInFull;
    }

    /** Sightings that are in the file as part of a roll-up. */
    public synchronized long rolledUp() {
        return rolledUp;
    }

    /** Where it is written. */
    public NdjsonFile file() {
        return file;
    }

    /** Writes everything that waits; what cannot be written is dropped. */
    @Override
    public synchronized void close() {
        flush();
        rollUp();
        drops.add(Drop.EVENT_FILE, rest.count());
        file.close();
    }
}
