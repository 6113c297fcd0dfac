package io.imdsight.attribute;

import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointSample;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.StringJoiner;

/**
 * A TCP socket's change of state, from a record of the tracepoint sock:inet_sock_set_state (include/trace/events/sock.h, kernel 4.16).
 *
 * @param timeNanos CLOCK_MONOTONIC
 * @param pid the process that ran; it is the one that connects in a change to {@link #SYN_SENT}, and any in other changes
 * @param socket the kernel's address of the socket: the same for all changes of one connection, and used again later
 * @param oldState the state left
 * @param newState the state entered
 * @param source the process's own address; the unspecified one where it is not chosen yet
 * @param sourcePort its port; 0 before the kernel has chosen one
 * @param destination the peer's address
 * @param destinationPort the peer's port
 */
record SocketState(
        long timeNanos,
        int pid,
        long socket,
        int oldState,
        int newState,
        IpAddress source,
        int sourcePort,
        IpAddress destination,
        int destinationPort) {
    static final String TRACEPOINT = "sock/inet_sock_set_state";

    /** net/tcp_states.h */
    static final int ESTABLISHED = 1;

    static final int SYN_SENT = 2;
    static final int CLOSE = 7;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** Reads records where this kernel puts their fields. */
    record Layout(
            int socket,
            int oldState,
            int newState,
            int sourcePort,
            int destinationPort,
            int family,
            int sourceV4,
            int destinationV4,
            int sourceV6,
            int destinationV6) {
        /**
         * Finds the fields, in the kernel's record or in {@link io.imdsight.linux.StateStream}'s.
         *
         * @throws IllegalArgumentException where the kernel's tracepoint is another
         */
        static Layout of(TracepointFormat f) {
            return new Layout(
                    f.offset("skaddr", 8),
                    f.offset("oldstate", 4),
                    f.offset("newstate", 4),
                    f.offset("sport", 2),
                    f.offset("dport", 2),
                    f.offset("family", 2),
                    f.offset("saddr", 4),
                    f.offset("daddr", 4),
                    f.offset("saddr_v6", 16),
                    f.offset("daddr_v6", 16));
        }

        private int bytes() {
            return Math.max(Math.max(destinationV6, sourceV6) + 16, Math.max(sourceV4, destinationV4) + 4);
        }
    }

    /** Reads a record; null where it is too short or of another family. */
    static SocketState parse(TracepointSample sample, Layout at) {
        if (sample.raw() == null || sample.raw().length < at.bytes()) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(sample.raw()).order(ByteOrder.nativeOrder());
        int family = in.getShort(at.family());
        if (family != AF_INET && family != AF_INET6) {
            return null;
        }
        boolean v6 = family == AF_INET6;
        IpAddress destination = v6 ? v6(in, at.destinationV6()) : v4(in, at.destinationV4());
        // An IPv6 socket that speaks IPv4 has its own address only in the old field while it connects.
        IpAddress source = v6 && !destination.isV4() ? v6(in, at.sourceV6()) : v4(in, at.sourceV4());
        return new SocketState(
                sample.timeNanos(),
                sample.pid(),
                in.getLong(at.socket()),
                in.getInt(at.oldState()),
                in.getInt(at.newState()),
                source,
                in.getShort(at.sourcePort()) & 0xffff,
                destination,
                in.getShort(at.destinationPort()) & 0xffff);
    }

    private static IpAddress v4(ByteBuffer in, int at) {
        return IpAddress.ofV4(in.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(at));
    }

    private static IpAddress v6(ByteBuffer in, int at) {
        ByteBuffer big = in.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new IpAddress(big.getLong(at), big.getLong(at + 8));
    }

    /**
     * The kernel's filter for the endpoints. It compares an IPv4 address as a number in the machine's byte order; sixteen bytes it cannot
     * compare, so that every IPv6 connection to the port is recorded and compared here.
     */
    static String filter(Endpoints endpoints, String states) {
        StringJoiner peers = new StringJoiner(" || ");
        boolean anyV6 = false;
        for (IpAddress a : endpoints.addresses()) {
            if (a.isV4()) {
                int bits = a.v4Bits();
                int number = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(bits) : bits;
                peers.add("daddr == 0x" + Integer.toHexString(number));
            } else if (!anyV6) {
                anyV6 = true;
                peers.add("family == " + AF_INET6);
            }
        }
        return "dport == " + endpoints.port() + " && (" + peers + ") && (" + states + ")";
    }
}
