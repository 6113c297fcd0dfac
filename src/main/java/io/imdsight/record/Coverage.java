package io.imdsight.record;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.KernelOnly;
import java.util.EnumMap;
import java.util.Map;

/**
 * How well one minute was watched, so that a reader knows whether its zero is evidence.
 *
 * @param minute whole minutes since 1970-01-01T00:00Z
 * @param capturedMillis for how much of it the capture was up, 0 to 60,000
 * @param connections what the witness counted in it
 * @param drops what was discarded in it, by place; empty where nothing was
 */
public record Coverage(long minute, int capturedMillis, ConnectionCounts connections, Map<Drop, Long> drops) {
    static final int MINUTE_MILLIS = 60_000;

    /** A minute less what a clock that is being corrected may take from it. */
    private static final int SOUND_MILLIS_MIN = 59_000;

    public Coverage {
        drops = Map.copyOf(drops);
    }

    /** Whether it says only that somebody watched: nothing was counted in that time. */
    boolean isTimeAlone() {
        return drops.isEmpty() && connections.equals(ConnectionCounts.NONE);
    }

    /**
     * Whether a zero of this minute is evidence: the capture was up throughout, nothing was discarded that could have been a request, and the capture
     * missed no connection that the kernel saw, refused ones aside.
     */
    public boolean sound() {
        return capturedMillis >= SOUND_MILLIS_MIN
                && hiding().isEmpty()
                && connections.kernelOnly() == connections.reasons().getOrDefault(KernelOnly.REFUSED, 0L);
    }

    /** Of the drops, those that could have been requests. */
    public Map<Drop, Long> hiding() {
        Map<Drop, Long> out = new EnumMap<>(Drop.class);
        drops.forEach((drop, count) -> {
            if (count > 0 && drop.hidesRequests()) {
                out.put(drop, count);
            }
        });
        return out;
    }

    /** A minute has no more than its milliseconds; one that a clock set back has lived twice is covered once. */
    static int within(int millis) {
        return Math.min(millis, MINUTE_MILLIS);
    }
}
