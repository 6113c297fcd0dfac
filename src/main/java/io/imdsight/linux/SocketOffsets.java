package io.imdsight.linux;

/**
 * Where this kernel keeps the ends of a TCP socket, in bytes from its begin: members of struct sock_common, which struct sock begins with, and of
 * struct inet_sock, which begins with struct sock.
 *
 * @param destinationPort the peer's port, in network order
 * @param ownPort its own, in the machine's; 0 again when it closes
 * @param lastingOwnPort the same in network order; still there when it closes
 * @param family AF_INET or AF_INET6
 * @param lastingOwnV4 its own IPv4 address, also of an IPv6 socket that speaks IPv4
 */
record SocketOffsets(
        int destinationPort,
        int ownPort,
        int lastingOwnPort,
        int family,
        int destinationV4,
        int ownV4,
        int lastingOwnV4,
        int destinationV6,
        int ownV6) {
    /** The structures that they are in. */
    static final String[] STRUCTURES = {"sock", "sock_common", "inet_sock"};

    /**
     * Finds them.
     *
     * @throws IllegalArgumentException where one is missing
     */
    static SocketOffsets of(Btf types) {
        int sock = types.offset("inet_sock", "sk", types.size("sock"));
        int common = types.offset("sock", "__sk_common", types.size("sock_common"));
        return new SocketOffsets(
                common + types.offset("sock_common", "skc_dport", 2),
                common + types.offset("sock_common", "skc_num", 2),
                types.offset("inet_sock", "inet_sport", 2) - sock,
                common + types.offset("sock_common", "skc_family", 2),
                common + types.offset("sock_common", "skc_daddr", 4),
                common + types.offset("sock_common", "skc_rcv_saddr", 4),
                types.offset("inet_sock", "inet_saddr", 4) - sock,
                common + types.offset("sock_common", "skc_v6_daddr", 16),
                common + types.offset("sock_common", "skc_v6_rcv_saddr", 16));
    }
}
