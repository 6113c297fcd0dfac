package io.imdsight.attribute;

import io.imdsight.model.Caller;
import io.imdsight.model.Connection;
import io.imdsight.model.Evidence;

/** One connect to an endpoint, from the moment the kernel reports it. Used by the probe's thread only. */
final class Connect {
    /** When a connect began that was there before the probe. */
    static final long BEFORE_US = 0;

    /** Not closed yet. */
    static final long OPEN = Long.MAX_VALUE;

    /** How long a description may wait for its connect: both are drained together. */
    static final long JOIN_NANOS_MAX = 2_000_000_000L;

    final long socket;
    final int pid;
    final long startedMonotonicNanos;
    final long startedNanos;

    /** The inode of its network namespace; 0 where it is not known. */
    long namespace;

    /** Null until it is established: before, its port is not known. */
    Connection tuple;

    /** When it was established, nanoseconds since 1970; 0 where that is not known. */
    long establishedNanos;

    /** When it ended, by the kernel or by what the capture saw, or could no longer be followed, nanoseconds since 1970. */
    long closedNanos = OPEN;

    /** When the kernel itself said that it ended: what the capture sees may be a forgery. */
    long kernelClosedNanos = OPEN;

    /** From when on it may be forgotten, CLOCK_MONOTONIC: how long ago that is does not depend on what the other clock is set to. */
    long closedMonotonicNanos = OPEN;

    /** Null until the process has been read, and where it could not be. */
    Caller caller;

    Evidence evidence = Evidence.CONNECT_PROBE;

    /** Whether a thread of the kernel connected: it works for somebody, and that is not known. */
    boolean byKernelThread;

    /** Who else sent on it; null where nobody did. */
    Senders senders;

    /** The one before with the same addresses and ports. */
    Connect older;

    /** The caller that the table has weighed; null where there is none yet. */
    Caller weighed;

    /** Whether somebody has been told of it: once it has ended as well, nobody misses it. */
    boolean asked;

    /**
     * It has ended, or can no longer be followed.
     *
     * @param nanos when, since 1970
     * @param monotonicNanos the same, CLOCK_MONOTONIC; {@link #OPEN} where it must not be forgotten for that
     */
    void end(long nanos, long monotonicNanos) {
        closedMonotonicNanos = Math.min(closedMonotonicNanos, monotonicNanos);
        closedNanos = Math.min(closedNanos, nanos);
    }

    /** Whether it is the kernel's word by which it ended when it did. */
    boolean saidToEnd() {
        return closedNanos != OPEN && closedNanos == kernelClosedNanos;
    }

    boolean isDone() {
        return asked && closedMonotonicNanos != OPEN;
    }

    /**
     * A connect.
     *
     * @param socket the kernel's address of the socket; 0 where it is not known
     * @param startedNanos nanoseconds since 1970; {@link #BEFORE_US} where it was there already
     */
    Connect(long socket, int pid, long startedMonotonicNanos, long startedNanos) {
        this.socket = socket;
        this.pid = pid;
        this.startedMonotonicNanos = startedMonotonicNanos;
        this.startedNanos = startedNanos;
    }
}
