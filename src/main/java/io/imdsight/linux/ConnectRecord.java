package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A process at the moment of its connect or of a send, as {@link CopyProgram} wrote it:
 *
 * <pre>
 * u64 time @0 | u64 socket @8 | u32 tid @16 | u32 pid @20 | u32 uid @24 | u32 gid @28 | u64 cgroup @32 | u64 start @40
 * name[16] @48 | u32 flags @64 | u32 executable's device @68 | u64 argument bytes in all @72 | s64 0 or why they could not be copied @80
 * u64 executable's inode @88 | u32 its generation @96 | u32 network namespace @100 | 16 ancestors @104, the parent first, ended by pid 0:  u32 pid | u32 unused | u64 start @8 | name[16] @16
 * own address, 16 bytes @616 | peer's address, 16 bytes @632 | u32 mount namespace @648 | u32 user namespace @652
 * u16 own port @656 | be16 peer's port @658 | u32 sequence @660 | arguments @664, to the record's end
 * </pre>
 *
 * Pids are those of the initial pid namespace.
 *
 * @param timeNanos CLOCK_MONOTONIC
 * @param socket the kernel's address of the socket
 * @param sequence TCP sequence number of the next byte that a process gives to the socket; at a connect it means nothing
 * @param own the socket's own end; at a connect it may have no port yet, and no address
 * @param peer its other end
 * @param pid process id (thread group id)
 * @param userId real user id
 * @param cgroupId number of the cgroup in the version 2 hierarchy
 * @param mountNamespace number of its mount namespace; 0 where it is ending
 * @param userNamespace number of its user namespace
 * @param networkNamespace number of the socket's network namespace
 * @param process what /proc/PID/stat would have said
 * @param executable which file it runs; null for a thread of the kernel
 * @param arguments the begin of what /proc/PID/cmdline would have said; null where it could not be copied
 * @param whole whether {@code arguments} is all of it
 * @param ancestors the parent first; the names of at most {@value #ANCESTORS_MAX}
 */
public record ConnectRecord(
        long timeNanos,
        long socket,
        int sequence,
        End own,
        End peer,
        int pid,
        int userId,
        long cgroupId,
        long mountNamespace,
        long userNamespace,
        long networkNamespace,
        ProcessStat process,
        FileIdentity executable,
        byte[] arguments,
        boolean whole,
        List<Ancestor> ancestors) {
    /**
     * An end of a connection.
     *
     * @param high the first eight bytes of its address, big-endian; IPv4 as ::ffff:a.b.c.d
     * @param low the last eight bytes
     * @param port 0 where there is none yet
     */
    public record End(long high, long low, int port) {}

    /**
     * A process further up.
     *
     * @param pid process id
     * @param startTicks as in {@link ProcessStat}
     * @param name the command name
     */
    public record Ancestor(int pid, long startTicks, byte[] name) {
        private boolean isSame(Ancestor other) {
            return pid == other.pid && startTicks == other.startTicks && Arrays.equals(name, other.name);
        }
    }

    /**
     * A file, whatever its name.
     *
     * @param device the file system's, as the kernel has it: 12 bits major, 20 bits minor
     * @param inode its number there
     * @param generation tells files apart that had the same number one after the other; 0 where the file system has none
     */
    public record FileIdentity(int device, long inode, int generation) {
        /** Written out, as {@link #hashCode}: see {@link io.imdsight.model.Caller#equals}. */
        @Override
        public boolean equals(Object other) {
            return other instanceof FileIdentity f
                    && device == f.device
                    && inode == f.inode
                    && generation == f.generation;
        }

        @Override
        public int hashCode() {
            return 31 * (31 * Long.hashCode(inode) + device) + generation;
        }

        /** The device as stat(2) gives it: new_encode_dev, linux/kdev_t.h. */
        public long statDevice() {
            int major = device >>> 20;
            int minor = device & 0xf_ffff;
            return minor & 0xffL | (long) major << 8 | (minor & 0xfff00L) << 12;
        }
    }

    /** The same without the command line, which may hold secrets. */
    public ConnectRecord withoutArguments() {
        return new ConnectRecord(
                timeNanos,
                socket,
                sequence,
                own,
                peer,
                pid,
                userId,
                cgroupId,
                mountNamespace,
                userNamespace,
                networkNamespace,
                process,
                executable,
                null,
                whole,
                ancestors);
    }

    /**
     * Whether it says of a process, of what it runs, where, for whom and by whom it was started what another record says; the command line aside. Never so
     * where the file is not known.
     */
    public boolean saysTheSame(ConnectRecord other) {
        return pid == other.pid
                && process.startTicks() == other.process.startTicks()
                && Arrays.equals(process.name(), other.process.name())
                && executable != null
                && executable.equals(other.executable)
                && userId == other.userId
                && cgroupId == other.cgroupId
                && mountNamespace == other.mountNamespace
                && userNamespace == other.userNamespace
                && networkNamespace == other.networkNamespace
                && haveSameAncestors(other);
    }

    private boolean haveSameAncestors(ConnectRecord other) {
        if (ancestors.size() != other.ancestors.size()) {
            return false;
        }
        for (int i = 0; i < ancestors.size(); i++) {
            if (!ancestors.get(i).isSame(other.ancestors.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** What is shown of a command line, 16 KiB, and 1 KiB in which a secret on the edge is still recognised. */
    static final int ARGUMENTS_BYTES_MAX = 17 * 1024;

    /** The deepest chains seen (container, CI runner, build tool, shells) have some 15; above it /proc is asked. */
    public static final int ANCESTORS_MAX = 16;

    static final int TIME = 0;
    static final int SOCKET = 8;
    static final int PID = 16;
    static final int UID = 24;
    static final int CGROUP = 32;
    static final int START = 40;
    static final int NAME = 48;
    static final int FLAGS = 64;
    static final int DEVICE = 68;
    static final int ARGUMENTS_TOTAL = 72;
    static final int ARGUMENTS_RESULT = 80;
    static final int INODE = 88;
    static final int GENERATION = 96;
    static final int NETWORK = 100;
    static final int ANCESTORS = 104;
    static final int ANCESTOR_BYTES = 32;
    static final int ANCESTOR_PID = 0;
    static final int ANCESTOR_START = 8;
    static final int ANCESTOR_NAME = 16;
    static final int SOURCE = ANCESTORS + ANCESTORS_MAX * ANCESTOR_BYTES;
    static final int DESTINATION = SOURCE + 16;
    static final int MOUNTS = DESTINATION + 16;
    static final int USERS = MOUNTS + 4;
    static final int OWN_PORT = USERS + 4;
    static final int DESTINATION_PORT = OWN_PORT + 2;
    static final int SEQUENCE = DESTINATION_PORT + 2;
    static final int ARGUMENTS = SEQUENCE + 4;

    /** TASK_COMM_LEN, linux/sched.h. */
    static final int NAME_BYTES = 16;

    static final int BYTES_MAX = ARGUMENTS + ARGUMENTS_BYTES_MAX;

    /**
     * Reads a record.
     *
     * @param in in the machine's byte order
     * @return null where it is too short or too long
     */
    static ConnectRecord parse(ByteBuffer in, int from, int bytes) {
        if (bytes < ARGUMENTS || bytes > BYTES_MAX || from < 0 || from + bytes > in.limit()) {
            return null;
        }
        List<Ancestor> ancestors = new ArrayList<>();
        for (int i = 0; i < ANCESTORS_MAX; i++) {
            int at = from + ANCESTORS + i * ANCESTOR_BYTES;
            int pid = in.getInt(at + ANCESTOR_PID);
            if (pid <= 0) {
                break;
            }
            ancestors.add(new Ancestor(pid, ticks(in, at + ANCESTOR_START), name(in, at + ANCESTOR_NAME)));
        }
        long total = in.getLong(from + ARGUMENTS_TOTAL);
        byte[] arguments = null;
        if (in.getLong(from + ARGUMENTS_RESULT) == 0) {
            arguments = new byte[bytes - ARGUMENTS];
            in.get(from + ARGUMENTS, arguments);
        }
        long inode = in.getLong(from + INODE);
        FileIdentity executable =
                inode == 0 ? null : new FileIdentity(in.getInt(from + DEVICE), inode, in.getInt(from + GENERATION));
        int parent = ancestors.isEmpty() ? 0 : ancestors.get(0).pid();
        long flags = in.getInt(from + FLAGS) & 0xffff_ffffL;
        return new ConnectRecord(
                in.getLong(from + TIME),
                in.getLong(from + SOCKET),
                in.getInt(from + SEQUENCE),
                end(in, from + SOURCE, in.getShort(from + OWN_PORT)),
                end(in, from + DESTINATION, Short.reverseBytes(in.getShort(from + DESTINATION_PORT))),
                in.getInt(from + PID + 4),
                in.getInt(from + UID),
                in.getLong(from + CGROUP),
                in.getInt(from + MOUNTS) & 0xffff_ffffL,
                in.getInt(from + USERS) & 0xffff_ffffL,
                in.getInt(from + NETWORK) & 0xffff_ffffL,
                new ProcessStat(name(in, from + NAME), 'R', parent, flags, ticks(in, from + START)),
                executable,
                arguments,
                arguments != null && arguments.length == total,
                List.copyOf(ancestors));
    }

    /** The programs are for little-endian machines only. */
    private static End end(ByteBuffer in, int at, short port) {
        return new End(Long.reverseBytes(in.getLong(at)), Long.reverseBytes(in.getLong(at + 8)), port & 0xffff);
    }

    /** As fs/proc/array.c turns nanoseconds into ticks. */
    private static long ticks(ByteBuffer in, int at) {
        return Long.divideUnsigned(in.getLong(at), ProcessStat.TICK_NANOS);
    }

    private static byte[] name(ByteBuffer in, int at) {
        int length = 0;
        while (length < NAME_BYTES && in.get(at + length) != 0) {
            length++;
        }
        byte[] out = new byte[length];
        in.get(at, out);
        return out;
    }
}
