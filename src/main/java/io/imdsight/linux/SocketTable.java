package io.imdsight.linux;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * The kernel's TCP sockets of one network namespace: that of the thread that opened this. May be used from another thread, by one at a time.
 *
 * <pre>
 * struct inet_diag_req_v2 (linux/inet_diag.h), 56 bytes:
 *   u8 family | u8 protocol | u8 extensions | u8 pad | u32 states | struct inet_diag_sockid
 * struct inet_diag_sockid, 48 bytes:
 *   be16 source port | be16 destination port | be32 source[4] | be32 destination[4] | u32 interface | u32 cookie[2]
 * struct inet_diag_msg:
 *   u8 family | u8 state | u8 timer | u8 retransmits | struct inet_diag_sockid @4 | u32 expires @52 | u32 rqueue @56 | u32 wqueue @60
 *   u32 uid @64 | u32 inode @68
 * </pre>
 */
public final class SocketTable implements Closeable {
    private static final int SOCK_DIAG_BY_FAMILY = 20;
    private static final int REQUEST_BYTES = 56;
    private static final int MESSAGE_BYTES = 72;
    private static final byte IPPROTO_TCP = 6;

    /** TCP_ESTABLISHED and TCP_CLOSE_WAIT of net/tcp_states.h, as bits: the states in which a process can still send. */
    private static final int OPEN_STATES = 1 << 1 | 1 << 8;

    private static final int ALL_STATES = -1;

    /**
     * A socket.
     *
     * @param source its own address, four or sixteen bytes
     * @param sourcePort its own port
     * @param destination the peer's address, four or sixteen bytes
     * @param destinationPort the peer's port
     * @param userId who made it
     * @param inode the number in {@code socket:[…]}; 0 where no process holds it any more
     */
    public record Entry(
            byte[] source, int sourcePort, byte[] destination, int destinationPort, int userId, long inode) {}

    private final NetlinkSocket netlink;

    /** Opens the table of the calling thread's network namespace. Needs no privilege. */
    public SocketTable() throws KernelException {
        netlink = new NetlinkSocket(NetlinkSocket.NETLINK_SOCK_DIAG);
    }

    /**
     * Looks one connection up.
     *
     * @param source the socket's own address; four bytes also find an IPv6 socket that speaks IPv4
     * @return null where there is none
     */
    public Entry find(byte[] source, int sourcePort, byte[] destination, int destinationPort) throws KernelException {
        byte[] request = request(source, sourcePort, destination, destinationPort, ALL_STATES);
        Entry[] found = {null};
        try {
            netlink.request("look a socket up", SOCK_DIAG_BY_FAMILY, 0, request, in -> found[0] = parse(in));
        } catch (KernelException e) {
            if (e.error() != KernelException.ENOENT) {
                throw e;
            }
        }
        return found[0];
    }

    /**
     * Visits every open connection to a port, of both families. Reads the kernel's whole table: some 10 ms.
     *
     * @param destinationPort the peer's port
     */
    public void visit(int destinationPort, Consumer<Entry> visitor) throws KernelException {
        for (int bytes = 4; bytes <= 16; bytes += 12) {
            byte[] any = new byte[bytes];
            byte[] request = request(any, 0, any, destinationPort, OPEN_STATES);
            netlink.request("list sockets", SOCK_DIAG_BY_FAMILY, NetlinkSocket.NLM_F_DUMP, request, in -> {
                Entry e = parse(in);
                if (e != null && e.destinationPort() == destinationPort) {
                    visitor.accept(e);
                }
            });
        }
    }

    static byte[] request(byte[] source, int sourcePort, byte[] destination, int destinationPort, int states) {
        ByteBuffer out = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder());
        out.put((byte) (source.length == 4 ? LibC.AF_INET : LibC.AF_INET6));
        out.put(IPPROTO_TCP).putShort((short) 0).putInt(states);
        out.order(ByteOrder.BIG_ENDIAN).putShort((short) sourcePort).putShort((short) destinationPort);
        out.put(12, source).put(28, destination);
        // No interface; INET_DIAG_NOCOOKIE
        out.putLong(48, -1);
        return out.array();
    }

    /** Reads a struct inet_diag_msg; null where it is too short. */
    static Entry parse(ByteBuffer in) {
        if (in.remaining() < MESSAGE_BYTES) {
            return null;
        }
        int addressBytes = in.get(0) == LibC.AF_INET ? 4 : 16;
        byte[] source = new byte[addressBytes];
        byte[] destination = new byte[addressBytes];
        in.get(8, source).get(24, destination);
        ByteBuffer ports = in.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new Entry(
                source,
                ports.getShort(4) & 0xffff,
                destination,
                ports.getShort(6) & 0xffff,
                in.getInt(64),
                in.getInt(68) & 0xffff_ffffL);
    }

    @Override
    public void close() {
        netlink.close();
    }
}
