package io.imdsight.publish;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The feed for a dashboard: a record for each caller and interval in which it called, and a heartbeat once an hour, with zeros where nothing was
 * seen. Records add up: one that comes late is a further one of the same interval. docs/feed.md and docs/feed.schema.json describe them.
 */
public final class Feed {
    /** Of the record's layout. */
    static final int VERSION = 1;

    /** Callers that a heartbeat tells apart. */
    static final int CALLERS_MAX = 1024;

    /** An unanswered request is known 30 s after it was made, and late packets come within a second. */
    static final long GRACE_NANOS = 35_000_000_000L;

    static final long HEARTBEAT_NANOS = 3_600_000_000_000L;

    /** At the end everything is written, that of a clock which was set back an hour included. */
    private static final long CLOSING_MINUTES = 120;

    /** Of the minutes in which counts are kept. */
    public static final long MINUTE_NANOS = 60_000_000_000L;

    private final NdjsonFile file;
    private final int intervalMinutes;
    private final Supplier<Host> host;
    private final Supplier<Totals> totals;
    private final Supplier<Condition> condition;
    private final Drops drops;
    private final FeedSource source;
    private final LineBuffer buffer = new LineBuffer();
    private final Timestamps timestamps = new Timestamps();
    private Counted sinceHeartbeat = new Counted();
    private final Set<CallerKey> v1Callers = new HashSet<>();
    private Totals atHeartbeat;
    private long capturedNanos;
    private long heartbeatBeganNanos = -1;
    private long lastStepNanos;
    private long records;

    /**
     * @param intervalMinutes 1 or above
     * @param drops takes what could not be written when the agent ends
     */
    public Feed(
            NdjsonFile file,
            FeedSource source,
            int intervalMinutes,
            Supplier<Host> host,
            Supplier<Totals> totals,
            Supplier<Condition> condition,
            Drops drops) {
        this.file = file;
        this.source = source;
        this.intervalMinutes = intervalMinutes;
        this.host = host;
        this.totals = totals;
        this.condition = condition;
        this.drops = drops;
        this.atHeartbeat = totals.get();
    }

    /**
     * To be called every few seconds: writes the intervals that are over, and the heartbeat where it is due.
     *
     * @param epochNanos decides which intervals are over
     * @param monotonicNanos when the heartbeat is due; a clock that nobody sets
     */
    public synchronized void step(long epochNanos, long monotonicNanos) {
        capturedNanos += lastStepNanos != 0 && condition.get().capturing() ? monotonicNanos - lastStepNanos : 0;
        lastStepNanos = monotonicNanos;
        long closed = Math.floorDiv(epochNanos - GRACE_NANOS, MINUTE_NANOS);
        write(closed - Math.floorMod(closed, intervalMinutes));
        boolean firstOne = heartbeatBeganNanos < 0;
        boolean due = firstOne || monotonicNanos - heartbeatBeganNanos >= HEARTBEAT_NANOS;
        if (due && heartbeat(epochNanos, firstOne ? 0 : monotonicNanos - heartbeatBeganNanos)) {
            heartbeatBeganNanos = monotonicNanos;
        }
    }

    private record Slot(long minute, CallerKey caller) {}

    private void write(long beforeMinute) {
        List<Tally> tallies = source.due(beforeMinute);
        if (tallies.isEmpty()) {
            return;
        }
        Map<Slot, Counted> slots = new LinkedHashMap<>();
        for (Tally t : tallies) {
            long begins = t.key().minute() - Math.floorMod(t.key().minute(), intervalMinutes);
            CallerKey caller = CallerText.cut(t.key().caller());
            slots.computeIfAbsent(new Slot(begins, caller), s -> new Counted()).add(t);
        }
        Host machine = host.get();
        slots.forEach((slot, counted) -> append(slot, counted, machine));
        if (!file.append(buffer)) {
            return;
        }
        source.written();
        records += slots.size();
        for (Tally t : tallies) {
            sinceHeartbeat.add(t);
            if (t.key().classification().version() == Version.V1 && v1Callers.size() < CALLERS_MAX) {
                v1Callers.add(t.key().caller());
            }
        }
    }

