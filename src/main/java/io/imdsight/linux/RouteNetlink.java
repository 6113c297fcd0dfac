package io.imdsight.linux;

import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;

/**
 * Interfaces, addresses and routes of the network namespace that the opening thread was in (rtnetlink(7)). Addresses are four or sixteen bytes in
 * network order: java.net is kept out, because it decides whether IPv6 exists when it is first loaded, before a fresh namespace has any.
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
                RouteMessages.ifinfomsg(0, 0).array(),
                m -> keep(RouteMessages.link(m), out));
        return out;
    }

    /** Every address of every interface, both families. */
    public List<Address> addresses() throws KernelException {
        List<Address> out = new ArrayList<>();
        socket.request(
                "list addresses",
                RTM_GETADDR,
                NetlinkSocket.NLM_F_DUMP,
                new byte[RouteMessages.IFADDRMSG_BYTES],
                m -> keep(RouteMessages.address(m), out));
        return out;
    }

    /** Every route of every table, both families. */
    public List<Route> routes() throws KernelException {
        List<Route> out = new ArrayList<>();
        for (int family : new int[] {LibC.AF_INET, LibC.AF_INET6}) {
            byte[] request = RouteMessages.rtmsg(family, 0, 0, 0, 0).array();
            socket.request(
                    "list routes",
                    RTM_GETROUTE,
                    NetlinkSocket.NLM_F_DUMP,
                    request,
                    m -> keep(RouteMessages.route(m), out));
        }
        return out;
    }

    /** Brings an interface up. */
    public void up(String name) throws KernelException {
        byte[] message = RouteMessages.up(indexOf(name));
        change("bring " + name + " up", RTM_NEWLINK, CHANGE, message);
    }

    /** Gives an interface, which must be down, another name. */
    public void rename(String name, String newName) throws KernelException {
        byte[] message = RouteMessages.rename(indexOf(name), newName);
        change("rename " + name + " to " + newName, RTM_NEWLINK, CHANGE, message);
    }

    /** Removes an interface; a veth pair's other end goes with it. */
    public void delete(String name) throws KernelException {
        change(
                "delete " + name,
                RTM_DELLINK,
                CHANGE,
                RouteMessages.ifinfomsg(indexOf(name), 0).array());
    }

    /** Makes two interfaces that are each other's wire, the second in another namespace. */
    public void createVethPair(String name, String peerName, NetworkNamespace peerNamespace) throws KernelException {
        byte[] message = RouteMessages.vethPair(name, peerName, peerNamespace.fd());
        change("create veth pair " + name + "/" + peerName, RTM_NEWLINK, CREATE, message);
    }

    /** Gives an interface an address, usable at once. */
    public void addAddress(String name, byte[] address, int prefixLength) throws KernelException {
        byte[] message = RouteMessages.newAddress(indexOf(name), address, prefixLength);
        change("add IPv" + (address.length == 4 ? 4 : 6) + " address to " + name, RTM_NEWADDR, CREATE, message);
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
        byte[] message = RouteMessages.newRoute(indexOf(name), destination, prefixLength, gateway, source);
        change("add route by " + name, RTM_NEWROUTE, CREATE, message);
    }

    private static <T> void keep(T found, List<T> out) {
        if (found != null) {
            out.add(found);
        }
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

    @Override
    public void close() {
        socket.close();
    }
}
