package io.imdsight.record;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import java.util.Map;

/**
 * How well one minute was watched, so that a reader knows whether its zero is evidence.
 *
 * @param minute whole minutes since 1970-01-01T00:00Z
 * @param capturedMillis for how much of it the capture was up, 0 to 60,000
 * @param connections what the witness counted in it
 * @param drops what was discarded in it, by place; empty where nothing was
 */
public record Coverage(long minute, int capturedMillis, ConnectionCounts connections, Map<Drop, Long> drops) {
    public Coverage {
        drops = Map.copyOf(drops);
    }
}
