package io.imdsight.linux;

/**
 * One record of a tracepoint, or news that records are missing.
 *
 * @param timeNanos CLOCK_MONOTONIC when it was made
 * @param pid process id (thread group id) of the task that ran, in our pid namespace; 0 where it is not in there, or in an interrupt's context
 * @param tid its thread id
 * @param raw the tracepoint's record as {@link TracepointFormat} describes it; null where records were lost
 * @param lost how many records the kernel had no room for that were not told before; 0 where {@code raw} is there, and where that number is told already
 */
public record TracepointSample(long timeNanos, int pid, int tid, byte[] raw, long lost) {
    /** Whether it says that records are missing, somewhere before its time. */
    public boolean isLoss() {
        return raw == null;
    }
}
