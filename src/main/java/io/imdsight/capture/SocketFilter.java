package io.imdsight.capture;

import java.io.IOException;

/**
 * Puts a filter program on the packet socket that a capture has just opened. libpcap can hold one snapshot length only; this is the way round it.
 * Called on the thread that opens the capture, in its network namespace, before a packet has been read.
 */
@FunctionalInterface
public interface SocketFilter {
    /**
     * Replaces the socket's filter (SO_ATTACH_FILTER, socket(7)). All captures of one process pass the same program, as long as their endpoints and
     * snapshot lengths are the same.
     *
     * @param sockFilterProgram an array of struct sock_filter (linux/filter.h) in the machine's byte order, eight bytes an instruction
     * @throws IOException where it cannot; the capture then goes on with libpcap's filter, which copies answers whole
     */
    void attach(byte[] sockFilterProgram) throws IOException;
}
