package io.imdsight.record;

/**
 * A time in which an agent ran and its capture was not up, or lost something.
 *
 * @param fromNanos nanoseconds since 1970-01-01T00:00:00Z
 * @param toNanos its end, not before {@code fromNanos}
 * @param reason one sentence without a full stop, escaped
 */
public record CaptureGap(long fromNanos, long toNanos, String reason) {}
