package io.imdsight.capture;

import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.util.List;
import java.util.StringJoiner;

/**
 * The filter that the kernel runs on each packet, in two forms that accept the same packets: an expression for libpcap, and a program of our own
 * that also says how much to copy: of packets to the service all, of its answers the head only.
 *
 * <p>The program reads from the network header on (SKF_NET_OFF), so that it fits sockets with a link header and cooked ones, and tagged packets.
 *
 * <pre>
 *            protocol? ──────────────── other ───────────────────────────► nothing
 *     IPv4 │                              │ IPv6
 *     TCP? fragment? ──► to or from: head
 *          │                              │
 *   to an endpoint? ─ port? ─► all   to an endpoint? ─ TCP: port? extension? ─► all
 *          │                              │
 * from an endpoint? ─ port? ─► head from an endpoint? ─ TCP: port? extension? ─► head
 * </pre>
 *
 * Fragments and extension headers come up to be counted or looked into there: this program does not follow header chains.
 */
final class KernelFilter {
    /** How much of an answer's payload is copied: status line and head of the service take 300 bytes; three small pipelined answers fit. */
    static final int ANSWER_PAYLOAD_BYTES = 1024;

    /** Ethernet with two VLAN tags, the longest IPv4 header, the longest TCP header. */
    static final int HEADERS_BYTES_MAX = 22 + 60 + 60;

    /** How much of a packet from the service is copied. */
    static final int ANSWER_BYTES = ANSWER_PAYLOAD_BYTES + HEADERS_BYTES_MAX;

    /** linux/filter.h: SKF_NET_OFF; SKF_AD_OFF + SKF_AD_PROTOCOL. */
    private static final int NET = -0x100000;

    private static final int PROTOCOL = -0x1000;
    private static final int TCP = 6;

    /** Extension headers that may stand before TCP, see {@link IpDecoder}. */
    private static final int[] EXTENSIONS = {0, 43, 44, 51, 60};

    private final List<IpAddress> four;
    private final List<IpAddress> six;
    private final int port;
    private final int snapBytes;

    KernelFilter(Endpoints endpoints, int snapBytes) {
        this.four = endpoints.addresses().stream().filter(IpAddress::isV4).toList();
        this.six = endpoints.addresses().stream().filter(a -> !a.isV4()).toList();
        this.port = endpoints.port();
        this.snapBytes = snapBytes;
    }

    /**
     * For pcap_compile. Accepts whatever {@link #program} accepts, because libpcap runs it on the first packets after it has set it, even where the
     * kernel has another by then (pcap_setfilter_linux: blocks_to_filter_in_userland); after those it trusts the kernel. Packets with a VLAN tag in
     * their bytes are the exception: this form does not know them, as is usual with libpcap.
     */
    String expression() {
        StringBuilder out = new StringBuilder();
        if (!four.isEmpty()) {
            out.append('(').append(hosts("ip host ", four));
            out.append(" and ip proto 6 and (tcp port ").append(port).append(" or ip[6:2] & 0x3fff != 0))");
        }
        if (!six.isEmpty()) {
            out.append(out.isEmpty() ? "(" : " or (").append(hosts("ip6 host ", six));
            out.append(" and (tcp port ").append(port);
            for (int extension : EXTENSIONS) {
                out.append(" or ip6[6] = ").append(extension);
            }
            out.append("))");
        }
        return out.toString();
    }

    private static String hosts(String word, List<IpAddress> addresses) {
        StringJoiner out = new StringJoiner(" or ", "(", ")");
        for (IpAddress a : addresses) {
            out.add(word + a);
        }
        return out.toString();
    }

    /** For {@link SocketFilter#attach}. */
    byte[] program() {
        SocketFilterAssembler a = new SocketFilterAssembler();
        a.load(SocketFilterAssembler.HALF, PROTOCOL);
        a.ifEqual(0x0800, "v4");
        a.ifEqual(0x86dd, "v6");
        a.ifEqual(0x8100, "tagged");
        a.ifEqual(0x88a8, "tagged");
        a.jump("nothing");
        a.label("tagged"); // an outgoing packet whose tag is in its bytes: the network header is the IP header all the
        // same
        a.load(SocketFilterAssembler.BYTE, NET);
        a.shiftRight(4);
        a.ifEqual(4, "v4");
        a.ifEqual(6, "v6");
        a.jump("nothing");
        v4(a);
        v6(a);
        a.label("all");
        a.accept(snapBytes);
        a.label("head");
        a.accept(Math.min(ANSWER_BYTES, snapBytes));
        a.label("nothing");
        a.accept(0);
        return a.assemble();
    }

    private void v4(SocketFilterAssembler a) {
        a.label("v4");
        a.load(SocketFilterAssembler.BYTE, NET + 9);
        a.ifEqual(TCP, "v4tcp");
        a.jump("nothing");
        a.label("v4tcp");
        a.load(SocketFilterAssembler.HALF, NET + 6);
        a.ifAnyBit(0x3fff, "v4fragment");
        a.loadHeaderLength(NET);
        addressV4(a, 16, "v4to");
        a.jump("v4answer");
        a.label("v4to");
        a.loadIndexed(SocketFilterAssembler.HALF, NET + 2);
        a.ifEqual(port, "all");
        a.label("v4answer");
        addressV4(a, 12, "v4from");
        a.jump("nothing");
        a.label("v4from");
        a.loadIndexed(SocketFilterAssembler.HALF, NET);
        a.ifEqual(port, "head");
        a.jump("nothing");
        a.label("v4fragment");
        addressV4(a, 16, "head");
        addressV4(a, 12, "head");
        a.jump("nothing");
    }

    private void addressV4(SocketFilterAssembler a, int at, String match) {
        a.load(SocketFilterAssembler.WORD, NET + at);
        for (IpAddress address : four) {
            a.ifEqual(address.v4Bits(), match);
        }
    }

    private void v6(SocketFilterAssembler a) {
        a.label("v6");
        addressV6(a, 24, "v6to");
        a.jump("v6answer");
        a.label("v6to");
        a.load(SocketFilterAssembler.BYTE, NET + 6);
        for (int extension : EXTENSIONS) {
            a.ifEqual(extension, "all");
        }
        a.ifNotEqual(TCP, "nothing");
        a.load(SocketFilterAssembler.HALF, NET + 42);
        a.ifEqual(port, "all");
        a.label("v6answer");
        addressV6(a, 8, "v6from");
        a.jump("nothing");
        a.label("v6from");
        a.load(SocketFilterAssembler.BYTE, NET + 6);
        for (int extension : EXTENSIONS) {
            a.ifEqual(extension, "head");
        }
        a.ifNotEqual(TCP, "nothing");
        a.load(SocketFilterAssembler.HALF, NET + 40);
        a.ifEqual(port, "head");
        a.jump("nothing");
    }

    private void addressV6(SocketFilterAssembler a, int at, String match) {
        for (int i = 0; i < six.size(); i++) {
            IpAddress address = six.get(i);
            String next = match + i;
            for (int word = 0; word < 4; word++) {
                long half = word < 2 ? address.high() : address.low();
                a.load(SocketFilterAssembler.WORD, NET + at + 4 * word);
                a.ifNotEqual((int) (half >>> (word % 2 == 0 ? 32 : 0)), next);
            }
            a.jump(match);
            a.label(next);
        }
    }
}
