package io.imdsight.record;

import io.imdsight.model.Caller;
import java.util.List;

/**
 * What else is known of a caller: for people and for advice, not for counting.
 *
 * @param key who
 * @param example the process as it was at one of its calls, preferably one with version 1; null where no process is known
 * @param paths request targets as sent, distinct, the first {@value #PATHS_MAX}
 * @param firstSeenNanos its first request, nanoseconds since 1970-01-01T00:00:00Z
 * @param lastSeenNanos its last request
 */
public record CallerProfile(
        CallerKey key, Caller example, List<String> paths, long firstSeenNanos, long lastSeenNanos) {
    /** How many targets are kept: a program asks for a handful. */
    public static final int PATHS_MAX = 16;

    public CallerProfile {
        paths = List.copyOf(paths);
    }
}
