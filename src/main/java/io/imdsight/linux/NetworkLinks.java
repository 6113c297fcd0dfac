package io.imdsight.linux;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The interfaces of the network namespace that the opening thread was in, with what they are made of (rtnetlink(7)).
 *
 * <pre>
 * struct ifinfomsg (linux/rtnetlink.h): u8 family | u8 0 | u16 device type | s32 index | u32 flags | u32 change mask
 * struct rtgenmsg  (linux/rtnetlink.h): u8 family, padded to 4
 * each followed by attributes, see {@link NetlinkAttributes}
 * </pre>
 */
public final class NetworkLinks implements Closeable {
    /** No namespace, or one that has no number here: NETNSA_NSID_NOT_ASSIGNED in linux/net_namespace.h. */
    public static final int NO_NAMESPACE = -1;

    private static final int RTM_GETLINK = 18;
    private static final int RTM_GETNSID = 90;
    private static final int IFINFOMSG_BYTES = 16;
    private static final int RTGENMSG_BYTES = 4;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INFO_KIND = 1;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int IFF_UP = 1;

    private final NetlinkSocket socket;

    /**
     * An interface.
     *
     * @param index its number in its namespace, above 0
     * @param name its name
     * @param up whether it is administratively up
     * @param kind {@code veth}, {@code macvlan}, {@code bridge} and so on; empty for a real device and for the loopback interface
     * @param lowerNamespaceId the namespace of its peer (veth) or of what it stands on (macvlan), as numbered in this one; {@link #NO_NAMESPACE} where
     *     that is this namespace, or there is no such thing
     */
    public record Entry(int index, String name, boolean up, String kind, int lowerNamespaceId) {}

    /** Opens the calling thread's namespace. */
    public NetworkLinks() throws KernelException {
        socket = new NetlinkSocket(NetlinkSocket.NETLINK_ROUTE);
    }

    /** Every interface. */
    public List<Entry> list() throws KernelException {
        List<Entry> out = new ArrayList<>();
        socket.request("list interfaces", RTM_GETLINK, NetlinkSocket.NLM_F_DUMP, new byte[IFINFOMSG_BYTES], m -> {
            Entry e = entry(m);
            if (e != null) {
                out.add(e);
            }
        });
        return out;
    }

    /** Reads a struct ifinfomsg; null where it is too short. */
    static Entry entry(ByteBuffer m) {
        if (m.limit() < IFINFOMSG_BYTES) {
            return null;
        }
        String[] texts = {"", ""};
        int[] namespace = {NO_NAMESPACE};
        NetlinkAttributes.read(m, IFINFOMSG_BYTES, (type, value) -> {
            if (type == IFLA_IFNAME) {
                texts[0] = text(value);
            } else if (type == IFLA_LINKINFO) {
                NetlinkAttributes.read(order(value), 0, (inner, kind) -> {
                    if (inner == IFLA_INFO_KIND) {
                        texts[1] = text(kind);
                    }
                });
            } else if (type == IFLA_LINK_NETNSID && value.length == 4) {
                namespace[0] = order(value).getInt();
            }
        });
        return new Entry(m.getInt(4), texts[0], (m.getInt(8) & IFF_UP) != 0, texts[1], namespace[0]);
    }

    /** The number that another namespace has in this one; {@link #NO_NAMESPACE} where it has none, so that nothing here is linked to it. */
    public int idOf(NetworkNamespace other) throws KernelException {
        NetlinkAttributes message = new NetlinkAttributes()
                .header(ByteBuffer.allocate(RTGENMSG_BYTES).position(4));
        int[] id = {NO_NAMESPACE};
        byte[] request = message.put(NETNSA_FD, other.fd()).bytes();
        socket.request(
                "ask for a namespace's number",
                RTM_GETNSID,
                0,
                request,
                m -> NetlinkAttributes.read(m, RTGENMSG_BYTES, (type, value) -> {
                    if (type == NETNSA_NSID && value.length == 4) {
                        id[0] = order(value).getInt();
                    }
                }));
        return id[0];
    }

    private static ByteBuffer order(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder());
    }

    private static String text(byte[] value) {
        int length = value.length;
        while (length > 0 && value[length - 1] == 0) {
            length--;
        }
        return new String(value, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