    private void append(Slot slot, Counted counted, Host machine) {
        JsonLine out = begin("caller", slot.minute() * MINUTE_NANOS, intervalMinutes * 60L, machine);
        out.open("caller")
                .text("name", CallerText.name(slot.caller()))
                .text("script", slot.caller().script())
                .close();
        CallerText.append(slot.caller(), out);
        counted.append(out);
        out.counts("evidence", counted.evidence).end();
    }

    private JsonLine begin(String record, long timestampNanos, long seconds, Host machine) {
        JsonLine out = new JsonLine(buffer).begin().time("timestamp", timestampNanos, timestamps);
        out.open("feed")
                .number("version", VERSION)
                .text("record", record)
                .number("interval_seconds", seconds)
                .close();
        machine.append(out);
        return out;
    }

    /** What was seen since the last one, and how good the evidence is. Where it cannot be written, the next one covers its time as well. */
    private boolean heartbeat(long epochNanos, long lengthNanos) {
        Condition c = condition.get();
        Totals now = totals.get();
        ConnectionCounts seen = now.connections();
        ConnectionCounts before = atHeartbeat.connections();
        Map<Drop, Long> dropped = new EnumMap<>(Drop.class);
        now.drops().forEach((where, count) -> {
            long more = count - atHeartbeat.drops().getOrDefault(where, 0L);
            if (more > 0) {
                dropped.put(where, more);
            }
        });
        long missed = seen.reasons().getOrDefault(KernelOnly.UNEXPLAINED, 0L)
                - before.reasons().getOrDefault(KernelOnly.UNEXPLAINED, 0L);
        long seconds = lengthNanos / 1_000_000_000L;
        long captured = Math.min(seconds, capturedNanos / 1_000_000_000L);
        boolean sound = c.healthy()
                && captured >= seconds - 1
                && dropped.isEmpty()
                && missed == 0
                && sinceHeartbeat.version(Version.UNDETERMINED) == 0
                && sinceHeartbeat.possible == 0;
        JsonLine out = begin("heartbeat", epochNanos, seconds, host.get());
        sinceHeartbeat.append(out);
        out.open("callers").number("v1", v1Callers.size()).close();
        out.open("quality")
                .truth("sound", sound)
                .truth("capturing", c.capturing())
                .number("captured_seconds", captured)
                .truth("connect_probe", c.probe())
                .truth("socket_table", c.socketTable());
        out.open("connections")
                .number("both", seen.both() - before.both())
                .number("kernel", seen.kernelOnly() - before.kernelOnly())
                .number("capture", seen.captureOnly() - before.captureOnly())
                .number("unexplained", missed)
                .close();
        out.counts("evidence", sinceHeartbeat.evidence).counts("drops", dropped).close();
        out.end();
        if (!file.append(buffer)) {
            return false;
        }
        records++;
        sinceHeartbeat = new Counted();
        v1Callers.clear();
        atHeartbeat = now;
        capturedNanos = 0;
        return true;
    }

    /** Records written so far. */
    public synchronized long records() {
        return records;
    }

    /** Where it is written. */
    public NdjsonFile file() {
        return file;
    }

    /** Writes what waits, finished intervals or not, and a last heartbeat. What cannot be written is dropped. */
    public synchronized void close(long epochNanos, long monotonicNanos) {
        write(Math.floorDiv(epochNanos, MINUTE_NANOS) + CLOSING_MINUTES);
        heartbeat(epochNanos, heartbeatBeganNanos < 0 ? 0 : monotonicNanos - heartbeatBeganNanos);
        drops.add(Drop.FEED, source.lost());
        file.close();
    }
}
