package io.imdsight.attribute;

/**
 * Which ways to a caller are open. Each rung falls back to the next: the kernel's own copy of the process at connect, /proc at once after the
 * connect, the socket table, nothing.
 *
 * @param probeUp whether the connect probe runs
 * @param probeProblem why not, what that costs and how to mend it, as a sentence without a full stop; null where it runs
 * @param probeDetour why the probe's records do not come from perf events, as a sentence without a full stop; null where they do or there are none
 * @param copyUp whether the kernel copies command line and ancestry within the connect
 * @param copyProblem the same for that; null where the probe itself does not run
 * @param sendUp whether the kernel says who sends on a connection that another process opened
 * @param sendProblem the same for that; null where the probe itself does not run
 * @param socketTableUp whether sockets can be looked up
 * @param socketTableProblem the same for that
 * @param translatorProblem why addresses behind masquerade cannot be mapped back, as a sentence; null where they can
 */
public record AttributorState(
        boolean probeUp,
        String probeProblem,
        String probeDetour,
        boolean copyUp,
        String copyProblem,
        boolean sendUp,
        String sendProblem,
        boolean socketTableUp,
        String socketTableProblem,
        String translatorProblem) {}
