package io.imdsight.report;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.util.Map;

/**
 * What a verdict rests on.
 *
 * @param source {@code capture}, {@code ledger}, or both
 * @param fromNanos when the watch began, nanoseconds since 1970-01-01T00:00:00Z
 * @param toNanos when it ended
 * @param watchedMillis for how much of that the capture was up
 * @param windowMinMillis how much was asked for
 * @param askedMillis how far back was asked for, where the source may not reach so far; otherwise 0
 * @param bootCovered whether the watch began with the machine; null where it is not known when that started
 * @param connections what the witness counted; null where there was no witness
 * @param drops what was discarded, by place
 * @param requests all requests, by version and outcome
 */
public record Evidence(
        String source,
        long fromNanos,
        long toNanos,
        long watchedMillis,
        long windowMinMillis,
        long askedMillis,
        Boolean bootCovered,
        ConnectionCounts connections,
        Map<Drop, Long> drops,
        Map<Version, Map<Outcome, Long>> requests) {
    public Evidence {
        drops = Map.copyOf(drops);
        requests = Map.copyOf(requests);
    }

    /** How many requests of a version. */
    public long requests(Version version) {
        return requests.getOrDefault(version, Map.of()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** How many requests of a version with an outcome. */
    public long requests(Version version, Outcome outcome) {
        return requests.getOrDefault(version, Map.of()).getOrDefault(outcome, 0L);
    }
}
