package io.imdsight.capture;

import static io.imdsight.capture.Bytes.i32;
import static io.imdsight.capture.Bytes.i64;
import static io.imdsight.capture.Bytes.u16;
import static io.imdsight.capture.Bytes.u8;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import io.imdsight.model.SegmentSink;
import java.util.ArrayList;
import java.util.List;

/**
 * IPv4, IPv6 and TCP headers to segments. Only segments with the service at one end come out; other traffic is left at the first field that
 * rules it out and is no drop. What cannot be ruled out and cannot be read is {@link Drop#PACKET_DAMAGED}.
 *
 * <pre>
 * IPv4, RFC 791 section 3.1              IPv6, RFC 8200 section 3        TCP, RFC 9293 section 3.1
 *  0 version:4 IHL:4                      0 version:4 class label         0 source port
 *  2 total length                         4 payload length                2 destination port
 *  6 0 DF MF fragment offset:13           6 next header                   4 sequence number
 *  9 protocol                             8 source address                8 acknowledgment number
 * 12 source address                      24 destination address          12 data offset:4  13 flags
 * 16 destination address                 40 extension headers or TCP     20 options, payload
 * </pre>
 */
final class IpDecoder {
    private static final int TCP = 6;
    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;

    /** Next header values, RFC 8200 section 4.1; AH: RFC 4302. */
    private static final int HOP_BY_HOP = 0;

    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;

    /** RFC 8200 section 4.1 lists seven, destination options twice; a longer chain is made to waste time. */
    private static final int EXTENSION_HEADERS_MAX = 8;

    private final int port;
    private final int[] v4;
    private final long[] v6High;
    private final long[] v6Low;
    private final SegmentSink sink;
    private final Drops drops;
    private long segments;

    IpDecoder(Endpoints endpoints, SegmentSink sink, Drops drops) {
        List<IpAddress> six = new ArrayList<>(endpoints.addresses());
        six.removeIf(IpAddress::isV4);
        List<IpAddress> four = new ArrayList<>(endpoints.addresses());
        four.removeAll(six);
        this.port = endpoints.port();
        this.v4 = new int[four.size()];
        for (int i = 0; i < v4.length; i++) {
            v4[i] = four.get(i).v4Bits();
        }
        this.v6High = new long[six.size()];
        this.v6Low = new long[six.size()];
        for (int i = 0; i < v6High.length; i++) {
            v6High[i] = six.get(i).high();
            v6Low[i] = six.get(i).low();
        }
        this.sink = sink;
        this.drops = drops;
    }

    /** How many segments the sink has been given. */
    long segments() {
        return segments;
    }

    /** A packet by its version nibble, for link types that say no more. */
    void versioned(long timestampNanos, Link link, byte[] b, int at, int end, int wireEnd) {
        if (end <= at) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        int version = u8(b, at) >> 4;
        if (version == 4) {
            v4(timestampNanos, link, b, at, end, wireEnd);
        } else if (version == 6) {
            v6(timestampNanos, link, b, at, end, wireEnd);
        }
    }

    /**
     * @param at where the IP header begins
     * @param end where the captured bytes end
     * @param wireEnd where the packet's bytes ended on the wire: {@code end} or behind it
     */
    void v4(long timestampNanos, Link link, byte[] b, int at, int end, int wireEnd) {
        if (end - at < V4_HEADER_BYTES) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        int source = i32(b, at + 12);
        int destination = i32(b, at + 16);
        boolean from = isService(source);
        boolean to = isService(destination);
        if (!from && !to || u8(b, at + 9) != TCP) {
            return;
        }
        int headerBytes = (u8(b, at) & 15) * 4;
        int totalBytes = u16(b, at + 2);
        if (u8(b, at) >> 4 != 4 || headerBytes < V4_HEADER_BYTES || totalBytes != 0 && totalBytes < headerBytes) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        if ((u16(b, at + 6) & 0x3fff) != 0) { // more fragments, or an offset
            drops.add(Drop.IP_FRAGMENT);
            return;
        }
        // 0: a segment that the network card will cut up, longer than the field can say
        int ipEnd = totalBytes == 0 ? wireEnd : at + totalBytes;
        long sourceLow = IpAddress.lowOfV4(source);
        long destinationLow = IpAddress.lowOfV4(destination);
        tcp(timestampNanos, link, 0, sourceLow, 0, destinationLow, from, to, b, at + headerBytes, end, ipEnd);
    }

