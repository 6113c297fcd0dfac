package io.imdsight.publish;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.util.Map;

/**
 * Everything that was counted since the start, taken at one moment: {@code decoded} is the sum of {@code requests}.
 *
 * @param decoded requests decoded
 * @param requests by version, kind and outcome; what is absent is 0
 * @param sightings by evidence; what is absent is 0
 * @param connections what the witness counted
 * @param drops by place; what is absent is 0
 */
public record Totals(
        long decoded,
        Map<Request, Long> requests,
        Map<EvidenceMethod, Long> sightings,
        ConnectionCounts connections,
        Map<Drop, Long> drops) {
    /**
     * What requests are counted by.
     *
     * @param version never null
     * @param kind never null
     * @param outcome never null
     */
    public record Request(Version version, Kind kind, Outcome outcome) {}

    public Totals {
        requests = Map.copyOf(requests);
        sightings = Map.copyOf(sightings);
        drops = Map.copyOf(drops);
    }

    long requests(Version v, Kind k, Outcome o) {
        return requests.getOrDefault(new Request(v, k, o), 0L);
    }

    /** Of all kinds, as AWS's metrics count. */
    long requests(Version v, Outcome o) {
        long sum = 0;
        for (Kind k : Kind.values()) {
            sum += requests(v, k, o);
        }
        return sum;
    }

    long attributed() {
        return sightings.values().stream().mapToLong(Long::longValue).sum();
    }
}
