package io.imdsight.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The records of tracepoints, by perf events, in the order in which they were made. Knows nothing of what is in them. */
public final class TracepointStream extends SampleStream {
    /**
     * A ring for each CPU. A record of inet_sock_set_state takes 104 bytes and a connection makes three, so that 512 KiB hold 1,680
     * connections on one CPU between two drains: a stall of more than a second at 1,000 connects a second. With the page in front it is exactly
     * what the kernel grants each CPU without CAP_IPC_LOCK (kernel.perf_event_mlock_kb = 516).
     */
    static final int RING_BYTES = 512 * 1024;

    /** For all rings together, so that a machine of 128 CPUs spends no 64 MiB. */
    static final int RINGS_BYTES_MAX = 16 * 1024 * 1024;

    /** The largest page size of arm64 is the smallest ring. */
    static final int RING_BYTES_MIN = 64 * 1024;

    /**
     * What to record.
     *
     * @param tracepointId as in {@link TracepointFormat}
     * @param filter in the kernel's filter language, Documentation/trace/events.rst section 5
     * @param wakes whether a record ends {@link #await}
     */
    public record Source(int tracepointId, String filter, boolean wakes) {}

    private final List<FileDescriptor> events = new ArrayList<>();
    private final List<PerfRing> rings = new ArrayList<>();
    private final KernelClock clock;
    private List<TracepointSample> carried = new ArrayList<>();
    private boolean closed;

    private TracepointStream(KernelClock clock, int cpus) throws KernelException {
        super(new Poll(cpus + 1));
        this.clock = clock;
    }

    /**
     * Starts recording.
     *
     * @param sysRoot /sys, for the list of CPUs
     * @param sources the first one owns the rings
     */
    public static TracepointStream open(Path sysRoot, KernelClock clock, List<Source> sources) throws IOException {
        int[] cpus = CpuList.parse(Files.readAllBytes(sysRoot.resolve("devices/system/cpu/online")));
        TracepointStream stream = new TracepointStream(clock, cpus.length);
        try {
            stream.openAll(cpus, sources);
            return stream;
        } catch (KernelException e) {
            stream.close();
            throw e;
        }
    }

    private void openAll(int[] cpus, List<Source> sources) throws KernelException {
        int ringBytes = ringBytes(cpus.length);
        for (int cpu : cpus) {
            PerfRing ring = null;
            for (Source source : sources) {
                FileDescriptor event = PerfEvent.open(source.tracepointId(), cpu, source.wakes(), source.filter());
                events.add(event);
                if (ring == null) {
                    ring = new PerfRing(event, ringBytes);
                    rings.add(ring);
                    poll.add(event.number());
                } else {
                    ring.share(event);
                }
            }
        }
        for (FileDescriptor event : events) {
            PerfEvent.enable(event);
        }
    }

    static int ringBytes(int cpus) {
        int each = Integer.highestOneBit(Math.max(RINGS_BYTES_MAX / Math.max(cpus, 1), RING_BYTES_MIN));
        return Math.min(each, RING_BYTES);
    }

    /**
     * Takes every record made up to now, in the order of their times. Rings are read one after the other, so one read later may hold records
     * that are newer than some that an earlier one got meanwhile: what is newer than the begin of this call waits for the next.
     */
    @Override
    public List<TracepointSample> drain() {
        if (closed) {
            return List.of();
        }
        long nowNanos = clock.monotonicNanos();
        List<TracepointSample> all = carried;
        for (PerfRing ring : rings) {
            ring.drain(nowNanos, all);
        }
        if (all.isEmpty()) {
            return List.of();
        }
        all.sort((a, b) -> Long.compare(a.timeNanos(), b.timeNanos()));
        int ready = all.size();
        while (ready > 0 && all.get(ready - 1).timeNanos() > nowNanos) {
            ready--;
        }
        carried = new ArrayList<>(all.subList(ready, all.size()));
        return all.subList(0, ready);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rings.forEach(PerfRing::unmap);
        events.forEach(FileDescriptor::close);
        poll.close();
    }
}
