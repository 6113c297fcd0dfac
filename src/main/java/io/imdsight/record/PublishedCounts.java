package io.imdsight.record;

/**
 * A destination's account of the minutes that the ledger still holds: {@code recorded = acknowledged + pending + givenUp}.
 *
 * @param recorded requests in all minutes that concern the destination
 * @param acknowledged how many of them it has
 * @param pending how many are still to be sent
 * @param givenUp how many it would not take
 * @param pendingMinutes in how many minutes something is pending, a zero included
 * @param oldestPendingMinute the oldest of these; -1 where there is none
 */
public record PublishedCounts(
        long recorded, long acknowledged, long pending, long givenUp, long pendingMinutes, long oldestPendingMinute) {}
