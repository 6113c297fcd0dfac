package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The messages of {@link RouteNetlink}, read and written.
 *
 * <pre>
 * struct ifinfomsg (linux/rtnetlink.h): u8 family | u8 0 | u16 device type | s32 index | u32 flags | u32 change mask
 * struct ifaddrmsg (linux/if_addr.h):   u8 family | u8 prefix length | u8 flags | u8 scope | u32 index
 * struct rtmsg     (linux/rtnetlink.h): u8 family | u8 destination length | u8 source length | u8 tos |
 *                                       u8 table | u8 protocol | u8 scope | u8 type | u32 flags
 * each followed by attributes, see {@link NetlinkAttributes}
 * </pre>
 */
final class RouteMessages {
    private static final int IFINFOMSG_BYTES = 16;
    static final int IFADDRMSG_BYTES = 8;
    private static final int RTMSG_BYTES = 12;

    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;

    private static final int IFF_UP = 1;

    /** The address is usable at once: nobody else on this link could hold it. linux/if_addr.h. */
    private static final int IFA_F_NODAD = 2;

    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_STATIC = 4;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;

    private RouteMessages() {}

    /** Reads a struct ifinfomsg; null where it is too short. */
    static RouteNetlink.Link link(ByteBuffer m) {
        if (m.limit() < IFINFOMSG_BYTES) {
            return null;
        }
        String[] name = {""};
        NetlinkAttributes.read(m, IFINFOMSG_BYTES, (type, value) -> {
            if (type == IFLA_IFNAME && value.length > 0) {
                name[0] = new String(value, 0, value.length - 1, StandardCharsets.UTF_8);
            }
        });
        return new RouteNetlink.Link(m.getInt(4), name[0], (m.getInt(8) & IFF_UP) != 0);
    }

    /** Reads a struct ifaddrmsg; null where it is too short. */
    static RouteNetlink.Address address(ByteBuffer m) {
        if (m.limit() < IFADDRMSG_BYTES) {
            return null;
        }
        byte[][] found = new byte[2][];
        NetlinkAttributes.read(m, IFADDRMSG_BYTES, (type, value) -> {
            if (type == IFA_LOCAL || type == IFA_ADDRESS) {
                found[type - 1] = value;
            }
        });
        // on a point-to-point link IFA_ADDRESS is the peer's: IFA_LOCAL goes first
        byte[] address = found[IFA_LOCAL - 1] != null ? found[IFA_LOCAL - 1] : found[IFA_ADDRESS - 1];
        return new RouteNetlink.Address(m.getInt(4), address == null ? new byte[0] : address, m.get(1) & 0xff);
    }

    /** Reads a struct rtmsg; null where it is too short. */
    static RouteNetlink.Route route(ByteBuffer m) {
        if (m.limit() < RTMSG_BYTES) {
            return null;
        }
        byte[][] destination = {new byte[m.get(0) == LibC.AF_INET ? 4 : 16]};
        int[] link = {0};
        boolean[] gateway = {false};
        NetlinkAttributes.read(m, RTMSG_BYTES, (type, value) -> {
            if (type == RTA_DST) {
                destination[0] = value;
            } else if (type == RTA_OIF && value.length == 4) {
                link[0] = ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
            } else if (type == RTA_GATEWAY) {
                gateway[0] = true;
            }
        });
        return new RouteNetlink.Route(link[0], destination[0], m.get(1) & 0xff, m.get(7) & 0xff, gateway[0]);
    }

    /** Brings an interface up. */
    static byte[] up(int index) {
        return ifinfomsg(index, IFF_UP).array();
    }

    /** Gives an interface another name. */
    static byte[] rename(int index, String newName) {
        return new NetlinkAttributes()
                .header(ifinfomsg(index, 0))
                .put(IFLA_IFNAME, newName)
                .bytes();
    }

    /** Makes two interfaces, the second in the namespace of a descriptor. */
    static byte[] vethPair(String name, String peerName, int peerNamespaceFd) {
        NetlinkAttributes message =
                new NetlinkAttributes().header(ifinfomsg(0, 0)).put(IFLA_IFNAME, name);
        int info = message.begin(IFLA_LINKINFO);
        message.put(IFLA_INFO_KIND, "veth");
        int data = message.begin(IFLA_INFO_DATA);
        int peer = message.begin(VETH_INFO_PEER);
        message.header(ifinfomsg(0, 0)).put(IFLA_IFNAME, peerName).put(IFLA_NET_NS_FD, peerNamespaceFd);
        message.end(peer).end(data).end(info);
        return message.bytes();
    }

    /** Gives an interface an address. */
    static byte[] newAddress(int index, byte[] address, int prefixLength) {
        ByteBuffer header = ByteBuffer.allocate(IFADDRMSG_BYTES).order(ByteOrder.nativeOrder());
        header.put((byte) family(address)).put((byte) prefixLength).put((byte) (address.length == 4 ? 0 : IFA_F_NODAD));
        header.put((byte) RT_SCOPE_UNIVERSE).putInt(index);
        NetlinkAttributes message = new NetlinkAttributes().header(header);
        return message.put(IFA_LOCAL, address).put(IFA_ADDRESS, address).bytes();
    }

    /** Adds a route, see {@link RouteNetlink#addRoute}. */
    static byte[] newRoute(int index, byte[] destination, int prefixLength, byte[] gateway, byte[] source) {
        int scope = gateway == null && destination.length == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        ByteBuffer header = rtmsg(family(destination), prefixLength, RTPROT_STATIC, scope, RouteNetlink.RTN_UNICAST);
        NetlinkAttributes message = new NetlinkAttributes().header(header);
        message.put(RTA_DST, destination).put(RTA_OIF, index);
        if (gateway != null) {
            message.put(RTA_GATEWAY, gateway);
        }
        if (source != null) {
            message.put(RTA_PREFSRC, source);
        }
        return message.bytes();
    }

    private static int family(byte[] address) {
        return address.length == 4 ? LibC.AF_INET : LibC.AF_INET6;
    }

    static ByteBuffer ifinfomsg(int index, int flags) {
        ByteBuffer out = ByteBuffer.allocate(IFINFOMSG_BYTES).order(ByteOrder.nativeOrder());
        return out.putInt(0).putInt(index).putInt(flags).putInt(flags);
    }

    static ByteBuffer rtmsg(int family, int prefixLength, int protocol, int scope, int type) {
        ByteBuffer out = ByteBuffer.allocate(RTMSG_BYTES).order(ByteOrder.nativeOrder());
        out.put((byte) family).put((byte) prefixLength).put((byte) 0).put((byte) 0);
        int table = type == 0 ? 0 : RT_TABLE_MAIN;
        return out.put((byte) table)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) type)
                .putInt(0);
    }
}
