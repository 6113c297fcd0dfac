package io.imdsight.linux;

import static io.imdsight.linux.BpfAssembler.R1;
import static io.imdsight.linux.BpfAssembler.R2;
import static io.imdsight.linux.BpfAssembler.R7;
import static io.imdsight.linux.BpfAssembler.STACK;

import java.util.List;

/**
 * The program that the kernel runs within each connect.
 *
 * <p>Written for the raw tracepoint inet_sock_set_state(struct sock *, int oldstate, int newstate), not for a perf event of it: there it could
 * suppress the records of everybody else's perf events, and would not run while another program does.
 */
final class ConnectProgram extends CopyProgram {
    /** The perf record of the same connect wakes us already: BPF_RB_NO_WAKEUP, linux/bpf.h. */
    private static final int NO_WAKEUP = 1;

    /** net/tcp_states.h */
    private static final int TCP_SYN_SENT = 2;

    private ConnectProgram(KernelOffsets at, Maps maps) {
        super(at, maps);
    }

    /**
     * Writes the program.
     *
     * @param peers whose connects are recorded: halves of 16-byte addresses, IPv4 ones mapped
     */
    static byte[] assemble(KernelOffsets at, Maps maps, List<ConnectRecords.Peer> peers, int port) {
        ConnectProgram p = new ConnectProgram(at, maps);
        p.code.load(8, R2, R1, 16).jumpIfNotEqual(R2, TCP_SYN_SENT, p.out).load(8, R7, R1, 0);
        p.readToStack(-8, 2, R7, at.destinationPort());
        p.code.load(2, R1, STACK, -8);
        p.leaveUnlessPort(port);
        p.leaveUnlessPeer(peers);
        p.findUser();
        p.noteUser();
        p.copy(NO_WAKEUP);
        return p.code.bytes();
    }
}
