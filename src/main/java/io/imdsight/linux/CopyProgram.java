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

/**
 * What those of our programs have in common that copy what is known of the process that runs into a ring.
 *
 * <p>What they write is drawn at {@link ConnectRecord}. Stack: what a call fills is at -8, -16 or -24; the peer's address at {@link #ADDRESS};
 * a socket at {@link #SOCKET} and who uses it at {@link #USER}: u64 when its process started, u64 its memory's address, which tells what runs
 * after an exec from what ran before.
 */
abstract class CopyProgram extends PeerProgram {
    /** Helpers, linux/bpf.h. */
    private static final int MAP_UPDATE = 2;

    private static final int CURRENT_UID_GID = 15;
    private static final int CURRENT_TASK = 35;
    private static final int CURRENT_CGROUP_ID = 80;
    private static final int PROBE_READ_USER = 112;

    private static final int SOCKET = -48;
    private static final int USER = -64;

    /** Bytes at {@link #USER}. */
    static final int USER_BYTES = 16;

    /**
     * Descriptors of the maps that it uses.
     *
     * @param ring where records go
     * @param scratch one value for each CPU, with room for a record
     * @param lost one number: records that found no room
     * @param users who used each socket last; -1 where nobody asks
     */
    record Maps(int ring, int scratch, int lost, int users) {}

    private final KernelOffsets at;
    private final SocketOffsets socket;
    private final Maps maps;

    CopyProgram(KernelOffsets at, Maps maps) {
        super(at.socket());
        this.at = at;
        this.socket = at.socket();
        this.maps = maps;
    }

    /** Puts the socket in R7 and who runs where they are looked up. After it R9 is the task. */
    final void findUser() {
        code.call(CURRENT_TASK).move(R9, R0);
        follow(R6, R9, at.leader());
        readToStack(USER, 8, R6, at.startBootNanos());
        readToStack(USER + 8, 8, R9, at.mm());
        code.store(8, STACK, SOCKET, R7);
    }

    /** Leaves where who runs is who used the socket before. */
    final void leaveIfSameUser() {
        Label other = new Label();
        code.moveMap(R1, maps.users()).move(R2, STACK).addNumber(R2, SOCKET).call(MAP_LOOKUP);
        code.jumpIfEqual(R0, 0, other);
        code.load(8, R1, R0, 0).load(8, R2, STACK, USER).jumpIfRegistersDiffer(R1, R2, other);
        code.load(8, R1, R0, 8).load(8, R2, STACK, USER + 8).jumpIfRegistersEqual(R1, R2, out);
        code.label(other);
    }

    /** Remembers who uses the socket. */
    final void noteUser() {
        if (maps.users() >= 0) {
            code.moveMap(R1, maps.users()).move(R2, STACK).addNumber(R2, SOCKET);
            code.move(R3, STACK).addNumber(R3, USER).moveNumber(R4, 0).call(MAP_UPDATE);
        }
    }

    /**
     * Copies all. Before it R7 is the socket and R9 the task.
     *
     * @param wakeFlags BPF_RB_… of linux/bpf.h
     */
    final void copy(int wakeFlags) {
        lookUp(maps.scratch());
        code.jumpIfEqual(R0, 0, out).move(R8, R0);
        code.call(KTIME_GET_NS).store(8, R8, ConnectRecord.TIME, R0).store(8, R8, ConnectRecord.SOCKET, R7);
        code.call(CURRENT_PID_TGID).store(8, R8, ConnectRecord.PID, R0);
        code.call(CURRENT_UID_GID).store(8, R8, ConnectRecord.UID, R0);
        code.call(CURRENT_CGROUP_ID).store(8, R8, ConnectRecord.CGROUP, R0);
        copyTuple();
        copyNetwork();
        copyNamespaces();
        copyMemory();
        copyProcess();
        copyAncestors();
        send(wakeFlags);
    }

    private void copyTuple() {
        Label v4 = new Label();
        Label done = new Label();
        for (int i = 0; i < 16; i += 8) {
            code.load(8, R1, STACK, ADDRESS + i).store(8, R8, ConnectRecord.DESTINATION + i, R1);
        }
        readToRecord(ConnectRecord.DESTINATION_PORT, 2, R7, socket.destinationPort());
        readToRecord(ConnectRecord.OWN_PORT, 2, R7, socket.ownPort());
        readToRecord(ConnectRecord.SEQUENCE, 4, R7, at.writeSequence());
        readToStack(-8, 2, R7, socket.family());
        code.load(2, R1, STACK, -8).jumpIfEqual(R1, AF_INET, v4);
        readToRecord(ConnectRecord.SOURCE, 16, R7, socket.ownV6());
        code.jump(done).label(v4).storeNumber(8, R8, ConnectRecord.SOURCE, 0);
        code.storeNumber(4, R8, ConnectRecord.SOURCE + 8, V4_MAPPED);
        readToRecord(ConnectRecord.SOURCE + 12, 4, R7, socket.ownV4());
        code.label(done);
    }

    /** The socket's, which is the process's unless it came from elsewhere. */
    private void copyNetwork() {
        follow(R6, R7, at.network());
        readToRecord(ConnectRecord.NETWORK, 4, R6, at.networkNumber());
    }

    /** A task that ends has none; then 0. */
    private void copyNamespaces() {
        follow(R6, R9, at.namespaces());
        follow(R6, R6, at.mounts());
        readToRecord(ConnectRecord.MOUNTS, 4, R6, at.mountsNumber());
        follow(R6, R9, at.credentials());
        follow(R6, R6, at.users());
        readToRecord(ConnectRecord.USERS, 4, R6, at.usersNumber());
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

    private void send(int wakeFlags) {
        code.moveMap(R1, maps.ring()).move(R2, R8).move(R3, R6).addNumber(R3, ConnectRecord.ARGUMENTS);
        code.moveNumber(R4, wakeFlags).call(RINGBUF_OUTPUT).jumpIfEqual(R0, 0, out);
        countLost(maps.lost());
    }

    /** {@code to} becomes the pointer in {@code from}. */
    private void follow(int to, int from, int offset) {
        readToStack(-8, 8, from, offset);
        code.load(8, to, STACK, -8);
    }

    private void readToRecord(int to, int bytes, int from, int offset) {
        code.move(R1, R8).addNumber(R1, to);
        read(bytes, from, offset);
    }
}
