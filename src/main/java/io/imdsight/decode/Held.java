package io.imdsight.decode;

import io.imdsight.model.Segment;

/**
 * A segment that waits for its turn.
 *
 * @param segment a copy that owns its bytes
 * @param fromOriginator its direction
 * @param arrival its place in the order in which the connection's segments were captured
 */
record Held(Segment segment, boolean fromOriginator, int arrival) {
    /** What a held segment takes beside its payload: the objects. */
    private static final int OBJECT_BYTES = 160;

    static int cost(Segment s) {
        return OBJECT_BYTES + s.payloadCaptured();
    }

    static Held copyOf(Segment s, boolean fromOriginator, int arrival) {
        byte[] payload = new byte[s.payloadCaptured()];
        System.arraycopy(s.data(), s.payloadOffset(), payload, 0, payload.length);
        Segment copy = new Segment(
                s.timestampNanos(),
                s.link(),
                s.sourceHigh(),
                s.sourceLow(),
                s.sourcePort(),
                s.destinationHigh(),
                s.destinationLow(),
                s.destinationPort(),
                s.sequence(),
                s.acknowledgment(),
                s.flags(),
                payload,
                0,
                payload.length,
                s.payloadLength());
        return new Held(copy, fromOriginator, arrival);
    }
}
