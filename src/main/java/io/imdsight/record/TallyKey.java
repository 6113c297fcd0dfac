package io.imdsight.record;

import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Sighting;

/**
 * What is counted apart.
 *
 * @param minute the minute in which the request was made, whole minutes since 1970-01-01T00:00Z
 * @param caller never null
 * @param classification never null
 * @param cause null unless the version is v1
 * @param evidence how the caller is known; never null
 */
public record TallyKey(
        long minute, CallerKey caller, Classification classification, Cause cause, EvidenceMethod evidence) {
    static final long MINUTE_NANOS = 60_000_000_000L;

    /** The key that a sighting is counted under. */
    public static TallyKey of(Sighting s) {
        return new TallyKey(
                minuteOf(s.exchange().timestampNanos()),
                CallerKey.of(s),
                s.classification(),
                s.cause(),
                s.evidence().method());
    }

    /** The minute of a time in nanoseconds since 1970. */
    public static long minuteOf(long nanos) {
        return Math.floorDiv(nanos, MINUTE_NANOS);
    }
}
