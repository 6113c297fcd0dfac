package io.imdsight.attribute;

/**
 * What was seen and found so far.
 *
 * @param connects connects to the endpoints that the probe saw, in every network namespace, answered or not
 * @param established those of them that came about
 * @param refused those that ended before they came about
 * @param connectsNamed those whose process could still be described
 * @param connectsCopied those of them that the kernel described within the connect
 * @param namingNanos the time from each of those connects to its process being read, summed
 * @param lost records that the kernel had no room for
 * @param namingMicrosMedian the time from the kernel's connect to its caller being known, microseconds: half of the connects took no longer
 * @param namingMicrosP99 what 99 of a hundred did not exceed
 * @param namingMicrosMax the longest
 * @param lookups sockets looked up
 * @param lookupsNamed those that led to a process
 * @param foundByProbe answers of {@link Attributor#find} with evidence connect-probe
 * @param foundBySocketTable with evidence socket-table
 * @param foundNone with evidence none
 */
public record AttributorCounts(
        long connects,
        long established,
        long refused,
        long connectsNamed,
        long connectsCopied,
        long namingNanos,
        long lost,
        long namingMicrosMedian,
        long namingMicrosP99,
        long namingMicrosMax,
        long lookups,
        long lookupsNamed,
        long foundByProbe,
        long foundBySocketTable,
        long foundNone) {}
