package io.imdsight.linux;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The kernel's table of address translations of one network namespace: that of the thread that opened this (ctnetlink). May be used from another
 * thread, by one at a time. Needs CAP_NET_ADMIN.
 *
 * <pre>
 * struct nfgenmsg (linux/netfilter/nfnetlink.h): u8 family | u8 version 0 | be16 0
 * attributes (linux/netfilter/nfnetlink_conntrack.h), nested:
 *   tuple: ORIG 1, REPLY 2 { IP 1 { v4 from 1, to 2, v6 from 3, to 4 }  PROTO 2 { number 1 u8, from port 2 be16, to port 3 be16 } }
 * </pre>
 */
public final class Conntrack implements Closeable {
    /** NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET. */
    private static final int GET = 1 << 8 | 1;

    private static final int NFGENMSG_BYTES = 4;
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final byte IPPROTO_TCP = 6;

    private final NetlinkSocket netlink;

    /**
     * One direction of a connection.
     *
     * @param source four or sixteen bytes, network order
     * @param sourcePort its port
     * @param destination four or sixteen bytes, network order
     * @param destinationPort its port
     */
    public record Tuple(byte[] source, int sourcePort, byte[] destination, int destinationPort) {}

    /** Opens the table of the calling thread's network namespace; whether it may be read shows with the first question. */
    public Conntrack() throws KernelException {
        netlink = new NetlinkSocket(NetlinkSocket.NETLINK_NETFILTER);
    }

    /**
     * How whoever opened a connection names it, by what its answers look like behind the translation.
     *
     * @param reply an answer's addresses and ports: from the service
     * @return null where the table has no such connection
     */
    public Tuple original(Tuple reply) throws KernelException {
        Tuple[] found = {null};
        try {
            netlink.request("ask for a translation", GET, 0, request(reply), m -> found[0] = parse(m));
        } catch (KernelException e) {
            if (e.error() != KernelException.ENOENT) {
                throw e;
            }
        }
        return found[0];
    }

    private static byte[] request(Tuple t) {
        boolean v4 = t.source().length == 4;
        ByteBuffer header = ByteBuffer.allocate(NFGENMSG_BYTES);
        header.put((byte) (v4 ? LibC.AF_INET : LibC.AF_INET6)).position(NFGENMSG_BYTES);
        NetlinkAttributes out = new NetlinkAttributes().header(header);
        int tuple = out.begin(NetlinkAttributes.NESTED | CTA_TUPLE_REPLY);
        int ip = out.begin(NetlinkAttributes.NESTED | CTA_TUPLE_IP);
        out.put(v4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, t.source());
        out.put(v4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, t.destination()).end(ip);
        int protocol = out.begin(NetlinkAttributes.NESTED | CTA_TUPLE_PROTO);
        out.put(CTA_PROTO_NUM, new byte[] {IPPROTO_TCP});
        out.put(CTA_PROTO_SRC_PORT, port(t.sourcePort())).put(CTA_PROTO_DST_PORT, port(t.destinationPort()));
        return out.end(protocol).end(tuple).bytes();
    }

    private static byte[] port(int port) {
        return new byte[] {(byte) (port >>> 8), (byte) port};
    }

    private static int port(byte[] value) {
        return value.length < 2 ? 0 : (value[0] & 0xff) << 8 | value[1] & 0xff;
    }

    private static ByteBuffer order(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
    }

    /** The original direction in an answer; null where it has none. */
    static Tuple parse(ByteBuffer message) {
        byte[][] addresses = new byte[2][];
        int[] ports = new int[2];
        NetlinkAttributes.read(message, NFGENMSG_BYTES, (type, tuple) -> {
            if (type == CTA_TUPLE_ORIG) {
                NetlinkAttributes.read(order(tuple), 0, (part, value) -> {
                    if (part == CTA_TUPLE_IP) {
                        addresses(order(value), addresses);
                    } else if (part == CTA_TUPLE_PROTO) {
                        ports(order(value), ports);
                    }
                });
            }
        });
        boolean whole = isAddress(addresses[0]) && isAddress(addresses[1]);
        return whole ? new Tuple(addresses[0], ports[0], addresses[1], ports[1]) : null;
    }

    private static boolean isAddress(byte[] bytes) {
        return bytes != null && (bytes.length == 4 || bytes.length == 16);
    }

    private static void addresses(ByteBuffer in, byte[][] out) {
        NetlinkAttributes.read(in, 0, (type, value) -> {
            if (type >= CTA_IP_V4_SRC && type <= CTA_IP_V6_DST) {
                out[(type & 1) == 1 ? 0 : 1] = value;
            }
        });
    }

    private static void ports(ByteBuffer in, int[] out) {
        NetlinkAttributes.read(in, 0, (type, value) -> {
            if (type == CTA_PROTO_SRC_PORT || type == CTA_PROTO_DST_PORT) {
                out[type - CTA_PROTO_SRC_PORT] = port(value);
            }
        });
    }

    @Override
    public void close() {
        netlink.close();
    }
}
