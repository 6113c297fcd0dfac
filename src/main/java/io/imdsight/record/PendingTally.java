package io.imdsight.record;

/**
 * A count and how much of it a destination has acknowledged.
 *
 * @param key what is counted
 * @param recorded requests so far, above 0
 * @param acknowledged how many of them the destination has, 0 to {@code recorded}
 */
public record PendingTally(TallyKey key, long recorded, long acknowledged) {
    /** What is still to be sent. */
    public long pending() {
        return recorded - acknowledged;
    }
}
