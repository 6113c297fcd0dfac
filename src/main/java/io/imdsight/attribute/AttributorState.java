package io.imdsight.attribute;

/**
 * Which ways to a caller are open.
 *
 * @param probeUp whether the connect probe runs
 * @param probeProblem why not, what that costs and how to mend it, as a sentence without a full stop; null where it runs
 * @param socketTableUp whether sockets can be looked up
 * @param socketTableProblem the same for that
 */
public record AttributorState(boolean probeUp, String probeProblem, boolean socketTableUp, String socketTableProblem) {}
