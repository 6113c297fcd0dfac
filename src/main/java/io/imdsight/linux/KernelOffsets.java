package io.imdsight.linux;

/**
 * Where this kernel keeps what our programs read, in bytes from each structure's begin.
 */
record KernelOffsets(
        SocketOffsets socket,
        int mm,
        int argumentsBegin,
        int argumentsEnd,
        int executable,
        int fileInode,
        int inodeNumber,
        int inodeGeneration,
        int inodeSuper,
        int superDevice,
        int leader,
        int parent,
        int tgid,
        int flags,
        int startBootNanos,
        int writeSequence,
        int name,
        int namespaces,
        int mounts,
        int mountsNumber,
        int credentials,
        int users,
        int usersNumber,
        int network,
        int networkNumber) {
    /** The structures that they are in. */
    static final String[] STRUCTURES = {
        "sock",
        "sock_common",
        "inet_sock",
        "task_struct",
        "tcp_sock",
        "mm_struct",
        "file",
        "inode",
        "super_block",
        "nsproxy",
        "mnt_namespace",
        "cred",
        "user_namespace",
        "net",
        "ns_common"
    };

    /**
     * Finds them.
     *
     * @throws IllegalArgumentException where one is missing
     */
    static KernelOffsets of(Btf types) {
        int common = types.offset("sock", "__sk_common", types.size("sock_common"));
        int number = types.offset("ns_common", "inum", 4);
        return new KernelOffsets(
                SocketOffsets.of(types),
                types.offset("task_struct", "mm", 8),
                types.offset("mm_struct", "arg_start", 8),
                types.offset("mm_struct", "arg_end", 8),
                types.offset("mm_struct", "exe_file", 8),
                types.offset("file", "f_inode", 8),
                types.offset("inode", "i_ino", 8),
                types.offset("inode", "i_generation", 4),
                types.offset("inode", "i_sb", 8),
                types.offset("super_block", "s_dev", 4),
                types.offset("task_struct", "group_leader", 8),
                types.offset("task_struct", "real_parent", 8),
                types.offset("task_struct", "tgid", 4),
                types.offset("task_struct", "flags", 4),
                types.offset("task_struct", "start_boottime", 8),
                types.offset("tcp_sock", "write_seq", 4), // struct tcp_sock begins with its struct sock
                types.offset("task_struct", "comm", ConnectRecord.NAME_BYTES),
                types.offset("task_struct", "nsproxy", 8),
                types.offset("nsproxy", "mnt_ns", 8),
                types.offset("mnt_namespace", "ns", types.size("ns_common")) + number,
                types.offset("task_struct", "cred", 8),
                types.offset("cred", "user_ns", 8),
                types.offset("user_namespace", "ns", types.size("ns_common")) + number,
                common + types.offset("sock_common", "skc_net", 8), // possible_net_t: a pointer and nothing else
                types.offset("net", "ns", types.size("ns_common")) + number);
    }
}
