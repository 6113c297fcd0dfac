package io.imdsight.attribute;

import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ThreadPriority;
import io.imdsight.linux.Tracefs;
import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointSample;
import io.imdsight.linux.TracepointStream;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Evidence;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The kernel's word on who connects: every connect to the endpoints, of every process and network namespace, with its pid. A thread sleeps
 * until there is one and reads the process at once, while it is there.
 */
final class ConnectProbe implements Closeable {
    /** How often the thread looks though nothing woke it: closings do not, and old entries go. */
    static final int TICK_MILLIS = 1_000;

    private static final String SYN_SENT = "newstate == " + SocketState.SYN_SENT;
    private static final String LATER =
            "newstate == " + SocketState.ESTABLISHED + " || newstate == " + SocketState.CLOSE;

    private static final Evidence DETAILS_GONE =
            new Evidence(Evidence.CONNECT_PROBE.method(), "the process ended before its details could be read");

    private final TracepointStream stream;
    private final SocketState.Layout layout;
    private final KernelClock clock;
    private final Drops drops;
    private final CallerReader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConnectTable table;
    private final Thread thread =
            Thread.ofPlatform().name("imdsight-probe").daemon().unstarted(this::run);
    private volatile boolean closing;
    private long expiredNanos;
    private long named;
    private long namingNanos;
    private long lost;

    private ConnectProbe(
            AttributorOptions options, CallerReader reader, TracepointStream stream, SocketState.Layout layout) {
        this.stream = stream;
        this.layout = layout;
        this.clock = options.clock();
        this.drops = options.drops();
        this.reader = reader;
        this.table = new ConnectTable(options.endpoints(), drops);
    }

    /**
     * Starts it.
     *
     * @throws IOException where the kernel refuses it
     * @throws IllegalArgumentException where the kernel's tracepoint is another
     */
    static ConnectProbe start(AttributorOptions options, CallerReader reader) throws IOException {
        TracepointFormat format;
        try (Tracefs tracefs = Tracefs.open(options.sysRoot())) {
            format = tracefs.tracepoint(SocketState.TRACEPOINT);
        }
        SocketState.Layout layout = SocketState.Layout.of(format);
        // Only the connect wakes the thread: the rest can wait until somebody asks.
        List<TracepointStream.Source> sources = List.of(
                new TracepointStream.Source(format.id(), SocketState.filter(options.endpoints(), SYN_SENT), true),
                new TracepointStream.Source(format.id(), SocketState.filter(options.endpoints(), LATER), false));
        TracepointStream stream = TracepointStream.open(options.sysRoot(), options.clock(), sources);
        ConnectProbe probe = new ConnectProbe(options, reader, stream, layout);
        probe.thread.start();
        return probe;
    }

    private void run() {
        ThreadPriority.raise(); // where it may; the processes that wake this thread compete with it for the CPU
        reader.warmUp();
        SocketState.parse(new TracepointSample(0, 0, 0, new byte[256], 0), layout);
        while (!closing) {
            stream.await(TICK_MILLIS);
            lock.lock();
            try {
                step();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Takes what the kernel has recorded up to now, and reads the processes that are new. Needs the lock. */
    private void step() {
        long epochMinusMonotonicNanos = clock.epochMinusMonotonicNanos();
        List<Connect> begun = new ArrayList<>();
        for (TracepointSample sample : stream.drain()) {
            if (sample.lost() > 0) {
                lost += sample.lost();
                drops.add(Drop.PROBE_RING, sample.lost());
                table.lost(sample.timeNanos() + epochMinusMonotonicNanos);
                continue;
            }
            SocketState change = SocketState.parse(sample, layout);
            Connect c = change == null ? null : table.apply(change, epochMinusMonotonicNanos);
            if (c != null) {
                begun.add(c);
            }
        }
        if (!begun.isEmpty()) {
            name(begun);
        }
        long nowNanos = clock.monotonicNanos();
        if (nowNanos - expiredNanos > TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
            expiredNanos = nowNanos;
            table.expire(nowNanos + epochMinusMonotonicNanos);
        }
    }

    /** First what vanishes with the processes, for all of them; then the rest. */
    private void name(List<Connect> begun) {
        Map<Integer, CallerReader.Raw> read = new HashMap<>();
        for (Connect c : begun) {
            if (c.pid > 0 && !read.containsKey(c.pid)) {
                read.put(c.pid, reader.read(c.pid));
                namingNanos += clock.monotonicNanos() - c.startedMonotonicNanos;
            }
        }
        for (Connect c : begun) {
            CallerReader.Raw raw = read.get(c.pid);
            if (raw != null && reader.startedBefore(raw.stat(), c.startedNanos)) {
                c.caller = reader.describe(raw);
                named++;
            } else {
                c.caller = CallerReader.pidOnly(c.pid);
                c.evidence = DETAILS_GONE;
            }
            table.setWeight(c);
        }
    }

    /**
     * Who opened a connection, by what the kernel has recorded up to now.
     *
     * @param waitNanosMax how long to wait for the thread that may be at work
     * @return null where the probe does not know the connection
     */
    Attribution find(Connection connection, long openedNanos, long waitNanosMax) throws InterruptedException {
        if (!lock.tryLock(waitNanosMax, TimeUnit.NANOSECONDS)) {
            return null;
        }
        try {
            step();
            Connect c = table.find(connection, openedNanos);
            if (c == null) {
                return null;
            }
            return c.pid > 0
                    ? new Attribution(c.caller, c.evidence)
                    : Attribution.none("the process is in a pid namespace that cannot be seen from here");
        } finally {
            lock.unlock();
        }
    }

    /** Takes a connection that was open before the probe. */
    void seed(Connection connection, Attribution attribution) {
        lock.lock();
        try {
            step();
            Connect c = new Connect(0, attribution.caller().pid(), 0, Connect.BEFORE_US);
            c.caller = attribution.caller();
            c.evidence = attribution.evidence();
            table.seed(connection, c);
        } finally {
            lock.unlock();
        }
    }

    void closed(Connection connection, long openedNanos, long nowNanos) {
        if (lock.tryLock()) { // by the capture's thread, which must not wait; the kernel's own record says it too
            try {
                table.closed(connection, openedNanos, nowNanos);
            } finally {
                lock.unlock();
            }
        }
    }

    /** Numbers for {@link AttributorCounts}: connects, established, refused, named, time to name, lost. */
    long[] counts() {
        lock.lock();
        try {
            step();
            return new long[] {table.connects(), table.established(), table.refused(), named, namingNanos, lost};
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closing = true;
        stream.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lock.lock();
        try {
            stream.close();
        } finally {
            lock.unlock();
        }
    }
}
