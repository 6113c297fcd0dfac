package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * A netlink socket: sends a request, reads the answers to it. It stays bound to the network namespace of the thread that made it and may be
 * used from another thread, by one at a time.
 *
 * <pre>
 * struct nlmsghdr (linux/netlink.h), host byte order:
 *   u32 length, header included | u16 type | u16 flags | u32 sequence | u32 port id | payload, padded to 4
 * </pre>
 */
final class NetlinkSocket implements Closeable {
    static final int NETLINK_ROUTE = 0;
    static final int NETLINK_SOCK_DIAG = 4;
    static final int NETLINK_CONNECTOR = 11;
    static final int NETLINK_NETFILTER = 12;

    static final int NLM_F_REQUEST = 1;
    static final int NLM_F_ACK = 4;
    static final int NLM_F_EXCL = 0x200;
    static final int NLM_F_CREATE = 0x400;
    static final int NLM_F_DUMP = 0x300;

    static final int NLMSG_ERROR = 2;
    static final int NLMSG_DONE = 3;
    static final int HEADER_BYTES = 16;

    /** The kernel never builds a larger answer to one read: NLMSG_GOODSIZE and dumps stay within 32 KiB. */
    private static final int RECEIVE_BYTES_MAX = 32 * 1024;

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;

    /** The kernel answers at once; a second without an answer is a fault. */
    private static final int TIMEOUT_SECONDS = 1;

    private final int fd;
    private final byte[] buffer = new byte[RECEIVE_BYTES_MAX];
    private int sequence;

    /** Opens a socket of a netlink family in the calling thread's network namespace. */
    NetlinkSocket(int family) throws KernelException {
        fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, family);
        if (fd < 0) {
            throw new KernelException("open netlink socket of family " + family, Native.getLastError());
        }
        byte[] timeval = new byte[16];
        timeval[0] = TIMEOUT_SECONDS;
        LibC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, timeval.length);
    }

    /**
     * Sends one request and hands over each message of the answer, until the acknowledgment, the end of the dump, or, without either flag, the
     * first message.
     *
     * @param operation for the error message
     * @param type the message type
     * @param flags NLM_F_… bits; NLM_F_REQUEST is added
     * @param payload what follows the header
     * @param answer gets each answer's payload (position 0, host byte order), valid during the call
     * @throws KernelException where the kernel answers with an error
     */
    void request(String operation, int type, int flags, byte[] payload, Consumer<ByteBuffer> answer)
            throws KernelException {
        int seq = ++sequence;
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + payload.length).order(ByteOrder.nativeOrder());
        out.putInt(HEADER_BYTES + payload.length).putShort((short) type).putShort((short) (flags | NLM_F_REQUEST));
        out.putInt(seq).putInt(0).put(payload);
        if (LibC.sendto(fd, out.array(), new NativeLong(out.capacity()), 0, null, 0)
                        .longValue()
                < 0) {
            throw new KernelException(operation, Native.getLastError());
        }
        boolean untilEnd = (flags & (NLM_F_ACK | NLM_F_DUMP)) != 0;
        while (!readOnce(operation, seq, untilEnd, answer)) {}
    }

    /** Reads one datagram; true where the answer is complete. */
    private boolean readOnce(String operation, int seq, boolean untilEnd, Consumer<ByteBuffer> answer)
            throws KernelException {
        int got = (int) LibC.recv(fd, buffer, new NativeLong(buffer.length), 0).longValue();
        if (got < 0) {
            int error = Native.getLastError();
            if (error == KernelException.EINTR) {
                return false;
            }
            throw new KernelException(operation, error);
        }
        return read(ByteBuffer.wrap(buffer, 0, got).order(ByteOrder.nativeOrder()), operation, seq, untilEnd, answer);
    }

    /** Walks the messages of one datagram; true where the answer is complete. Stops at a message that contradicts its length. */
    static boolean read(ByteBuffer in, String operation, int seq, boolean untilEnd, Consumer<ByteBuffer> answer)
            throws KernelException {
        while (in.remaining() >= HEADER_BYTES) {
            int start = in.position();
            int length = in.getInt(start);
            if (length < HEADER_BYTES || length > in.remaining()) {
                break;
            }
            int type = in.getShort(start + 4) & 0xffff;
            if (in.getInt(start + 8) == seq) {
                if (type == NLMSG_DONE) {
                    return true;
                }
                if (type == NLMSG_ERROR && length >= HEADER_BYTES + Integer.BYTES) {
                    int error = -in.getInt(start + HEADER_BYTES);
                    if (error != 0) {
                        throw new KernelException(operation, error);
                    }
                    return true;
                }
                if (type != NLMSG_ERROR) {
                    answer.accept(in.slice(start + HEADER_BYTES, length - HEADER_BYTES)
                            .order(ByteOrder.nativeOrder()));
                    if (!untilEnd) {
                        return true;
                    }
                }
            }
            in.position(Math.min(start + (length + 3 & ~3), in.limit()));
        }
        return false;
    }

    @Override
    public void close() {
        LibC.close(fd);
    }
}
