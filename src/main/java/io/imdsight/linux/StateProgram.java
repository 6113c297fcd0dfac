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
 * The programs that the kernel runs at each change of a socket's state where perf events are refused: they write what the tracepoint's perf record
 * would say.
 *
 * <pre>
 * u64 time @0 | u64 socket @8 | u32 old state @16 | u32 new state @20 | u16 own port @24 | u16 peer's port @26 | u16 family @28 | u16 unused
 * own address, 16 bytes @32 | peer's address, 16 bytes @48 | u32 pid @64 | u32 records lost before this one @68
 * </pre>
 *
 * <p>There are two. The kernel (6.1) does not run a program where a change interrupts the same program on the same CPU, which packets can do: then a
 * connect would stay half known, and nobody would know. The second runs after the first, and a change that interrupts one of them finds the other.
 * The first leaves word of what it took, for its CPU; the second takes what there is no word of. Where word was overwritten in between, a change is
 * recorded twice, both before the socket's next one. A connect is made by a process, interrupts none, and is the first one's alone.
 */
final class StateProgram extends PeerProgram {
    static final int TIME = 0;
    static final int SOCKET = 8;
    static final int OLD_STATE = 16;
    static final int NEW_STATE = 20;
    static final int OWN_PORT = 24;
    static final int DESTINATION_PORT = 26;
    static final int FAMILY = 28;
    static final int SOURCE = 32;
    static final int DESTINATION = 48;
    static final int PID = 64;
    static final int LOST = 68;
    static final int BYTES = 72;

    /** Where the record is put together on the stack. */
    private static final int RECORD = -144;

    /**
     * Descriptors of the maps that it uses.
     *
     * @param ring where records go
     * @param lost one number: records that found no room
     * @param taken one number for each CPU: the change that the first program took last
     */
    record Maps(int ring, int lost, int taken) {}

    private final SocketOffsets at;
    private final Maps maps;

    private StateProgram(SocketOffsets at, Maps maps) {
        super(at);
        this.at = at;
        this.maps = maps;
    }

    /**
     * Writes one of the two.
     *
     * @param second which of them
     * @param peers whose sockets are recorded: halves of 16-byte addresses, IPv4 ones mapped
     */
    static byte[] assemble(SocketOffsets at, Maps maps, boolean second, List<ConnectRecords.Peer> peers, int port) {
        StateProgram p = new StateProgram(at, maps);
        p.leaveUnlessState(second);
        p.code.load(8, R8, R1, 8).load(8, R7, R1, 0);
        p.leaveUnlessPeer(peers, port);
        p.code.move(R6, R7).add(R6, R9); // a socket's address is a multiple of eight
        if (second) {
            p.leaveIfTaken();
        }
        p.write(port);
        p.send();
        if (!second) {
            p.leaveWord();
        }
        return p.end();
    }

    /** After it R9 is the new state. */
    private void leaveUnlessState(boolean second) {
        Label wanted = new Label();
        code.load(8, R9, R1, 16).jumpIfEqual(R9, TCP_ESTABLISHED, wanted);
        if (!second) {
            code.jumpIfEqual(R9, TCP_SYN_SENT, wanted);
        }
        code.jumpIfNotEqual(R9, TCP_CLOSE, out).label(wanted);
    }

    private void leaveIfTaken() {
        Label fresh = new Label();
        lookUp(maps.taken());
        code.jumpIfEqual(R0, 0, out).load(8, R1, R0, 0).jumpIfRegistersDiffer(R1, R6, fresh);
        code.storeNumber(8, R0, 0, 0).jump(out).label(fresh);
    }

    private void leaveWord() {
        code.jumpIfEqual(R9, TCP_SYN_SENT, out); // the second does not ask
        lookUp(maps.taken());
        code.jumpIfEqual(R0, 0, out).store(8, R0, 0, R6);
    }

    private void write(int port) {
        code.call(KTIME_GET_NS).store(8, STACK, RECORD + TIME, R0).store(8, STACK, RECORD + SOCKET, R7);
        code.store(4, STACK, RECORD + OLD_STATE, R8).store(4, STACK, RECORD + NEW_STATE, R9);
        readToStack(RECORD + OWN_PORT, 2, R7, at.lastingOwnPort());
        code.load(2, R1, STACK, RECORD + OWN_PORT).swapTwoBytes(R1).store(2, STACK, RECORD + OWN_PORT, R1);
        code.storeNumber(2, STACK, RECORD + DESTINATION_PORT, port);
        readToStack(RECORD + FAMILY, 2, R7, at.family());
        code.storeNumber(2, STACK, RECORD + FAMILY + 2, 0);
        writeAddresses();
        code.call(CURRENT_PID_TGID).shiftRight(R0, 32).store(4, STACK, RECORD + PID, R0);
        lookUp(maps.lost());
        code.jumpIfEqual(R0, 0, out).load(8, R1, R0, 0).store(4, STACK, RECORD + LOST, R1);
    }

    /** Of a socket that speaks IPv4, whatever its family, its own is in the old place alone while it connects. */
    private void writeAddresses() {
        Label v6 = new Label();
        Label done = new Label();
        code.load(8, R1, STACK, ADDRESS).store(8, STACK, RECORD + DESTINATION, R1);
        code.load(8, R2, STACK, ADDRESS + 8).store(8, STACK, RECORD + DESTINATION + 8, R2);
        code.jumpIfNotEqual(R1, 0, v6).load(4, R2, STACK, ADDRESS + 8);
        code.moveLong(R3, Integer.toUnsignedLong(V4_MAPPED)).jumpIfRegistersDiffer(R2, R3, v6);
        code.storeNumber(8, STACK, RECORD + SOURCE, 0).storeNumber(4, STACK, RECORD + SOURCE + 8, V4_MAPPED);
        readToStack(RECORD + SOURCE + 12, 4, R7, at.lastingOwnV4());
        code.jump(done).label(v6);
        readToStack(RECORD + SOURCE, 16, R7, at.ownV6());
        code.label(done);
    }

    /** Only a connect wakes us: the rest can wait until somebody asks. */
    private void send() {
        Label wake = new Label();
        Label sent = new Label();
        code.moveNumber(R4, WAKEUP)
                .jumpIfEqual(R9, TCP_SYN_SENT, wake)
                .moveNumber(R4, NO_WAKEUP)
                .label(wake);
        code.moveMap(R1, maps.ring()).move(R2, STACK).addNumber(R2, RECORD).moveNumber(R3, BYTES);
        code.call(RINGBUF_OUTPUT).jumpIfEqual(R0, 0, sent);
        countLost(maps.lost());
        code.label(sent);
    }
}
