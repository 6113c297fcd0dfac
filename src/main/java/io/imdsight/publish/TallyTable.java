package io.imdsight.publish;

import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts in memory until somebody writes them down. Bounded: when it is full, new callers are counted together as {@link CallerKey#OTHER}, and
 * when even that makes too many rows, as if all of their day had come in its first minute; no count is lost. Any thread.
 */
final class TallyTable {
    private static final long DAY_MINUTES = 24 * 60;

    private final int rowsMax;
    private final Map<TallyKey, long[]> rows = new HashMap<>();

    /**
     * @param rowsMax rows with a caller of their own. Of others there may be as many again; beyond that one for each day and classification
     */
    TallyTable(int rowsMax) {
        this.rowsMax = rowsMax;
    }

    synchronized void add(TallyKey key, long count) {
        long[] row = rows.get(key);
        if (row == null) {
            row = rows.computeIfAbsent(room(key), k -> new long[1]);
        }
        row[0] += count;
    }

    private TallyKey room(TallyKey key) {
        if (rows.size() < rowsMax) {
            return key;
        }
        long minute = rows.size() < 2 * rowsMax ? key.minute() : Math.floorDiv(key.minute(), DAY_MINUTES) * DAY_MINUTES;
        return new TallyKey(minute, CallerKey.OTHER, key.classification(), key.cause(), key.evidence());
    }

    /** Takes all rows out; the table is empty afterwards. */
    synchronized List<Tally> take() {
        return takeBefore(Long.MAX_VALUE);
    }

    /** Takes the rows of the minutes before this one out. */
    synchronized List<Tally> takeBefore(long minute) {
        List<Tally> out = new ArrayList<>();
        rows.entrySet().removeIf(e -> {
            boolean old = e.getKey().minute() < minute;
            if (old) {
                out.add(new Tally(e.getKey(), e.getValue()[0]));
            }
            return old;
        });
        return out;
    }

    /** Puts back what could not be written. */
    void putBack(List<Tally> tallies) {
        tallies.forEach(t -> add(t.key(), t.count()));
    }

    /** How many requests are in it. */
    synchronized long count() {
        return rows.values().stream().mapToLong(row -> row[0]).sum();
    }
}
