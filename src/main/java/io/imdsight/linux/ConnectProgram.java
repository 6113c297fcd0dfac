package io.imdsight.linux;

import static io.imdsight.linux.BpfAssembler.R0;
import static io.imdsight.linux.BpfAssembler.R1;
import static io.imdsight.linux.BpfAssembler.R2;
import static io.imdsight.linux.BpfAssembler.R3;
import static io.imdsight.linux.BpfAssembler.R4;
import static io.imdsight.linux.BpfAssembler.R6;
import static io.imdsight.linux.BpfAssembler.R7;
import static io.imdsight.linux.BpfAssembler.R8;
import static io.imdsight.linux.BpfAssembler.R9;
import static io.imdsight.linux.BpfAssembler.STACK;

import io.imdsight.linux.BpfAssembler.Label;
import java.util.List;

/**
 * The program that the kernel runs within each connect: it copies what is known of the process into a ring. It reads only, has no loop, and
 * leaves at once where another peer is meant.
 *
 * <p>Written for the raw tracepoint inet_sock_set_state(struct sock *, int oldstate, int newstate), not for a perf event of it: there it could
 * suppress the records of everybody else's perf events, and would not run while another program does.
 *
 * <p>What it writes is drawn at {@link ConnectRecord}. Stack: 24 bytes; what a call fills is at -8, -16 or -24.
 */
final class ConnectProgram {
    /** Helpers, linux/bpf.h. */
    private static final int MAP_LOOKUP = 1;

    private static final int KTIME_GET_NS = 5;
    private static final int CURRENT_PID_TGID = 14;
    private static final int CURRENT_UID_GID = 15;
    private static final int CURRENT_TASK = 35;
    private static final int CURRENT_CGROUP_ID = 80;
    private static final int PROBE_READ_USER = 112;
    private static final int PROBE_READ_KERNEL = 113;
    private static final int RINGBUF_OUTPUT = 130;

    /** The perf record of the same connect wakes us already. */
    private static final int NO_WAKEUP = 1;

    /** net/tcp_states.h, linux/socket.h */
    private static final int TCP_SYN_SENT = 2;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /** The bytes 00 00 ff ff before an IPv4 address in an IPv6 one, as a number of a little-endian machine. */
    private static final int V4_MAPPED = 0xffff_0000;

    /** Where this kernel keeps what is read. */
    record Offsets(
            int destinationPort,
            int family,
            int destinationV4,
            int destinationV6,
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
            int name) {
        /** The structures that they are in. */
        static final String[] STRUCTURES = {
            "sock", "sock_common", "task_struct", "mm_struct", "file", "inode", "super_block"
        };

        /**
         * Finds them.
         *
         * @throws IllegalArgumentException where one is missing
         */
        static Offsets of(Btf types) {
            int common = types.offset("sock", "__sk_common", types.size("sock_common"));
            return new Offsets(
                    common + types.offset("sock_common", "skc_dport", 2),
                    common + types.offset("sock_common", "skc_family", 2),
                    common + types.offset("sock_common", "skc_daddr", 4),
                    common + types.offset("sock_common", "skc_v6_daddr", 16),
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
                    types.offset("task_struct", "comm", ConnectRecord.NAME_BYTES));
        }
    }

    /**
     * Descriptors of the maps that it uses.
     *
     * @param ring where records go
     * @param scratch one value for each CPU, with room for a record
     * @param lost one number: records that found no room
     */
    record Maps(int ring, int scratch, int lost) {}

    private final BpfAssembler code = new BpfAssembler();
    private final Offsets at;
    private final Maps maps;
    private final Label out = new Label();

    private ConnectProgram(Offsets at, Maps maps) {
        this.at = at;
        this.maps = maps;
    }

    /**
     * Writes the program.
     *
     * @param peers whose connects are recorded: halves of 16-byte addresses, IPv4 ones mapped
     */
    static byte[] assemble(Offsets at, Maps maps, List<ConnectRecords.Peer> peers, int port) {
        ConnectProgram p = new ConnectProgram(at, maps);
        p.leaveUnlessPeer(peers, port);
        p.begin();
        p.copyMemory();
        p.copyProcess();
        p.copyAncestors();
        p.send();
        return p.code.bytes();
    }

    /** After it R7 is the socket. */
    private void leaveUnlessPeer(List<ConnectRecords.Peer> peers, int port) {
        Label v4 = new Label();
        Label compare = new Label();
        Label found = new Label();
        code.load(8, R2, R1, 16).jumpIfNotEqual(R2, TCP_SYN_SENT, out).load(8, R7, R1, 0);
        readToStack(-8, 2, R7, at.destinationPort());
        code.load(2, R1, STACK, -8).jumpIfNotEqual(R1, Short.toUnsignedInt(Short.reverseBytes((short) port)), out);
        readToStack(-8, 2, R7, at.family());
        code.load(2, R1, STACK, -8).jumpIfEqual(R1, AF_INET, v4).jumpIfNotEqual(R1, AF_INET6, out);
        readToStack(-24, 16, R7, at.destinationV6());
        code.jump(compare).label(v4);
        code.storeNumber(8, STACK, -24, 0).storeNumber(4, STACK, -16, V4_MAPPED);
        readToStack(-12, 4, R7, at.destinationV4());
        code.label(compare).load(8, R1, STACK, -24).load(8, R2, STACK, -16);
        for (ConnectRecords.Peer peer : peers) {
            Label next = new Label();
            code.moveLong(R3, Long.reverseBytes(peer.high())).jumpIfRegistersDiffer(R1, R3, next);
            code.moveLong(R3, Long.reverseBytes(peer.low())).jumpIfRegistersEqual(R2, R3, found);
            code.label(next);
        }
        code.jump(out).label(found);
    }

