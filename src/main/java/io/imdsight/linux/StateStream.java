package io.imdsight.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The changes of state of sockets to certain peers, as the tracepoint inet_sock_set_state has them, recorded by programs of ours: for where perf
 * events are refused, as kernels of Debian and Ubuntu do to whoever has CAP_PERFMON and not CAP_SYS_ADMIN. Needs kernel 5.8 with
 * CONFIG_DEBUG_INFO_BTF, CAP_BPF and CAP_PERFMON; no tracefs.
 *
 * <p>All CPUs write into one ring, which is in order. What finds no room there is counted, and each record says how many were lost before it: whatever
 * follows from a lost change says so itself.
 */
public final class StateStream extends SampleStream {
    /**
     * A record takes 80 bytes there and a connection makes three, so that it holds 2,184 connections between two drains: a stall of two seconds at
     * 1,000 connects a second.
     */
    static final int RING_BYTES = 512 * 1024;

    /** How often it is looked again while a record is being written: that takes a microsecond, unless a hypervisor takes the CPU away meanwhile. */
    private static final int WAITS_MAX = 200;

    private static final long WAIT_NANOS = 50_000;

    private final OpenThings open = new OpenThings();
    private final BpfRing ring;
    private final FileDescriptor lostMap;
    private int lostBefore;
    private long lastNanos;
    private boolean closed;

    /** Which programs are attached: the tests' way of having a change that the first one missed. */
    enum Programs {
        BOTH,
        SECOND
    }

    /** For tests also with a ring of another size, or not with all programs. */
    StateStream(
            SocketOffsets at,
            KernelClock clock,
            List<ConnectRecords.Peer> peers,
            int port,
            int ringBytes,
            Programs which)
            throws IOException {
        super(new Poll(2));
        open.keep(poll);
        lastNanos = clock.monotonicNanos();
        try {
            FileDescriptor ringMap = open.keep(BpfCalls.map("states", BpfCalls.RING, 0, 0, ringBytes));
            lostMap = open.keep(BpfCalls.map("states_lost", BpfCalls.ARRAY, 4, Long.BYTES, 1));
            FileDescriptor taken = open.keep(BpfCalls.map("states_taken", BpfCalls.PER_CPU_ARRAY, 4, Long.BYTES, 1));
            ring = new BpfRing(ringMap.number(), ringBytes);
            open.keep(ring::unmap);
            poll.add(ringMap.number());
            StateProgram.Maps maps = new StateProgram.Maps(ringMap.number(), lostMap.number(), taken.number());
            FileDescriptor second = load("states_second", StateProgram.assemble(at, maps, true, peers, port));
            if (which == Programs.BOTH) { // the kernel runs them in the order in which they were attached
                attach(load("states_first", StateProgram.assemble(at, maps, false, peers, port)));
            }
            attach(second);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private FileDescriptor load(String name, byte[] program) throws KernelException {
        return open.keep(BpfCalls.load(name, program));
    }

    private void attach(FileDescriptor program) throws KernelException {
        open.keep(BpfCalls.attach(PeerProgram.STATE_TRACEPOINT, program));
    }

    /**
     * Starts recording.
     *
     * @param procRoot /proc
     * @param sysRoot /sys
     * @param peers whose sockets are recorded
     * @param port theirs
     * @param beside what copies callers; null where nothing does. The kernel's description of itself has megabytes, and need be read only once
     * @throws IOException where the kernel refuses it, or says not how its structures look
     * @throws IllegalArgumentException where its structures lack something, or process numbers here are not the machine's
     */
    public static StateStream open(
            Path procRoot,
            Path sysRoot,
            KernelClock clock,
            List<ConnectRecords.Peer> peers,
            int port,
            ConnectRecords beside)
            throws IOException {
        PeerProgram.requireMachine(procRoot);
        SocketOffsets at = beside == null ? ofKernel(sysRoot) : beside.sockets();
        return new StateStream(at, clock, peers, port, RING_BYTES, Programs.BOTH);
    }

    static SocketOffsets ofKernel(Path sysRoot) throws IOException {
        return Btf.ofKernel(sysRoot, SocketOffsets::of, SocketOffsets.STRUCTURES);
    }

    /** What a sample's bytes look like, under the tracepoint's own names; an IPv4 address is the end of the mapped one. */
    public static TracepointFormat format() {
        return new TracepointFormat(
                -1,
                Map.of(
                        "skaddr", new TracepointFormat.Field(StateProgram.SOCKET, 8),
                        "oldstate", new TracepointFormat.Field(StateProgram.OLD_STATE, 4),
                        "newstate", new TracepointFormat.Field(StateProgram.NEW_STATE, 4),
                        "sport", new TracepointFormat.Field(StateProgram.OWN_PORT, 2),
                        "dport", new TracepointFormat.Field(StateProgram.DESTINATION_PORT, 2),
                        "family", new TracepointFormat.Field(StateProgram.FAMILY, 2),
                        "saddr", new TracepointFormat.Field(StateProgram.SOURCE + 12, 4),
                        "daddr", new TracepointFormat.Field(StateProgram.DESTINATION + 12, 4),
                        "saddr_v6", new TracepointFormat.Field(StateProgram.SOURCE, 16),
                        "daddr_v6", new TracepointFormat.Field(StateProgram.DESTINATION, 16)));
    }

    /** What was lost and nothing follows from is told last. */
    @Override
    public List<TracepointSample> drain() {
        if (closed) {
            return List.of();
        }
        List<TracepointSample> out = new ArrayList<>();
        int lostByNow = (int) BpfCalls.firstLong(lostMap); // first: all that was recorded before is in the ring
        boolean all = false;
        for (int i = 0; i < WAITS_MAX && !all; i++) {
            if (i > 0) {
                LockSupport.parkNanos(WAIT_NANOS);
            }
            all = ring.drain((in, at, bytes) -> take(in, at, bytes, out));
        }
        if (all) {
            tellLost(lostByNow, out);
        }
        return out;
    }

    private void take(ByteBuffer in, int at, int bytes, List<TracepointSample> out) {
        if (bytes != StateProgram.BYTES) {
            return;
        }
        byte[] raw = new byte[bytes];
        in.get(at, raw);
        long timeNanos = in.getLong(at + StateProgram.TIME);
        tellLost(in.getInt(at + StateProgram.LOST), out);
        lastNanos = Math.max(lastNanos, timeNanos);
        out.add(new TracepointSample(timeNanos, in.getInt(at + StateProgram.PID), 0, raw, 0));
    }

    /** At the time of the last record before it: from then on there may have been anything. */
    private void tellLost(int lostSoFar, List<TracepointSample> out) {
        int more = lostSoFar - lostBefore; // of numbers that may begin anew
        if (more > 0) {
            lostBefore = lostSoFar;
            out.add(new TracepointSample(lastNanos, 0, 0, null, more));
        }
    }

    @Override
    public void close() {
        closed = true;
        open.close();
    }
}
