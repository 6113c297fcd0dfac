package io.imdsight.linux;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Interfaces, addresses and routes of the network namespace that the opening thread was in (rtnetlink(7)). Addresses are four or sixteen bytes in
 * network order: java.net is kept out, because it decides whether IPv6 exists when it is first loaded, before a fresh namespace has any.
 *
 * <pre>
 * struct ifinfomsg (linux/rtnetlink.h): u8 family | u8 0 | u16 device type | s32 index | u32 flags | u32 change mask
 * struct ifaddrmsg (linux/if_addr.h):   u8 family | u8 prefix length | u8 flags | u8 scope | u32 index
 * struct rtmsg     (linux/rtnetlink.h): u8 family | u8 destination length | u8 source length | u8 tos |
 *                                       u8 table | u8 protocol | u8 scope | u8 type | u32 flags
 * each followed by attributes, see {@link NetlinkAttributes}
 * </pre>
 */
public final class RouteNetlink implements Closeable {
    /** Route types, linux/rtnetlink.h: a packet is forwarded, belongs to this host, or goes to everyone, one of several, some. */
    public static final int RTN_UNICAST = 1;

    /** See {@link #RTN_UNICAST}. */
    public static final int RTN_LOCAL = 2;

    /** See {@link #RTN_UNICAST}. */
    public static final int RTN_BROADCAST = 3;

    /** See {@link #RTN_UNICAST}. */
    public static final int RTN_ANYCAST = 4;

    /** See {@link #RTN_UNICAST}. */
    public static final int RTN_MULTICAST = 5;

    /** The packet is refused: blackhole, unreachable and prohibit are 6, 7 and 8. */
    public static final int RTN_BLACKHOLE = 6;

    /** See {@link #RTN_BLACKHOLE}. */
    public static final int RTN_PROHIBIT = 8;

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_GETROUTE = 26;

    private static final int IFINFOMSG_BYTES = 16;
    private static final int IFADDRMSG_BYTES = 8;
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

    private static final int CHANGE = NetlinkSocket.NLM_F_ACK;
    private static final int CREATE = CHANGE | NetlinkSocket.NLM_F_CREATE | NetlinkSocket.NLM_F_EXCL;

    private final NetlinkSocket socket;

    /**
     * A network interface.
     *
     * @param index its number in its namespace
     * @param name its name
     * @param up whether it is administratively up
     */
    public record Link(int index, String name, boolean up) {}

    /**
     * An address of an interface.
     *
     * @param linkIndex the interface's number
     * @param address four or sixteen bytes, network order
     * @param prefixLength bits
     */
    public record Address(int linkIndex, byte[] address, int prefixLength) {}

    /**
     * A route of any table.
     *
     * @param linkIndex the interface's number; 0 where the route names none, or several
     * @param destination four or sixteen bytes, network order; all zero for a default route
     * @param prefixLength bits; 0 for a default route
     * @param type {@link #RTN_UNICAST} and its siblings
     * @param viaGateway whether it leads through another host
     */
    public record Route(int linkIndex, byte[] destination, int prefixLength, int type, boolean viaGateway) {}

    private RouteNetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Opens the calling thread's namespace. */
    public static RouteNetlink open() throws KernelException {
        return new RouteNetlink(new NetlinkSocket(NetlinkSocket.NETLINK_ROUTE));
    }

    /** Every interface. */
    public List<Link> links() throws KernelException {
        List<Link> out = new ArrayList<>();
        socket.request(
                "list interfaces",
                RTM_GETLINK,
                NetlinkSocket.NLM_F_DUMP,
                ifinfomsg(0, 0).array(),
                m -> keep(link(m), out));
        return out;
    }

    private static <T> void keep(T found, List<T> out) {
        if (found != null) {
            out.add(found);
        }
    }

    /** Reads a struct ifinfomsg; null where it is too short. */
    static Link link(ByteBuffer m) {
        if (m.limit() < IFINFOMSG_BYTES) {
            return null;
        }
        String[] name = {""};
        NetlinkAttributes.read(m, IFINFOMSG_BYTES, (type, value) -> {
            if (type == IFLA_IFNAME && value.length > 0) {
                name[0] = new String(value, 0, value.length - 1, StandardCharsets.UTF_8);
            }
        });
        return new Link(m.getInt(4), name[0], (m.getInt(8) & IFF_UP) != 0);
    }

    /** Every address of every interface, both families. */
    public List<Address> addresses() throws KernelException {
        List<Address> out = new ArrayList<>();
        socket.request(
                "list addresses",
                RTM_GETADDR,
                NetlinkSocket.NLM_F_DUMP,
                new byte[IFADDRMSG_BYTES],
                m -> keep(address(m), out));
        return out;
    }

    /** Reads a struct ifaddrmsg; null where it is too short. */
    static Address address(ByteBuffer m) {
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
        return new Address(m.getInt(4), address == null ? new byte[0] : address, m.get(1) & 0xff);
    }

