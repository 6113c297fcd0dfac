package io.imdsight.linux;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Who connects to certain peers, copied by the kernel within the connect: nothing that the process does afterwards, nor how late we look, can
 * change it. Used by one thread at a time. Needs kernel 5.8 with CONFIG_DEBUG_INFO_BTF, CAP_BPF and CAP_PERFMON.
 */
public final class ConnectRecords implements Closeable {
    /**
     * A record has 624 bytes and the command line, so that 1 MiB holds some 1,500 connects of which nobody takes note: a stall of a second at
     * 1,000 connects a second, or sixty with command lines as long as can be. It is mapped twice but there once.
     */
    static final int RING_BYTES = 1024 * 1024;

    /** Where the kernel says how its structures look. */
    private static final String TYPES = "kernel/btf/vmlinux";

    /** The largest distribution kernels have 8 MiB. */
    private static final int TYPES_BYTES_MAX = 64 * 1024 * 1024;

    private static final String TRACEPOINT = "inet_sock_set_state";

    /** The inode of the initial pid namespace: PROC_PID_INIT_INO, linux/proc_ns.h. */
    private static final String INITIAL_PIDS = "pid:[4026531836]";

    /**
     * A peer: halves of a 16-byte address, big-endian; IPv4 as ::ffff:a.b.c.d.
     *
     * @param high the first eight bytes
     * @param low the last eight bytes
     */
    public record Peer(long high, long low) {}

    private final Deque<Closeable> open = new ArrayDeque<>();
    private final BpfRing ring;
    private final FileDescriptor lostMap;
    private long lostBefore;
    private boolean closed;

    private ConnectRecords(Path sysRoot, List<Peer> peers, int port) throws IOException {
        try {
            ConnectProgram.Offsets offsets = offsets(sysRoot.resolve(TYPES));
            FileDescriptor ringMap = keep(BpfCalls.map("connects", BpfCalls.RING, 0, 0, RING_BYTES));
            FileDescriptor scratch =
                    keep(BpfCalls.map("connect_scratch", BpfCalls.PER_CPU_ARRAY, 4, ConnectRecord.BYTES_MAX, 1));
            lostMap = keep(BpfCalls.map("connects_lost", BpfCalls.ARRAY, 4, Long.BYTES, 1));
            ring = new BpfRing(ringMap.number(), RING_BYTES);
            open.push(ring::unmap);
            ConnectProgram.Maps maps = new ConnectProgram.Maps(ringMap.number(), scratch.number(), lostMap.number());
            byte[] program = ConnectProgram.assemble(offsets, maps, peers, port);
            keep(BpfCalls.attach(TRACEPOINT, keep(BpfCalls.load("connect", program))));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private FileDescriptor keep(FileDescriptor descriptor) {
        open.push(descriptor);
        return descriptor;
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
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalArgumentException("only for little-endian machines");
        }
        String pids = Files.readSymbolicLink(procRoot.resolve("self/ns/pid")).toString();
        if (!INITIAL_PIDS.equals(pids)) {
            throw new IllegalArgumentException("process numbers here are not the machine's own (a pid namespace)");
        }
        return new ConnectRecords(sysRoot, peers, port);
    }

    private static ConnectProgram.Offsets offsets(Path types) throws IOException {
        // Outside of the heap, which need not grow for something that is looked at once.
        try (FileChannel file = FileChannel.open(types);
                Arena arena = Arena.ofConfined()) {
            long bytes = Math.min(file.size(), TYPES_BYTES_MAX);
            ByteBuffer in = arena.allocate(bytes, Long.BYTES).asByteBuffer().order(ByteOrder.nativeOrder());
            int got = 0;
            while (in.hasRemaining() && got >= 0) {
                got = file.read(in);
            }
            return ConnectProgram.Offsets.of(new Btf(in.flip(), ConnectProgram.Offsets.STRUCTURES));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "this kernel has no " + types + ", its description of its structures", e);
        }
    }

    /** Takes every record made up to now, in the order in which they were made. */
    public List<ConnectRecord> drain() {
        List<ConnectRecord> out = new ArrayList<>();
        if (!closed) {
            ring.drain(out);
        }
        return out;
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
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException e) {
                throw new IllegalStateException("closing a descriptor does not fail", e);
            }
        }
    }
}
