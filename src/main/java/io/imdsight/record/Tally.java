package io.imdsight.record;

/**
 * A count.
 *
 * @param key what is counted
 * @param count requests, above 0
 */
public record Tally(TallyKey key, long count) {}
