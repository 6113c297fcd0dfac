package io.imdsight.model;

import java.util.Arrays;

/**
 * One TCP segment as it was captured. Addresses are halves of an {@link IpAddress}, so that a segment costs one small object.
 *
 * <p>{@code data} belongs to the capture and is overwritten after the call that hands the segment over: a receiver copies what it keeps.
 *
 * @param timestampNanos when the packet was captured: nanoseconds since 1970-01-01T00:00:00Z
 * @param link where it was seen; never null
 * @param sourceHigh high half of the sender's address
 * @param sourceLow low half of the sender's address
 * @param sourcePort the sender's TCP port, 0..65535
 * @param destinationHigh high half of the receiver's address
 * @param destinationLow low half of the receiver's address
 * @param destinationPort the receiver's TCP port, 0..65535
 * @param sequence the sequence number of the segment's first byte (RFC 9293 section 3.1), as 32 bits
 * @param acknowledgment the acknowledgment number, as 32 bits; meaningful only with {@link #ACK}
 * @param flags the TCP header's flag byte: {@link #FIN} and its siblings
 * @param data the bytes that hold the payload
 * @param payloadOffset where in {@code data} the payload begins
 * @param payloadCaptured how many payload bytes are there, 0..payloadLength
 * @param payloadLength how many payload bytes the segment had on the wire; more than {@code payloadCaptured} where the capture cut it
 */
public record Segment(
        long timestampNanos,
        Link link,
        long sourceHigh,
        long sourceLow,
        int sourcePort,
        long destinationHigh,
        long destinationLow,
        int destinationPort,
        int sequence,
        int acknowledgment,
        int flags,
        byte[] data,
        int payloadOffset,
        int payloadCaptured,
        int payloadLength) {
    /** Flag bits of the TCP header, RFC 9293 section 3.1. */
    public static final int FIN = 0x01;

    /** See {@link #FIN}. */
    public static final int SYN = 0x02;

    /** See {@link #FIN}. */
    public static final int RST = 0x04;

    /** See {@link #FIN}. */
    public static final int PSH = 0x08;

    /** See {@link #FIN}. */
    public static final int ACK = 0x10;

    /** Whether a flag is set. */
    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** A copy that owns its bytes: may be kept. */
    public Segment detached() {
        byte[] payload = Arrays.copyOfRange(data, payloadOffset, payloadOffset + payloadCaptured);
        return new Segment(
                timestampNanos,
                link,
                sourceHigh,
                sourceLow,
                sourcePort,
                destinationHigh,
                destinationLow,
                destinationPort,
                sequence,
                acknowledgment,
                flags,
                payload,
                0,
                payloadCaptured,
                payloadLength);
    }
}
