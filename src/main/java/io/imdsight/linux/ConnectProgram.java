package io.imdsight.linux;

import static io.imdsight.linux.BpfAssembler.R1;
import static io.imdsight.linux.BpfAssembler.R2;
import static io.imdsight.linux.BpfAssembler.R7;

import java.util.List;

/**
 * The program that the kernel runs within each connect.
 *
 * <p>Written for the raw tracepoint inet_sock_set_state(struct sock *, int oldstate, int newstate), not for a perf event of it: there it could
 * suppress the records of everybody else's perf events, and would not run while another program does.
 */
final class ConnectProgram extends CopyProgram {
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
        p.leaveUnlessPeer(peers, port);
        p.findUser();
        p.noteUser();
        p.copy(NO_WAKEUP); // the probe's own record of the same connect wakes us already
        return p.end();
    }
}
