package io.imdsight.linux;

import com.sun.jna.Native;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Accepts TCP connections of both address families. It belongs to the network namespace that the opening thread was in.
 *
 * <p>Not java.net's: that decides whether IPv6 exists when it is first loaded, and in a fresh namespace, which has no address yet, for good
 * decides that it does not.
 *
 * <pre>
 * struct sockaddr_in6 (linux/in6.h): u16 family, host order | u16 port, network order | u32 flow | 16 bytes address | u32 scope
 * struct sockaddr_in  (linux/in.h):  u16 family, host order | u16 port, network order | 4 bytes address | 8 bytes 0
 * </pre>
 */
public final class TcpListener implements Closeable {
    static final int SOCKADDR_BYTES_MAX = 28;
    static final int SHUT_RDWR = 2;

    private static final int SOCKADDR_IN_BYTES = 16;
    private static final int SOCK_STREAM = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;

    private final int fd;
    private boolean shut;

    private TcpListener(int fd) {
        this.fd = fd;
    }

    /**
     * Listens on every address of the calling thread's namespace, IPv4 alone where the kernel has no IPv6.
     *
     * @param port 1..65535; 0 for any that is free
     * @param backlog connections that may wait to be accepted
     */
    public static TcpListener open(int port, int backlog) throws KernelException {
        int family = LibC.AF_INET6;
        int fd = LibC.socket(family, SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        if (fd < 0) {
            family = LibC.AF_INET;
            fd = LibC.socket(family, SOCK_STREAM | LibC.SOCK_CLOEXEC, 0);
        }
        if (fd < 0) {
            throw new KernelException("open TCP socket", Native.getLastError());
        }
        boolean v6 = family == LibC.AF_INET6;
        ByteBuffer address = ByteBuffer.allocate(v6 ? SOCKADDR_BYTES_MAX : SOCKADDR_IN_BYTES);
        address.order(ByteOrder.nativeOrder()).putShort((short) family);
        address.order(ByteOrder.BIG_ENDIAN).putShort((short) port);
        if (option(fd, SOL_SOCKET, SO_REUSEADDR, 1) != 0
                || v6 && option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) != 0
                || LibC.bind(fd, address.array(), address.capacity()) != 0
                || LibC.listen(fd, backlog) != 0) {
            int error = Native.getLastError();
            LibC.close(fd);
            throw new KernelException("listen on TCP port " + port, error);
        }
        return new TcpListener(fd);
    }

    private static int option(int fd, int level, int option, int value) {
        ByteBuffer b = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value);
        return LibC.setsockopt(fd, level, option, b.array(), 4);
    }

    /** The port it listens on. */
    public int port() throws KernelException {
        byte[] address = new byte[SOCKADDR_BYTES_MAX];
        if (LibC.getsockname(fd, address, new int[] {SOCKADDR_BYTES_MAX}) != 0) {
            throw new KernelException("read own port", Native.getLastError());
        }
        return portOf(address);
    }

    /** Waits for the next connection; null after {@link #shut}. Only one thread may call it, and {@link #close}. */
    public TcpConnection accept() throws KernelException {
        byte[] peer = new byte[SOCKADDR_BYTES_MAX];
        int got = LibC.accept4(fd, peer, new int[] {SOCKADDR_BYTES_MAX}, LibC.SOCK_CLOEXEC);
        if (got < 0) {
            int error = Native.getLastError();
            synchronized (this) {
                if (shut) {
                    return null;
                }
            }
            throw new KernelException("accept TCP connection", error);
        }
        byte[] own = new byte[SOCKADDR_BYTES_MAX];
        LibC.getsockname(got, own, new int[] {SOCKADDR_BYTES_MAX});
        return new TcpConnection(got, addressOf(peer), portOf(peer), addressOf(own));
    }

    /** Refuses what comes and wakes {@link #accept}. Any thread may call it. */
    public synchronized void shut() {
        if (!shut) {
            shut = true;
            LibC.shutdown(fd, SHUT_RDWR);
        }
    }

    private static int portOf(byte[] address) {
        return (address[2] & 0xff) << 8 | address[3] & 0xff;
    }

    private static byte[] addressOf(byte[] address) {
        int family = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder()).getShort();
        boolean v4 = family == LibC.AF_INET;
        byte[] out = new byte[v4 ? 4 : 16];
        System.arraycopy(address, v4 ? 4 : 8, out, 0, out.length);
        return out;
    }

    /** Lets the descriptor go. To be called once, when no thread is in {@link #accept}. */
    @Override
    public void close() {
        LibC.close(fd);
    }
}
