package io.imdsight.publish;

import io.imdsight.model.Escaped;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.TallyKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Counts by caller for the scrape endpoint, bounded: anybody may start as many programs as he likes, and each label value is paid for in the
 * monitoring system's memory. Callers without room are counted together. Any thread.
 */
public final class CallerSeries {
    /** Fifteen series each at the very most, two or three in practice. */
    static final int CALLERS_MAX = 100;

    /** Callers of which only version 2 is known leave the rest to those that matter. */
    static final int V2_CALLERS_MAX = 50;

    /** When there is no room, a caller that was silent for so long gives way. */
    static final long IDLE_NANOS = 3_600_000_000_000L;

    private static final int OUTCOMES = Outcome.values().length;
    private static final Id OTHER = new Id(CallerKey.OTHER.title(), "", "");

    private final LongSupplier monotonicNanos;
    private final Map<Id, Row> rows = new HashMap<>();
    private final Row other = new Row(OTHER);
    private int v1Callers;
    private long evicted;

    /**
     * The labels of a caller.
     *
     * @param caller what a person would call it
     * @param unit systemd's; empty where not known
     * @param container the short id; empty where not known
     */
    record Id(String caller, String unit, String container) {}

    /** The counts of one caller. */
    static final class Row {
        final Id id;
        private final long[] counts = new long[Version.values().length * OUTCOMES];
        private boolean v1;
        private long lastNanos;

        Row(Id id) {
            this.id = id;
        }

        synchronized long count(Version v, Outcome o) {
            return counts[v.ordinal() * OUTCOMES + o.ordinal()];
        }

        synchronized void add(Version v, Outcome o) {
            counts[v.ordinal() * OUTCOMES + o.ordinal()]++;
        }
    }

    public CallerSeries(LongSupplier monotonicNanos) {
        this.monotonicNanos = monotonicNanos;
    }

    /** Counts a sighting. */
    public synchronized void accept(TallyKey k) {
        Version v = k.classification().version();
        Row row = row(id(k.caller()), v != Version.V2);
        row.lastNanos = monotonicNanos.getAsLong();
        row.add(v, k.classification().outcome());
    }

    private static Id id(CallerKey key) {
        CallerKey k = CallerText.cut(key);
        return new Id(label(CallerText.name(k)), label(k.systemdUnit()), label(CallerText.shortContainer(k)));
    }

    /** The format escapes quotes and line feeds; what else could forge a page is escaped here, should it not be yet. */
    private static String label(String text) {
        return text == null ? "" : Escaped.of(text);
    }

    private Row row(Id id, boolean v1) {
        if (id.equals(OTHER)) {
            return other;
        }
        Row row = rows.get(id);
        if (row == null) {
            if (!hasRoom(v1)) {
                return other;
            }
            row = new Row(id);
            rows.put(id, row);
        }
        if (v1 && !row.v1) {
            row.v1 = true;
            v1Callers++;
        }
        return row;
    }

    private boolean hasRoom(boolean v1) {
        int v2Callers = rows.size() - v1Callers;
        if (rows.size() < CALLERS_MAX && (v1 || v2Callers < V2_CALLERS_MAX)) {
            return true;
        }
        long now = monotonicNanos.getAsLong();
        Row oldest = rows.values().stream()
                .filter(r -> v1 || !r.v1 || v2Callers < V2_CALLERS_MAX)
                .min(Comparator.comparingLong(r -> r.lastNanos - now))
                .orElseThrow();
        if (now - oldest.lastNanos < IDLE_NANOS) {
            return false;
        }
        rows.remove(oldest.id);
        v1Callers -= oldest.v1 ? 1 : 0;
        evicted++;
        return true;
    }

    /** Every caller that has series now, the one for all others included. */
    synchronized List<Row> rows() {
        List<Row> out = new ArrayList<>(rows.values());
        out.add(other);
        return out;
    }

    /** How many callers have given way. */
    synchronized long evicted() {
        return evicted;
    }
}
