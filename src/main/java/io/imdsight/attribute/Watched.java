package io.imdsight.attribute;

import io.imdsight.model.Connection;
import io.imdsight.model.IpAddress;

/** A connection as the {@link Witness} knows it: what the kernel said of it, what the capture saw of it. */
final class Watched {
    /** A time that has not come. */
    static final long NEVER = Long.MIN_VALUE;

    /** The process's own address, as the kernel gave it at connect; null where the capture alone knows the connection. */
    final IpAddress source;

    final IpAddress destination;

    /** Kernel: the socket's address; 0 where the capture alone knows the connection. */
    final long socket;

    /** When the witness heard of it first, CLOCK_MONOTONIC. */
    final long heardNanos;

    /** Addresses and ports; null until the kernel has said the port. */
    Connection tuple;

    /** Another name that the capture saw it under, behind address translation; null where there is none. */
    Connection alias;

    /** Kernel: when it connected, nanoseconds since 1970. */
    long startedNanos = NEVER;

    /** Kernel: the same, CLOCK_MONOTONIC. */
    long startedMonotonicNanos;

    /** Kernel: when it ended. */
    long closedNanos = NEVER;

    /** Kernel: whether it came about. */
    boolean established;

    /** Kernel: whether records were lost while it was half known. */
    boolean uncertain;

    /** Kernel: the inode of its network namespace; 0 where that is not known. */
    long namespace;

    /** Capture: when its first packet was seen, nanoseconds since 1970. */
    long openedNanos = NEVER;

    /** Capture: whether it saw the end. */
    boolean captureEnded;

    /** Capture: whether there was a request. */
    boolean spoke;

    /** Whether it is in one of the counts, or will be in none. */
    boolean decided;

    /** Whether it is counted as seen by both. */
    boolean both;

    /** When the last thing was learnt that gives the other side its chance, CLOCK_MONOTONIC. */
    long learntNanos = NEVER;

    Watched(IpAddress source, IpAddress destination, long socket, long heardNanos) {
        this.source = source;
        this.destination = destination;
        this.socket = socket;
        this.heardNanos = heardNanos;
    }

    boolean seenByKernel() {
        return startedNanos != NEVER;
    }

    boolean seenByCapture() {
        return openedNanos != NEVER;
    }

    /** Whether neither side will say more of it. */
    boolean isOver() {
        return (!seenByKernel() || closedNanos != NEVER) && (!seenByCapture() || captureEnded);
    }

    /** How far a packet lies outside of its life, as the kernel knows it; 0 where it lies within. */
    long apartNanos(long packetNanos) {
        if (packetNanos < startedNanos) {
            return startedNanos - packetNanos;
        }
        return closedNanos != NEVER && packetNanos > closedNanos ? packetNanos - closedNanos : 0;
    }
}
