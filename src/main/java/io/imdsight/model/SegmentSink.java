package io.imdsight.model;

/** Takes the segments of a capture, in the order in which they were captured. Called by one thread. */
public interface SegmentSink {
    /**
     * One segment. Its {@link Segment#data} is valid during the call only.
     */
    void segment(Segment segment);

    /**
     * Time has passed; nothing was captured between the last segment and now.
     *
     * @param nowNanos nanoseconds since 1970-01-01T00:00:00Z, on the clock of the segments' timestamps
     */
    default void idle(long nowNanos) {}
}
