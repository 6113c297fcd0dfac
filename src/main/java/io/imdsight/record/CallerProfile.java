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
 * @param headers the header names of all its requests, as bits of {@link io.imdsight.model.RequestHead}; from a ledger {@code FORWARDED_FOR} alone
 * @param more processes that are counted under the same key but were started in another way than the example: the first {@value #MORE_MAX}
 */
public record CallerProfile(
        CallerKey key,
        Caller example,
        List<String> paths,
        long firstSeenNanos,
        long lastSeenNanos,
        int headers,
        List<Caller> more) {
    /** How many targets are kept: a program asks for a handful. */
    public static final int PATHS_MAX = 16;

    /** How many other processes are kept: enough to see that it is started in many ways. */
    public static final int MORE_MAX = 7;

    public CallerProfile {
        paths = List.copyOf(paths);
        more = List.copyOf(more);
    }

    /** A profile of which neither headers nor other processes were kept. */
    public CallerProfile(CallerKey key, Caller example, List<String> paths, long firstSeenNanos, long lastSeenNanos) {
        this(key, example, paths, firstSeenNanos, lastSeenNanos, 0, List.of());
    }
}
