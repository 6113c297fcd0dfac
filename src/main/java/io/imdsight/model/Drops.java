package io.imdsight.model;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/** Counts what was discarded, by place. Any thread may add and read. */
public final class Drops {
    private final AtomicLongArray counts = new AtomicLongArray(Drop.values().length);

    /** Adds one. */
    public void add(Drop where) {
        add(where, 1);
    }

    /**
     * Adds several.
     *
     * @param count how many more, 0 or above
     */
    public void add(Drop where, long count) {
        counts.addAndGet(where.ordinal(), count);
    }

    /** How many so far. */
    public long get(Drop where) {
        return counts.get(where.ordinal());
    }

    /** The places where something was dropped, with how many. Empty where nothing was. */
    public Map<Drop, Long> all() {
        Map<Drop, Long> out = new EnumMap<>(Drop.class);
        for (Drop d : Drop.values()) {
            if (get(d) > 0) {
                out.put(d, get(d));
            }
        }
        return out;
    }
}
