package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Waits for changes of interfaces, addresses and routes in the network namespace that the opening thread was in, and for the end of processes. It says
 * that something has changed, not what: whoever asks reads the state, which a lost message cannot falsify.
 *
 * <pre>
 * struct sockaddr_nl (linux/netlink.h): u16 family | u16 0 | u32 port id | u32 groups
 * struct pollfd (poll(2)):              s32 descriptor | s16 events | s16 what came
 * </pre>
 */
public final class NetworkWatch implements Closeable {
    /** linux/rtnetlink.h: RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR, _IPV6_ROUTE. */
    private static final int GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

    private static final int SOCKADDR_NL_BYTES = 12;
    private static final int POLLFD_BYTES = 8;
    private static final short POLLIN = 1;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int EFD_FLAGS = 0x80800; // EFD_CLOEXEC | EFD_NONBLOCK

    /** Far more than comes at once; what is left then wakes the next round. */
    private static final int MESSAGES_MAX = 4096;

    /** How many processes are waited for; see the limit on captures in other namespaces. */
    private static final int PROCESSES_MAX = 256;

    private static final int MESSAGE_BYTES_MAX = 32 * 1024;

    private final FileDescriptor socket;
    private final FileDescriptor waker;
    private final byte[] message = new byte[MESSAGE_BYTES_MAX];
    private final Memory pollFds = new Memory((2L + PROCESSES_MAX) * POLLFD_BYTES);

    private boolean closed;

    private NetworkWatch(FileDescriptor socket, FileDescriptor waker) {
        this.socket = socket;
        this.waker = waker;
    }

    /** Begins to listen in the calling thread's namespace. */
    public static NetworkWatch open() throws KernelException {
        String operation = "listen for changes of interfaces";
        FileDescriptor socket = FileDescriptor.of(
                operation,
                LibC.socket(
                        LibC.AF_NETLINK,
                        LibC.SOCK_RAW | LibC.SOCK_CLOEXEC | SOCK_NONBLOCK,
                        NetlinkSocket.NETLINK_ROUTE));
        byte[] address = ByteBuffer.allocate(SOCKADDR_NL_BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort(0, (short) LibC.AF_NETLINK)
                .putInt(8, GROUPS)
                .array();
        if (LibC.bind(socket.number(), address, address.length) != 0) {
            int error = Native.getLastError();
            socket.close();
            throw new KernelException(operation, error);
        }
        try {
            return new NetworkWatch(socket, FileDescriptor.of("make an eventfd", LibC.eventfd(0, EFD_FLAGS)));
        } catch (KernelException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Waits until something changes, a process ends, {@link #wake} is called, or time is up. One thread.
     *
     * @param processes which ones; beyond {@value #PROCESSES_MAX} they do not wake
     * @return whether interfaces, addresses or routes may have changed
     */
    public boolean await(int timeoutMillis, List<LiveProcess> processes) {
        int count = 0;
        add(count++, waker.number());
        add(count++, socket.number());
        for (LiveProcess p : processes.subList(0, Math.min(processes.size(), PROCESSES_MAX))) {
            add(count++, p.descriptor()); // poll skips a negative one
        }
        if (RawCalls.poll(Pointer.nativeValue(pollFds), count, timeoutMillis) <= 0) {
            return false;
        }
        RawCalls.read(waker.number(), RawCalls.Scratch.get().dataAddress, Long.BYTES);
        return drain();
    }

    private void add(int at, int fd) {
        pollFds.setInt((long) at * POLLFD_BYTES, fd);
        pollFds.setInt((long) at * POLLFD_BYTES + 4, POLLIN);
    }

    /** Reads what waits. An overrun (ENOBUFS) says as much as a message does. */
    private boolean drain() {
        boolean any = false;
        for (int i = 0; i < MESSAGES_MAX; i++) {
            long got = LibC.recv(socket.number(), message, new NativeLong(message.length), 0)
                    .longValue();
            if (got < 0 && Native.getLastError() == KernelException.EAGAIN) {
                break;
            }
            any = true;
        }
        return any;
    }

    /** Ends {@link #await}, or the next one. Any thread. */
    public synchronized void wake() {
        if (closed) {
            return; // the descriptor may be another file's by now
        }
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        scratch.data.putLong(0, 1);
        RawCalls.write(waker.number(), scratch.dataAddress, Long.BYTES);
    }

    @Override
    public synchronized void close() {
        closed = true;
        socket.close();
        waker.close();
    }
}