    /** See {@link #v4}. */
    void v6(long timestampNanos, Link link, byte[] b, int at, int end, int wireEnd) {
        if (end - at < V6_HEADER_BYTES) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        long sourceHigh = i64(b, at + 8);
        long sourceLow = i64(b, at + 16);
        long destinationHigh = i64(b, at + 24);
        long destinationLow = i64(b, at + 32);
        boolean from = isService(sourceHigh, sourceLow);
        boolean to = isService(destinationHigh, destinationLow);
        if (!from && !to) {
            return;
        }
        if (u8(b, at) >> 4 != 6) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        int payloadBytes = u16(b, at + 4);
        // 0: a jumbogram (RFC 2675), or a segment that the network card will cut up
        int ipEnd = payloadBytes == 0 ? wireEnd : at + V6_HEADER_BYTES + payloadBytes;
        int tcpAt = skipExtensions(b, at, Math.min(end, ipEnd));
        if (tcpAt > 0) {
            tcp(
                    timestampNanos,
                    link,
                    sourceHigh,
                    sourceLow,
                    destinationHigh,
                    destinationLow,
                    from,
                    to,
                    b,
                    tcpAt,
                    end,
                    ipEnd);
        }
    }

    /** Where the TCP header begins; 0 where there is none or it cannot be reached, the drop then counted. */
    private int skipExtensions(byte[] b, int at, int end) {
        int next = u8(b, at + 6);
        int p = at + V6_HEADER_BYTES;
        for (int i = 0; i <= EXTENSION_HEADERS_MAX; i++) {
            if (next == TCP) {
                return p;
            }
            if (!isExtension(next)) {
                return 0;
            }
            if (end - p < 8) {
                break;
            }
            int kind = next;
            next = u8(b, p);
            if (kind == FRAGMENT
                    && (u16(b, p + 2) & 0xfff9) != 0) { // RFC 8200 section 4.5; RFC 6946: all zero is no fragment
                if (next == TCP || isExtension(next)) {
                    drops.add(Drop.IP_FRAGMENT);
                }
                return 0;
            }
            int units = u8(b, p + 1);
            p += kind == FRAGMENT ? 8 : kind == AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
        }
        drops.add(Drop.PACKET_DAMAGED);
        return 0;
    }

    private static boolean isExtension(int next) {
        return next == HOP_BY_HOP
                || next == ROUTING
                || next == FRAGMENT
                || next == AUTHENTICATION
                || next == DESTINATION_OPTIONS;
    }

    private void tcp(
            long timestampNanos,
            Link link,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow,
            boolean from,
            boolean to,
            byte[] b,
            int at,
            int end,
            int ipEnd) {
        if (end - at < 4) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        int sourcePort = u16(b, at);
        int destinationPort = u16(b, at + 2);
        if (!(from && sourcePort == port) && !(to && destinationPort == port)) {
            return;
        }
        int payloadAt = end - at < TCP_HEADER_BYTES ? -1 : at + (u8(b, at + 12) >> 4) * 4;
        if (payloadAt < at + TCP_HEADER_BYTES || payloadAt > ipEnd) {
            drops.add(Drop.PACKET_DAMAGED);
            return;
        }
        int captured = Math.max(0, Math.min(end, ipEnd) - payloadAt);
        segments++;
        sink.segment(new Segment(
                timestampNanos,
                link,
                sourceHigh,
                sourceLow,
                sourcePort,
                destinationHigh,
                destinationLow,
                destinationPort,
                i32(b, at + 4),
                i32(b, at + 8),
                u8(b, at + 13),
                b,
                Math.min(payloadAt, end),
                captured,
                ipEnd - payloadAt));
    }

    private boolean isService(int address) {
        for (int a : v4) {
            if (a == address) {
                return true;
            }
        }
        return false;
    }

    private boolean isService(long high, long low) {
        for (int i = 0; i < v6Low.length; i++) {
            if (v6Low[i] == low && v6High[i] == high) {
                return true;
            }
        }
        return false;
    }
}
