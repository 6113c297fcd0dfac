package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A TCP connection that a {@link TcpListener} accepted. One thread reads, writes and closes it; any may {@link #shut} it. */
public final class TcpConnection implements Closeable {
    private static final int SHUT_WR = 1;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;

    private static final int SOL_IP = 0;

    /** linux/in.h; also for an IPv4 connection of a socket that speaks both. */
    private static final int IP_TTL = 2;

    /** No SIGPIPE where the peer is gone; linux/socket.h. */
    private static final int MSG_NOSIGNAL = 0x4000;

    private static final int MICROS_PER_MILLI = 1000;
    private static final int MILLIS_PER_SECOND = 1000;

    private final int fd;
    private final byte[] peer;
    private final int peerPort;
    private final byte[] own;
    private boolean closed;

    TcpConnection(int fd, byte[] peer, int peerPort, byte[] own) {
        this.fd = fd;
        this.peer = peer;
        this.peerPort = peerPort;
        this.own = own;
    }

    /** The originator's address: four bytes, or sixteen (an IPv4 one v4-mapped), network order. */
    public byte[] peer() {
        return peer.clone();
    }

    /** The originator's port. */
    public int peerPort() {
        return peerPort;
    }

    /** The address that it connected to, as {@link #peer}. */
    public byte[] own() {
        return own.clone();
    }

    /** Limits each later read and write. */
    public void timeout(int millis) {
        // struct timeval of a 64-bit kernel: two longs, seconds and microseconds
        ByteBuffer timeval = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
        timeval.putLong(millis / MILLIS_PER_SECOND).putLong((long) millis % MILLIS_PER_SECOND * MICROS_PER_MILLI);
        LibC.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval.array(), 16);
        LibC.setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, timeval.array(), 16);
    }

    /** How many routers may pass on what is sent from now on, less one: 1 reaches a neighbour only. IPv4. */
    public void hopLimit(int hops) throws KernelException {
        byte[] value = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(hops)
                .array();
        if (LibC.setsockopt(fd, SOL_IP, IP_TTL, value, value.length) < 0) {
            throw new KernelException("set the hop limit of a TCP connection", Native.getLastError());
        }
    }

    /** Reads what has come, at least one byte; -1 at the end of the stream. */
    public int read(byte[] into) throws KernelException {
        int got = (int) LibC.recv(fd, into, new NativeLong(into.length), 0).longValue();
        if (got < 0) {
            throw new KernelException("read from TCP connection", Native.getLastError());
        }
        return got == 0 ? -1 : got;
    }

    /** Writes all bytes. */
    public void write(byte[] bytes) throws KernelException {
        for (int done = 0; done < bytes.length; ) {
            byte[] rest = done == 0 ? bytes : Arrays.copyOfRange(bytes, done, bytes.length);
            int wrote = (int) LibC.send(fd, rest, new NativeLong(rest.length), MSG_NOSIGNAL)
                    .longValue();
            if (wrote < 0) {
                throw new KernelException("write to TCP connection", Native.getLastError());
            }
            done += wrote;
        }
    }

    /** Tells the peer that nothing more will come. */
    public void endOutput() {
        LibC.shutdown(fd, SHUT_WR);
    }

    /** Ends both directions and wakes a thread that reads. */
    public synchronized void shut() {
        if (!closed) {
            LibC.shutdown(fd, TcpListener.SHUT_RDWR);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            LibC.close(fd);
        }
    }
}
