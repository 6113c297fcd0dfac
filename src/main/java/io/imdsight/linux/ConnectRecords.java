package io.imdsight.linux;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who connects to certain peers, copied by the kernel within the connect: nothing that the process does afterwards, nor how late we look, can
 * change it. And who sends to them on a socket that another opened or sent on before. Used by one thread at a time. Needs kernel 5.8 with
 * CONFIG_DEBUG_INFO_BTF, CAP_BPF and CAP_PERFMON; sends kernel 6.16, or CONFIG_FUNCTION_TRACER (on arm64 from 6.4).
 */
public final class ConnectRecords implements Closeable {
    /**
     * A record has 672 bytes and the command line, so that 1 MiB holds some 1,500 connects of which nobody takes note: a stall of a second at
     * 1,000 connects a second, or sixty with command lines as long as can be. It is mapped twice but there once.
     */
    static final int RING_BYTES = 1024 * 1024;

    /** Senders are recorded where they change, which few do: some 350 of them, or fifteen with command lines as long as can be. */
    static final int SEND_RING_BYTES = 256 * 1024;

    /**
     * Sockets of which it is remembered who used them last: twice as many as connections are likely to be open. Of one that was forgotten the
     * next send makes a record that says nothing new. 400 KiB of the kernel's memory.
     */
    static final int USERS_MAX = 4096;

    /**
     * A peer: halves of a 16-byte address, big-endian; IPv4 as ::ffff:a.b.c.d.
     *
     * @param high the first eight bytes
     * @param low the last eight bytes
     */
    public record Peer(long high, long low) {}

    private final OpenThings open = new OpenThings();
    private final BpfRing ring;
    private final FileDescriptor lostMap;
    private final SocketOffsets sockets;
    private BpfRing sends;
    private int sendsDescriptor = -1;
    private Exception sendProblem;
    private long lostBefore;
    private boolean closed;

    /** What the programs are made from. */
    private record Kernel(KernelOffsets offsets, int sendFunction) {
        static Kernel of(Btf types) {
            return new Kernel(KernelOffsets.of(types), types.function(SendProgram.FUNCTION));
        }
    }

    private ConnectRecords(Path sysRoot, List<Peer> peers, int port) throws IOException {
        try {
            Kernel kernel = Btf.ofKernel(sysRoot, Kernel::of, KernelOffsets.STRUCTURES);
            sockets = kernel.offsets().socket();
            FileDescriptor ringMap = open.keep(BpfCalls.map("connects", BpfCalls.RING, 0, 0, RING_BYTES));
            lostMap = open.keep(BpfCalls.map("connects_lost", BpfCalls.ARRAY, 4, Long.BYTES, 1));
            ring = new BpfRing(ringMap.number(), RING_BYTES);
            open.keep(ring::unmap);
            // First, so that no sender is asked for before its socket is known.
            int users = openSends(kernel, peers, port);
            CopyProgram.Maps maps = new CopyProgram.Maps(ringMap.number(), scratch(), lostMap.number(), users);
            byte[] program = ConnectProgram.assemble(kernel.offsets(), maps, peers, port);
            open.keep(BpfCalls.attach(PeerProgram.STATE_TRACEPOINT, open.keep(BpfCalls.load("connect", program))));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Starts recording sends; -1 where that cannot be had, which is no reason to do without connects. */
    private int openSends(Kernel kernel, List<Peer> peers, int port) throws IOException {
        int before = open.size();
        try {
            FileDescriptor ringMap = open.keep(BpfCalls.map("sends", BpfCalls.RING, 0, 0, SEND_RING_BYTES));
            FileDescriptor users =
                    open.keep(BpfCalls.map("users", BpfCalls.FORGETFUL_HASH, 8, CopyProgram.USER_BYTES, USERS_MAX));
            sends = new BpfRing(ringMap.number(), SEND_RING_BYTES);
            open.keep(sends::unmap);
            CopyProgram.Maps maps = new CopyProgram.Maps(ringMap.number(), scratch(), lostMap.number(), users.number());
            byte[] program = SendProgram.assemble(kernel.offsets(), maps, peers, port);
            attachSends(program, kernel.sendFunction());
            sendsDescriptor = ringMap.number();
            return users.number();
        } catch (KernelException | IllegalArgumentException e) {
            sendProblem = e;
            sends = null;
            open.closeTo(before);
            return -1;
        }
    }

    private void attachSends(byte[] program, int function) throws KernelException {
        try {
            open.keep(BpfCalls.attach(SendProgram.TRACEPOINT, open.keep(BpfCalls.load("send", program))));
        } catch (KernelException e) {
            if (e.error() != KernelException.ENOENT || function == 0) {
                throw e;
            }
            FileDescriptor loaded = open.keep(BpfCalls.loadForFunction("send", program, function));
            open.keep(BpfCalls.attachToFunction(SendProgram.FUNCTION, loaded));
        }
    }

    /** Of its own for each program: one may be put to sleep in favour of the other. */
    private int scratch() throws KernelException {
        return open.keep(BpfCalls.map("scratch", BpfCalls.PER_CPU_ARRAY, 4, ConnectRecord.BYTES_MAX, 1))
                .number();
    }

    /**
     * Starts recording.
     *
     * @param procRoot /proc
     * @param sysRoot /sys
     * @param peers whose connects are recorded
     * @param port theirs
     * @throws IOException where the kernel refuses it, or says not how its structures look
     * @throws IllegalArgumentException where its structures lack something
     */
    public static ConnectRecords open(Path procRoot, Path sysRoot, List<Peer> peers, int port) throws IOException {
        PeerProgram.requireMachine(procRoot);
        return new ConnectRecords(sysRoot, peers, port);
    }

    /** Takes every connect recorded up to now, in the order in which they were made. */
    public List<ConnectRecord> drain() {
        return drain(ring);
    }

    /**
     * Takes every send recorded up to now, in the order in which they were made: of those who use a socket after somebody else. What a process
     * is after an exec counts as somebody else.
     */
    public List<ConnectRecord> drainSends() {
        return sends == null ? List.of() : drain(sends);
    }

    private List<ConnectRecord> drain(BpfRing from) {
        List<ConnectRecord> out = new ArrayList<>();
        if (!closed) {
            from.drain((in, at, bytes) -> {
                ConnectRecord record = ConnectRecord.parse(in, at, bytes);
                if (record != null) {
                    out.add(record);
                }
            });
        }
        return out;
    }

    /** What it knows of the kernel's sockets, so that nobody need look again. */
    SocketOffsets sockets() {
        return sockets;
    }

    /** Why sends are not recorded; null where they are. */
    public Exception sendProblem() {
        return sendProblem;
    }

    /** What becomes readable with each send; -1 where they are not recorded. */
    int sendsDescriptor() {
        return sendsDescriptor;
    }

    /** How many records the ring had no room for since the last time that this was asked. */
    public long lost() {
        long all = closed ? lostBefore : BpfCalls.firstLong(lostMap);
        long more = Math.max(all - lostBefore, 0);
        lostBefore += more;
        return more;
    }

    @Override
    public void close() {
        closed = true;
        open.close();
    }
}
