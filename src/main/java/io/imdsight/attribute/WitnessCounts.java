package io.imdsight.attribute;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.KernelOnly;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What the {@link Witness} has decided: in all, and by the minute of the connect since they were last taken. Guarded by the witness. */
final class WitnessCounts {
    /** Where nobody takes them, the oldest minutes go; the sum stays. An agent with a ledger takes them every few seconds. */
    static final int MINUTES_MAX = 180;

    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int BOTH = KernelOnly.values().length;
    private static final int CAPTURE_ONLY = BOTH + 1;
    private static final int WITHOUT_REQUEST = BOTH + 2;
    private static final int COUNTS = BOTH + 3;

    private final long[] total = new long[COUNTS];
    private final TreeMap<Long, long[]> minutes = new TreeMap<>();

    void both(long beganNanos) {
        add(BOTH, beganNanos);
    }

    void captureOnly(long beganNanos) {
        add(CAPTURE_ONLY, beganNanos);
    }

    void kernelOnly(KernelOnly reason, long beganNanos) {
        add(reason.ordinal(), beganNanos);
    }

    void withoutRequest(long beganNanos) {
        add(WITHOUT_REQUEST, beganNanos);
    }

    private void add(int which, long beganNanos) {
        total[which]++;
        minutes.computeIfAbsent(Math.floorDiv(beganNanos, MINUTE_NANOS), m -> new long[COUNTS])[which]++;
        if (minutes.size() > MINUTES_MAX) {
            minutes.pollFirstEntry();
        }
    }

    ConnectionCounts total() {
        return of(total);
    }

    Map<Long, ConnectionCounts> takeMinutes() {
        Map<Long, ConnectionCounts> out = new TreeMap<>();
        minutes.forEach((minute, counts) -> out.put(minute, of(counts)));
        minutes.clear();
        return out;
    }

    private static ConnectionCounts of(long[] counts) {
        Map<KernelOnly, Long> reasons = new EnumMap<>(KernelOnly.class);
        long kernelOnly = 0;
        for (KernelOnly reason : KernelOnly.values()) {
            long n = counts[reason.ordinal()];
            kernelOnly += n;
            if (n > 0) {
                reasons.put(reason, n);
            }
        }
        return new ConnectionCounts(counts[BOTH], kernelOnly, counts[CAPTURE_ONLY], reasons, counts[WITHOUT_REQUEST]);
    }
}
