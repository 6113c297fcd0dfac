package io.imdsight.capture;

import static io.imdsight.capture.Bytes.i32;
import static io.imdsight.capture.Bytes.i32Little;
import static io.imdsight.capture.Bytes.u16;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Link;
import io.imdsight.model.SegmentSink;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * Link headers, up to the IP header. Never throws, whatever the bytes.
 *
 * <pre>
 * Ethernet (1)          cooked v1 (113)           cooked v2 (276)          null (0), loop (108)
 *  0 destination         0 packet type             0 protocol               0 address family: 4 bytes, null in the
 *  6 source              2 ARPHRD type             4 interface index          writer's byte order, loop big-endian
 * 12 EtherType           4 address, 8 + 2 bytes    8 ARPHRD type            4 IP
 * 14 payload            14 protocol               10 packet type
 *                       16 payload                11 address, 1 + 8 bytes   raw (12, 14, 101), IPv4 (228), IPv6 (229)
 * VLAN tag: TCI, then                             20 payload                0 IP
 * the next EtherType
 * </pre>
 *
 * Sources: tcpdump.org/linktypes.html, LINKTYPE_LINUX_SLL.html, LINKTYPE_LINUX_SLL2.html; IEEE 802.1Q.
 */
final class PacketDecoder {
    static final int LINK_NULL = 0;
    static final int LINK_ETHERNET = 1;
    static final int LINK_RAW_DLT = 12;
    static final int LINK_RAW_OPENBSD = 14;
    static final int LINK_RAW = 101;
    static final int LINK_LOOP = 108;
    static final int LINK_COOKED = 113;
    static final int LINK_IPV4 = 228;
    static final int LINK_IPV6 = 229;
    static final int LINK_COOKED_V2 = 276;

    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;

    /** Two are QinQ; more than four are no network's. */
    private static final int VLAN_TAGS_MAX = 4;

    /** A machine with many containers has hundreds of interfaces; a made-up file may name any number. */
    private static final int LINKS_MAX = 4096;

    /** How many unknown link types are remembered by number; a file seldom has two. */
    private static final int UNKNOWN_LINK_TYPES_MAX = 16;

    /** No packet was longer: BIG TCP ends at 512 KiB (GSO_MAX_SIZE in include/linux/netdevice.h). A greater length is a made-up one. */
    static final int WIRE_BYTES_MAX = 1 << 20;

    private final IpDecoder ip;
    private final Drops drops;
    private final IntFunction<String> interfaceName;
    private final Map<Integer, Link> links = new HashMap<>();
    private final SortedSet<Integer> unknownLinkTypes = new TreeSet<>();
    private Link lastLink = Link.UNKNOWN;

    /**
     * @param interfaceName name of an interface by its index, null where unknown; asked once for each index
     */
    PacketDecoder(Endpoints endpoints, SegmentSink sink, Drops drops, IntFunction<String> interfaceName) {
        this.ip = new IpDecoder(endpoints, sink, drops);
        this.drops = drops;
        this.interfaceName = interfaceName;
    }

    /** How many segments the sink has been given. */
    long segments() {
        return ip.segments();
    }

    /** Link types of packets that were dropped for their link type. */
    SortedSet<Integer> unknownLinkTypes() {
        return unknownLinkTypes;
    }

    /** Asks anew for the names of interfaces: they may have been renamed. */
    void forgetLinks() {
        links.clear();
        lastLink = Link.UNKNOWN;
    }

    /**
     * One packet.
     *
     * @param link where it was captured, unless its own header says so
     * @param at where in {@code b} it begins
     * @param captured how many of its bytes are there
     * @param wireBytes how long it was on the wire
     */
    void packet(int linkType, long timestampNanos, Link link, byte[] b, int at, int captured, int wireBytes) {
        int end = at + captured;
        int wireEnd = at + Math.max(captured, wireBytes < 0 ? WIRE_BYTES_MAX : Math.min(wireBytes, WIRE_BYTES_MAX));
        switch (linkType) {
            case LINK_ETHERNET -> {
                if (has(captured, 14)) {
                    etherType(u16(b, at + 12), timestampNanos, link, b, at + 14, end, wireEnd);
                }
            }
            case LINK_COOKED -> {
                if (has(captured, 16)) {
                    etherType(u16(b, at + 14), timestampNanos, link, b, at + 16, end, wireEnd);
                }
            }
            case LINK_COOKED_V2 -> {
                if (has(captured, 20)) {
                    Link own = link(i32(b, at + 4), link);
                    etherType(u16(b, at), timestampNanos, own, b, at + 20, end, wireEnd);
                }
            }
            case LINK_NULL, LINK_LOOP -> {
                if (has(captured, 4)) {
                    addressFamily(timestampNanos, link, b, at, end, wireEnd);
                }
            }
            case LINK_RAW, LINK_RAW_DLT, LINK_RAW_OPENBSD, LINK_IPV4, LINK_IPV6 ->
                ip.versioned(timestampNanos, link, b, at, end, wireEnd);
            default -> unknown(linkType);
        }
    }

    private boolean has(int captured, int headerBytes) {
        if (captured < headerBytes) {
            drops.add(Drop.PACKET_DAMAGED);
            return false;
        }
        return true;
    }

    private void etherType(int type, long timestampNanos, Link link, byte[] b, int at, int end, int wireEnd) {
        int inner = type;
        int p = at;
        for (int tags = 0; inner == 0x8100 || inner == 0x88a8 || inner == 0x9100; tags++) {
            if (end - p < 4 || tags == VLAN_TAGS_MAX) {
                drops.add(Drop.PACKET_DAMAGED);
                return;
            }
            inner = u16(b, p + 2);
            p += 4;
        }
        if (inner == TYPE_IPV4) {
            ip.v4(timestampNanos, link, b, p, end, wireEnd);
        } else if (inner == TYPE_IPV6) {
            ip.v6(timestampNanos, link, b, p, end, wireEnd);
        }
    }

    private void addressFamily(long timestampNanos, Link link, byte[] b, int at, int end, int wireEnd) {
        int big = i32(b, at);
        int family = (big & 0xffff_0000) == 0 ? big : i32Little(b, at);
        switch (family) {
            case 2 -> ip.v4(timestampNanos, link, b, at + 4, end, wireEnd);
            // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS
            case 10, 24, 28, 30 -> ip.v6(timestampNanos, link, b, at + 4, end, wireEnd);
            default -> {} // another protocol
        }
    }

    private void unknown(int linkType) {
        drops.add(Drop.LINK_TYPE);
        if (unknownLinkTypes.size() < UNKNOWN_LINK_TYPES_MAX) {
            unknownLinkTypes.add(linkType);
        }
    }

    private Link link(int index, Link outer) {
        if (index == 0) {
            return outer;
        }
        if (index == lastLink.index()) {
            return lastLink;
        }
        Link known = links.get(index);
        if (known == null) {
            if (links.size() >= LINKS_MAX) {
                links.clear();
            }
            known = new Link(interfaceName.apply(index), index);
            links.put(index, known);
        }
        lastLink = known;
        return known;
    }
}
