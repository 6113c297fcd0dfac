package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Tells the service manager how this process does: sd_notify(3), a datagram to the socket that it names in {@code NOTIFY_SOCKET}. The virtual
 * machine has no datagram sockets of the local kind.
 *
 * <pre>
 * struct sockaddr_un (linux/un.h)
 *  0       2                                    110
 *  +-------+--------------------------------------+
 *  | 1     | path, or a zero byte and a name      |   the length given to the kernel ends with the last byte of a name
 *  +-------+--------------------------------------+
 * </pre>
 *
 * A manager that does not listen is no reason to fail: {@link #tell} answers whether it was told.
 */
public final class ServiceManager implements Closeable {
    /** UNIX_PATH_MAX, linux/un.h. */
    private static final int PATH_BYTES_MAX = 108;

    /** MSG_DONTWAIT and MSG_NOSIGNAL, linux/socket.h: a manager that does not read must not hold us. */
    private static final int FLAGS = 0x40 | 0x4000;

    private final byte[] address;
    private FileDescriptor socket;

    private ServiceManager(byte[] address, FileDescriptor socket) {
        this.address = address;
        this.socket = socket;
    }

    /**
     * Opens a socket to send from.
     *
     * @param notifySocket the variable's value: a path, or {@code @} and the name of an abstract socket
     * @throws KernelException where there can be no socket
     * @throws IllegalArgumentException where the value is neither, or too long for the kernel
     */
    public static ServiceManager open(String notifySocket) throws KernelException {
        byte[] address = address(notifySocket);
        int fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
        return new ServiceManager(address, FileDescriptor.of("open a socket to the service manager", fd));
    }

    private static byte[] address(String notifySocket) {
        byte[] path = notifySocket.getBytes(StandardCharsets.UTF_8);
        if (path.length < 2 || path[0] != '/' && path[0] != '@') {
            throw new IllegalArgumentException("'" + notifySocket + "' is neither a path nor an abstract socket");
        }
        if (path.length >= PATH_BYTES_MAX) {
            throw new IllegalArgumentException("'" + notifySocket + "' is longer than " + PATH_BYTES_MAX + " bytes");
        }
        if (path[0] == '@') {
            path[0] = 0;
        }
        return ByteBuffer.allocate(2 + path.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) LibC.AF_UNIX)
                .put(path)
                .array();
    }

    /**
     * Sends assignments, as {@code READY=1}, in one datagram. Never waits.
     *
     * @return whether the manager took it
     */
    public synchronized boolean tell(String... assignments) {
        if (socket == null) {
            return false;
        }
        byte[] text = String.join("\n", assignments).getBytes(StandardCharsets.UTF_8);
        long sent;
        do {
            sent = LibC.sendto(
                            socket.number(),
                            text,
                            new NativeLong(text.length),
                            FLAGS,
                            Arrays.copyOf(address, address.length),
                            address.length)
                    .longValue();
        } while (sent < 0 && Native.getLastError() == KernelException.EINTR);
        return sent == text.length;
    }

    @Override
    public synchronized void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
