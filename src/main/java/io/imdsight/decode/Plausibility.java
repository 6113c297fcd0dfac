package io.imdsight.decode;

import io.imdsight.model.Segment;

/** Whether a segment can belong to the connection whose ports it carries. */
final class Plausibility {
    /** A segment this far from what is expected is none of this connection's: the largest window is 2^30 (RFC 7323), ours stay far below. */
    private static final int WINDOW_BYTES_MAX = 1 << 24;

    /** A reset may follow bytes that the capture missed: an ordinary window of them. */
    private static final int RESET_AHEAD_MAX = 1 << 16;

    private Plausibility() {}

    /** Whether a sequence number is no window of this stream's. */
    static boolean isFar(int sequence, Stream stream) {
        return Math.abs((long) Stream.distance(sequence, stream.next())) > WINDOW_BYTES_MAX;
    }

    /**
     * Whether a segment belongs elsewhere.
     *
     * @param own the stream of its sender
     * @param peer the stream of its receiver
     */
    static boolean isForeign(Segment s, Stream own, Stream peer) {
        return isFar(s.sequence(), own) || s.has(Segment.ACK) && !s.has(Segment.RST) && isFar(s.acknowledgment(), peer);
    }

    /** A receiver heeds a reset only where it stands (RFC 5961 section 3); what the capture missed may lie between. */
    static boolean isCredibleReset(Segment s, Stream own) {
        int ahead = Stream.distance(s.sequence(), own.next());
        return ahead >= 0 && ahead <= RESET_AHEAD_MAX || own.isAcknowledgedExactlyTo(s.sequence());
    }
}
