package io.imdsight.report.fleet;

/**
 * One day of the way down, UTC.
 *
 * @param epochDay days since 1970-01-01
 * @param blockingCalls calls without a token that would break
 * @param blocked instances that made such calls
 * @param heard instances that a heartbeat came from
 */
record Day(long epochDay, long blockingCalls, int blocked, int heard) {}