    /** Every route of every table, both families. */
    public List<Route> routes() throws KernelException {
        List<Route> out = new ArrayList<>();
        for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
            byte[] request = rtmsg(family, 0, 0, 0, 0).array();
            socket.request("list routes", RTM_GETROUTE, NetlinkSocket.NLM_F_DUMP, request, m -> keep(route(m), out));
        }
        return out;
    }

    /** Reads a struct rtmsg; null where it is too short. */
    static Route route(ByteBuffer m) {
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
        return new Route(link[0], destination[0], m.get(1) & 0xff, m.get(7) & 0xff, gateway[0]);
    }

    /** Brings an interface up. */
    public void up(String name) throws KernelException {
        byte[] message = ifinfomsg(indexOf(name), IFF_UP).array();
        change("bring " + name + " up", RTM_NEWLINK, CHANGE, message);
    }

    /** Gives an interface, which must be down, another name. */
    public void rename(String name, String newName) throws KernelException {
        NetlinkAttributes message = new NetlinkAttributes().header(ifinfomsg(indexOf(name), 0));
        change(
                "rename " + name + " to " + newName,
                RTM_NEWLINK,
                CHANGE,
                message.put(IFLA_IFNAME, newName).bytes());
    }

    /** Removes an interface; a veth pair's other end goes with it. */
    public void delete(String name) throws KernelException {
        change(
                "delete " + name,
                RTM_DELLINK,
                CHANGE,
                ifinfomsg(indexOf(name), 0).array());
    }

    /** Makes two interfaces that are each other's wire, the second in another namespace. */
    public void createVethPair(String name, String peerName, NetworkNamespace peerNamespace) throws KernelException {
        NetlinkAttributes message =
                new NetlinkAttributes().header(ifinfomsg(0, 0)).put(IFLA_IFNAME, name);
        int info = message.begin(IFLA_LINKINFO);
        message.put(IFLA_INFO_KIND, "veth");
        int data = message.begin(IFLA_INFO_DATA);
        int peer = message.begin(VETH_INFO_PEER);
        message.header(ifinfomsg(0, 0)).put(IFLA_IFNAME, peerName).put(IFLA_NET_NS_FD, peerNamespace.fd());
        message.end(peer).end(data).end(info);
        change("create veth pair " + name + "/" + peerName, RTM_NEWLINK, CREATE, message.bytes());
    }

    /** Gives an interface an address, usable at once. */
    public void addAddress(String name, byte[] address, int prefixLength) throws KernelException {
        boolean v4 = address.length == 4;
        ByteBuffer header = ByteBuffer.allocate(IFADDRMSG_BYTES).order(ByteOrder.nativeOrder());
        header.put((byte) family(address)).put((byte) prefixLength).put((byte) (v4 ? 0 : IFA_F_NODAD));
        header.put((byte) RT_SCOPE_UNIVERSE).putInt(indexOf(name));
        NetlinkAttributes message = new NetlinkAttributes().header(header);
        message.put(IFA_LOCAL, address).put(IFA_ADDRESS, address);
        change("add IPv" + (v4 ? 4 : 6) + " address to " + name, RTM_NEWADDR, CREATE, message.bytes());
    }

    /**
     * Adds a route to the main table.
     *
     * @param name the interface that it leaves by
     * @param destination four or sixteen bytes, network order
     * @param prefixLength bits
     * @param gateway the next host; null where the destination is on the link itself
     * @param source the address to send from; null leaves the choice to the kernel
     */
    public void addRoute(String name, byte[] destination, int prefixLength, byte[] gateway, byte[] source)
            throws KernelException {
        int scope = gateway == null && destination.length == 4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        ByteBuffer header = rtmsg(family(destination), prefixLength, RTPROT_STATIC, scope, RTN_UNICAST);
        NetlinkAttributes message = new NetlinkAttributes().header(header);
        message.put(RTA_DST, destination).put(RTA_OIF, indexOf(name));
        if (gateway != null) {
            message.put(RTA_GATEWAY, gateway);
        }
        if (source != null) {
            message.put(RTA_PREFSRC, source);
        }
        change("add route by " + name, RTM_NEWROUTE, CREATE, message.bytes());
    }

    private int indexOf(String name) throws KernelException {
        for (Link link : links()) {
            if (link.name().equals(name)) {
                return link.index();
            }
        }
        throw new KernelException("find interface " + name, KernelException.ENODEV);
    }

    private void change(String operation, int type, int flags, byte[] message) throws KernelException {
        socket.request(operation, type, flags, message, ignored -> {});
    }

    private static int family(byte[] address) {
        return address.length == 4 ? LibC.AF_INET : LibC.AF_INET6;
    }

    private static ByteBuffer ifinfomsg(int index, int flags) {
        ByteBuffer out = ByteBuffer.allocate(IFINFOMSG_BYTES).order(ByteOrder.nativeOrder());
        return out.putInt(0).putInt(index).putInt(flags).putInt(flags);
    }

    private static ByteBuffer rtmsg(int family, int prefixLength, int protocol, int scope, int type) {
        ByteBuffer out = ByteBuffer.allocate(RTMSG_BYTES).order(ByteOrder.nativeOrder());
        out.put((byte) family).put((byte) prefixLength).put((byte) 0).put((byte) 0);
        int table = type == 0 ? 0 : RT_TABLE_MAIN;
        return out.put((byte) table)
                .put((byte) protocol)
                .put((byte) scope)
                .put((byte) type)
                .putInt(0);
    }

    @Override
    public void close() {
        socket.close();
    }
}
