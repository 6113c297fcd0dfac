package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The records of tracepoints, of every process and network namespace, in the order in which they were made. Knows nothing of what is in them.
 *
 * <p>{@link #await}, {@link #drain} and {@link #close} by one thread; {@link #wake} by any, before it is closed.
 */
public final class TracepointStream implements Closeable {
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

    private static final int POLLFD_BYTES = 8;
    private static final short POLLIN = 1;

    /** POLLERR, POLLHUP, POLLNVAL: that descriptor will never be of use again, and would never let us sleep. */
    private static final int POLL_BROKEN = 8 | 16 | 32;

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
    private final FileDescriptor waker;
    private final KernelClock clock;
    private Memory pollFds;
    private int pollCount;
    private List<TracepointSample> carried = new ArrayList<>();
    private boolean closed;

    private TracepointStream(KernelClock clock) throws KernelException {
        this.clock = clock;
        waker = FileDescriptor.of("make an eventfd", LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK));
    }

    /**
     * Starts recording.
     *
     * @param sysRoot /sys, for the list of CPUs
     * @param sources the first one owns the rings
     */
    public static TracepointStream open(Path sysRoot, KernelClock clock, List<Source> sources) throws IOException {
        int[] cpus = CpuList.parse(Files.readAllBytes(sysRoot.resolve("devices/system/cpu/online")));
        TracepointStream stream = new TracepointStream(clock);
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
        pollFds = new Memory((cpus.length + 2L) * POLLFD_BYTES);
        pollFds.clear();
        addPoll(waker.number());
        for (int cpu : cpus) {
            PerfRing ring = null;
            for (Source source : sources) {
                FileDescriptor event = PerfEvent.open(source.tracepointId(), cpu, source.wakes(), source.filter());
                events.add(event);
                if (ring == null) {
                    ring = new PerfRing(event, ringBytes);
                    rings.add(ring);
                    addPoll(event.number());
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

    /** Lets sends end {@link #await}, too; whoever is woken must drain them. Once, and before it is first called. */
    public void alsoAwaitSends(ConnectRecords records) {
        if (records.sendsDescriptor() >= 0) {
            addPoll(records.sendsDescriptor());
        }
    }

    private void addPoll(int fd) {
        long at = (long) pollCount++ * POLLFD_BYTES;
        pollFds.setInt(at, fd);
        pollFds.setShort(at + 4, POLLIN);
    }

    /**
     * Waits until a waking record is there, {@link #wake} is called, or time is up.
     *
     * @return whether there may be records to drain
     */
    public boolean await(int timeoutMillis) {
        if (RawCalls.poll(Pointer.nativeValue(pollFds), pollCount, timeoutMillis) <= 0) {
            return false;
        }
        RawCalls.read(waker.number(), RawCalls.Scratch.get().dataAddress, Long.BYTES);
        for (int i = 0; i < pollCount; i++) {
            long at = (long) i * POLLFD_BYTES;
            if ((pollFds.getShort(at + 6) & POLL_BROKEN) != 0) {
                pollFds.setInt(at, -1); // poll skips a negative descriptor
            }
        }
        return true;
    }

    /** Ends {@link #await}, or the next one. */
    public void wake() {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        scratch.data.putLong(0, 1);
        RawCalls.write(waker.number(), scratch.dataAddress, Long.BYTES);
    }

    /**
     * Takes every record made up to now, in the order of their times. Rings are read one after the other, so one read later may hold records
     * that are newer than some that an earlier one got meanwhile: what is newer than the begin of this call waits for the next.
     */
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
        all.sort(Comparator.comparingLong(TracepointSample::timeNanos));
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
        waker.close();
    }
}
