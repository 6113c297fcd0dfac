package io.imdsight.decode;

import io.imdsight.model.Segment;

/**
 * A segment that waits for its turn.
 *
 * @param segment a copy that owns its bytes
 * @param fromOriginator its direction
 * @param arrival its place in the order in which the connection's segments were captured
 * @param sinceNanos when it came, by {@link PacketTime}
 */
record Held(Segment segment, boolean fromOriginator, int arrival, long sinceNanos) {
    /** What a held segment takes beside its payload: the objects. */
    private static final int OBJECT_BYTES = 160;

    static int cost(Segment s) {
        return OBJECT_BYTES + s.payloadCaptured();
    }

    static Held copyOf(Segment s, boolean fromOriginator, int arrival, long sinceNanos) {
        return new Held(s.detached(), fromOriginator, arrival, sinceNanos);
    }
}
