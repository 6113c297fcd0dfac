package io.imdsight.linux;

import static io.imdsight.linux.BpfAssembler.R1;
import static io.imdsight.linux.BpfAssembler.R2;
import static io.imdsight.linux.BpfAssembler.R3;
import static io.imdsight.linux.BpfAssembler.R7;
import static io.imdsight.linux.BpfAssembler.STACK;

import io.imdsight.linux.BpfAssembler.Label;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What our programs in the kernel have in common: they are called with a socket and leave at once where another peer is meant. They only read,
 * and have no loop. Stack: what a call fills is at -8; the peer's address at {@link #ADDRESS}.
 */
abstract class PeerProgram {
    /** Helpers, linux/bpf.h. */
    static final int MAP_LOOKUP = 1;

    static final int KTIME_GET_NS = 5;
    static final int CURRENT_PID_TGID = 14;
    static final int RINGBUF_OUTPUT = 130;
    private static final int PROBE_READ_KERNEL = 113;

    /** How a record is sent to a ring: BPF_RB_NO_WAKEUP, linux/bpf.h. */
    static final int NO_WAKEUP = 1;

    /** BPF_RB_FORCE_WAKEUP. */
    static final int WAKEUP = 2;

    /** The tracepoint of a socket's change of state: struct sock *, int oldstate, int newstate. */
    static final String STATE_TRACEPOINT = "inet_sock_set_state";

    /** net/tcp_states.h */
    static final int TCP_ESTABLISHED = 1;

    static final int TCP_SYN_SENT = 2;
    static final int TCP_CLOSE = 7;

    /** linux/socket.h */
    static final int AF_INET = 2;

    private static final int AF_INET6 = 10;

    /** The bytes 00 00 ff ff before an IPv4 address in an IPv6 one, as a number of a little-endian machine. */
    static final int V4_MAPPED = 0xffff_0000;

    static final int ADDRESS = -40;

    /** The inode of the initial pid namespace: PROC_PID_INIT_INO, linux/proc_ns.h. */
    private static final String INITIAL_PIDS = "pid:[4026531836]";

    final BpfAssembler code = new BpfAssembler();
    final Label out = new Label();
    private final SocketOffsets socket;

    PeerProgram(SocketOffsets socket) {
        this.socket = socket;
    }

    /**
     * Whether programs of ours can be made here, and say process numbers that mean something here.
     *
     * @throws IllegalArgumentException where not
     */
    static void requireMachine(Path procRoot) throws IOException {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("only for little-endian machines");
        }
        String pids = Files.readSymbolicLink(procRoot.resolve("self/ns/pid")).toString();
        if (!INITIAL_PIDS.equals(pids)) {
            throw new IllegalArgumentException("process numbers here are not the machine's own (a pid namespace)");
        }
    }

    /** Leaves unless the socket in R7 leads to one of the peers. */
    final void leaveUnlessPeer(List<ConnectRecords.Peer> peers, int port) {
        readToStack(-8, 2, R7, socket.destinationPort());
        code.load(2, R1, STACK, -8);
        code.jumpIfNotEqual(R1, Short.toUnsignedInt(Short.reverseBytes((short) port)), out);
        leaveUnlessAddress(peers);
    }

    private void leaveUnlessAddress(List<ConnectRecords.Peer> peers) {
        Label v4 = new Label();
        Label compare = new Label();
        Label found = new Label();
        readToStack(-8, 2, R7, socket.family());
        code.load(2, R1, STACK, -8).jumpIfEqual(R1, AF_INET, v4).jumpIfNotEqual(R1, AF_INET6, out);
        readToStack(ADDRESS, 16, R7, socket.destinationV6());
        code.jump(compare).label(v4);
        code.storeNumber(8, STACK, ADDRESS, 0).storeNumber(4, STACK, ADDRESS + 8, V4_MAPPED);
        readToStack(ADDRESS + 12, 4, R7, socket.destinationV4());
        code.label(compare).load(8, R1, STACK, ADDRESS).load(8, R2, STACK, ADDRESS + 8);
        for (ConnectRecords.Peer peer : peers) {
            Label next = new Label();
            code.moveLong(R3, Long.reverseBytes(peer.high())).jumpIfRegistersDiffer(R1, R3, next);
            code.moveLong(R3, Long.reverseBytes(peer.low())).jumpIfRegistersEqual(R2, R3, found);
            code.label(next);
        }
        code.jump(out).label(found);
    }

    /** R0 is the first value of a map, or 0. */
    final void lookUp(int map) {
        code.storeNumber(4, STACK, -8, 0).moveMap(R1, map).move(R2, STACK).addNumber(R2, -8);
        code.call(MAP_LOOKUP);
    }

    /** What cannot be read is filled with 0. */
    final void readToStack(int to, int bytes, int from, int offset) {
        code.move(R1, STACK).addNumber(R1, to);
        read(bytes, from, offset);
    }

    /** The same, to where R1 leads. */
    final void read(int bytes, int from, int offset) {
        code.moveNumber(R2, bytes).move(R3, from).addNumber(R3, offset).call(PROBE_READ_KERNEL);
    }

    /** Counts a record that found no room. */
    final void countLost(int map) {
        lookUp(map);
        code.jumpIfEqual(BpfAssembler.R0, 0, out).moveNumber(R1, 1).addAtomically(BpfAssembler.R0, 0, R1);
    }

    /** The end of each program. */
    final byte[] end() {
        return code.label(out).moveNumber(BpfAssembler.R0, 0).exit().bytes();
    }
}