    /** After it R8 is the record, R9 the task; R7 is free. */
    private void begin() {
        lookUp(maps.scratch());
        code.jumpIfEqual(R0, 0, out).move(R8, R0);
        code.call(KTIME_GET_NS).store(8, R8, ConnectRecord.TIME, R0).store(8, R8, ConnectRecord.SOCKET, R7);
        code.call(CURRENT_PID_TGID).store(8, R8, ConnectRecord.PID, R0);
        code.call(CURRENT_UID_GID).store(8, R8, ConnectRecord.UID, R0);
        code.call(CURRENT_CGROUP_ID).store(8, R8, ConnectRecord.CGROUP, R0);
        code.call(CURRENT_TASK).move(R9, R0);
    }

    /** Where there is no memory (a thread of the kernel), all of it reads as 0. */
    private void copyMemory() {
        follow(R6, R9, at.mm());
        follow(R7, R6, at.executable());
        follow(R7, R7, at.fileInode());
        readToRecord(ConnectRecord.INODE, 8, R7, at.inodeNumber());
        readToRecord(ConnectRecord.GENERATION, 4, R7, at.inodeGeneration());
        follow(R7, R7, at.inodeSuper());
        readToRecord(ConnectRecord.DEVICE, 4, R7, at.superDevice());
        copyArguments();
    }

    /** Before it R6 is the memory, after it how many bytes are in the record. */
    private void copyArguments() {
        Label fits = new Label();
        readToStack(-16, 8, R6, at.argumentsBegin());
        readToStack(-24, 8, R6, at.argumentsEnd());
        code.load(8, R3, STACK, -16).load(8, R6, STACK, -24).subtract(R6, R3);
        code.store(8, R8, ConnectRecord.ARGUMENTS_TOTAL, R6);
        code.jumpIfAtMost(R6, ConnectRecord.ARGUMENTS_BYTES_MAX, fits);
        code.moveNumber(R6, ConnectRecord.ARGUMENTS_BYTES_MAX).label(fits);
        code.move(R1, R8).addNumber(R1, ConnectRecord.ARGUMENTS).move(R2, R6).call(PROBE_READ_USER);
        code.store(8, R8, ConnectRecord.ARGUMENTS_RESULT, R0);
    }

    private void copyProcess() {
        follow(R9, R9, at.leader());
        readToRecord(ConnectRecord.START, 8, R9, at.startBootNanos());
        readToRecord(ConnectRecord.FLAGS, 4, R9, at.flags());
        readToRecord(ConnectRecord.NAME, ConnectRecord.NAME_BYTES, R9, at.name());
    }

    /** A parent is the thread that forked; its leader stands for the process. What cannot be read is 0, which ends the list. */
    private void copyAncestors() {
        Label done = new Label();
        for (int i = 0; i < ConnectRecord.ANCESTORS_MAX; i++) {
            int to = ConnectRecord.ANCESTORS + i * ConnectRecord.ANCESTOR_BYTES;
            follow(R9, R9, at.parent());
            follow(R9, R9, at.leader());
            readToRecord(to + ConnectRecord.ANCESTOR_PID, 4, R9, at.tgid());
            code.load(4, R1, R8, to + ConnectRecord.ANCESTOR_PID).jumpIfEqual(R1, 0, done);
            readToRecord(to + ConnectRecord.ANCESTOR_START, 8, R9, at.startBootNanos());
            readToRecord(to + ConnectRecord.ANCESTOR_NAME, ConnectRecord.NAME_BYTES, R9, at.name());
        }
        code.label(done);
    }

    private void send() {
        code.moveMap(R1, maps.ring()).move(R2, R8).move(R3, R6).addNumber(R3, ConnectRecord.ARGUMENTS);
        code.moveNumber(R4, NO_WAKEUP).call(RINGBUF_OUTPUT).jumpIfEqual(R0, 0, out);
        lookUp(maps.lost());
        code.jumpIfEqual(R0, 0, out).moveNumber(R1, 1).addAtomically(R0, 0, R1);
        code.label(out).moveNumber(R0, 0).exit();
    }

    /** R0 is the first value of a map, or 0. */
    private void lookUp(int map) {
        code.storeNumber(4, STACK, -8, 0).moveMap(R1, map).move(R2, STACK).addNumber(R2, -8);
        code.call(MAP_LOOKUP);
    }

    /** {@code to} becomes the pointer in {@code from}. */
    private void follow(int to, int from, int offset) {
        readToStack(-8, 8, from, offset);
        code.load(8, to, STACK, -8);
    }

    /** What cannot be read is filled with 0. */
    private void readToStack(int to, int bytes, int from, int offset) {
        code.move(R1, STACK).addNumber(R1, to);
        code.moveNumber(R2, bytes).move(R3, from).addNumber(R3, offset).call(PROBE_READ_KERNEL);
    }

    private void readToRecord(int to, int bytes, int from, int offset) {
        code.move(R1, R8).addNumber(R1, to);
        code.moveNumber(R2, bytes).move(R3, from).addNumber(R3, offset).call(PROBE_READ_KERNEL);
    }
}
