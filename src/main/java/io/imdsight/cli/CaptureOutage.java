package io.imdsight.cli;

/**
 * A time in which a capture should have been open on an interface, and was not: calls over it may have been missed.
 *
 * @param interfaceName the interface
 * @param fromNanos when that began, or was noticed, nanoseconds since 1970-01-01T00:00:00Z
 * @param toNanos when the capture was open, or no longer wanted
 */
record CaptureOutage(String interfaceName, long fromNanos, long toNanos) {}
