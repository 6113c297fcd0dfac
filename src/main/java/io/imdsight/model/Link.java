package io.imdsight.model;

/**
 * The network interface on which a segment was seen.
 *
 * @param name the interface's name as the kernel or the capture file gives it; null where neither says
 * @param index the kernel's interface index; 0 where it is not known
 */
public record Link(String name, int index) {
    /** An interface of which nothing is known, as in a classic pcap file. */
    public static final Link UNKNOWN = new Link(null, 0);
}
