package io.imdsight.record;

/**
 * One life of the agent.
 *
 * @param startedNanos when its capture was up, nanoseconds since 1970-01-01T00:00:00Z
 * @param endedNanos when it stopped; for one that was killed, when it last wrote that it was alive
 * @param end {@code running} (or killed and not started again since), {@code stopped} in order, {@code killed}
 * @param version the program's version
 */
public record AgentRun(long startedNanos, long endedNanos, String end, String version) {}
