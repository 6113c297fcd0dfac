package io.imdsight.linux;

import static io.imdsight.linux.BpfAssembler.R1;
import static io.imdsight.linux.BpfAssembler.R7;

import java.util.List;

/**
 * The program that the kernel runs at the begin of each send over TCP, before a byte of it leaves. For sends to others it is a comparison of the
 * port. For sends to the peers it looks who used the socket last, and copies who runs only where that is somebody else: ordinary traffic, where
 * who connects also sends, makes no records.
 *
 * <p>It runs at the tracepoint tcp_sendmsg_locked(const struct sock *, …) of kernel 6.16 and, where that is missing, at the entry of the function
 * tcp_sendmsg(struct sock *, …): the first argument is the same. Not at the tracepoint sock_send_length of kernel 6.3: that passes after the
 * packet has left, so that two who take turns could be confused.
 */
final class SendProgram extends CopyProgram {
    static final String TRACEPOINT = "tcp_sendmsg_locked";
    static final String FUNCTION = "tcp_sendmsg";

    private SendProgram(KernelOffsets at, Maps maps) {
        super(at, maps);
    }

    /**
     * Writes the program.
     *
     * @param peers sends to whom are looked at, as in {@link ConnectProgram}
     */
    static byte[] assemble(KernelOffsets at, Maps maps, List<ConnectRecords.Peer> peers, int port) {
        SendProgram p = new SendProgram(at, maps);
        p.code.load(8, R7, R1, 0);
        p.leaveUnlessPeer(peers, port);
        p.findUser();
        p.leaveIfSameUser();
        p.noteUser();
        p.copy(WAKEUP); // nothing else does
        return p.end();
    }
}
