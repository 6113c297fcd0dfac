package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ThreadPriority;
import io.imdsight.linux.Tracefs;
import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointSample;
import io.imdsight.linux.TracepointStream;
import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Evidence;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * The kernel's word on who connects: every connect to the endpoints, of every process and network namespace, with its pid. A thread sleeps
 * until there is one and reads the process at once, while it is there. All else is that thread's, too, so that it never waits for a lock that
 * a slower thread holds; others leave their questions in a queue.
 */
final class ConnectProbe implements Closeable {
    /** How often the thread looks though nothing woke it: closings do not, and old entries go. */
    static final int TICK_MILLIS = 1_000;

    /** Questions and news from other threads. Those who ask wait for the answer, so that only {@link #closed} can fill it. */
    private static final int REQUESTS_MAX = 1024;

    /** Work that goes on for longer than this is no longer urgent: whoever connects without end must not get a CPU out of us. */
    private static final long URGENT_NANOS_MAX = 30_000_000;

    /** The rings hold some twenty thousand records a CPU. */
    private static final long FINISH_NANOS_MAX = 1_000_000_000L;

    /** How many numbers {@link #counts} has. */
    static final int COUNTS = 7;

    private static final String SYN_SENT = "newstate == " + SocketState.SYN_SENT;
    private static final String LATER =
            "newstate == " + SocketState.ESTABLISHED + " || newstate == " + SocketState.CLOSE;

    private static final Evidence DETAILS_GONE =
            new Evidence(Evidence.CONNECT_PROBE.method(), "the process ended before its command line could be read");

    private static final Evidence NOT_YET =
            new Evidence(Evidence.CONNECT_PROBE.method(), "the process was not read in time");

    /** A change that the witness has not been told of yet; the connect that begins with it, otherwise null. */
    private record News(SocketState change, long epochMinusMonotonicNanos, Connect begun) {}

    /** What was read of a connect's process, null where it was gone; and what the kernel wrote down, null where it did not. */
    private record Reading(Connect connect, CallerReader.Raw raw, ConnectRecord record) {}

    private final TracepointStream stream;
    private final ConnectCopies copies;
    private final SocketState.Layout layout;
    private final KernelClock clock;
    private final Drops drops;
    private final CallerReader reader;
    private final ConnectTable table;
    private final Witness witness;
    private final List<News> news = new ArrayList<>();
    private final BlockingQueue<Runnable> requests = new ArrayBlockingQueue<>(REQUESTS_MAX);
    private final Thread thread =
            Thread.ofPlatform().name("imdsight-probe").daemon().unstarted(this::run);
    private volatile boolean closing;
    private long expiredNanos;
    private long named;
    private long namingNanos;
    private long lost;

    private ConnectProbe(
            AttributorOptions options,
            CallerReader reader,
            TracepointStream stream,
            ConnectCopies copies,
            SocketState.Layout layout) {
        this.stream = stream;
        this.copies = copies;
        this.layout = layout;
        this.clock = options.clock();
        this.drops = options.drops();
        this.reader = reader;
        this.table = new ConnectTable(options.endpoints(), drops);
        this.witness = new Witness(drops, options.clock().monotonic());
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
        // First, so that what it writes is there when the other wakes us.
        ConnectCopies copies = ConnectCopies.start(options);
        try {
            TracepointStream stream = TracepointStream.open(options.sysRoot(), options.clock(), sources);
            ConnectProbe probe = new ConnectProbe(options, reader, stream, copies, layout);
            probe.thread.start();
            return probe;
        } catch (IOException e) {
            copies.close();
            throw e;
        }
    }

    /** Why the kernel copies no callers, as a sentence; null where it does. */
    String copyProblem() {
        return copies.problem();
    }

    private void run() {
        reader.warmUp();
        SocketState.parse(new TracepointSample(0, 0, 0, new byte[256], 0), layout);
        ThreadPriority.urgent();
        while (!closing) {
            stream.await(TICK_MILLIS);
            step();
        }
    }

    /**
     * Reads the processes of all new connects. What vanishes with a process comes first, for all of them, and goes on coming first while the
     * readings are put into words and questions are answered.
     */
    private void step() {
        long begunNanos = clock.monotonicNanos();
        boolean ordinary = false;
        Deque<Reading> readings = new ArrayDeque<>();
        do {
            List<Runnable> asked = new ArrayList<>();
            requests.drainTo(
                    asked); // before the rings: an answer rests on all that was recorded when the question came
            read(drain(), readings);
            for (Reading r = readings.poll(); r != null; r = asked.isEmpty() ? null : readings.poll()) {
                name(r);
            }
            if (readings.isEmpty()) {
                tellWitness(); // what is urgent is done; an answer rests on what it knows, too
            }
            asked.forEach(Runnable::run);
            if (!ordinary && clock.monotonicNanos() - begunNanos > URGENT_NANOS_MAX) {
                ordinary = true;
                ThreadPriority.ordinary();
            }
        } while (!closing && (!readings.isEmpty() || !requests.isEmpty()));
        if (ordinary) {
            ThreadPriority.urgent();
        }
        long nowNanos = clock.monotonicNanos();
        if (nowNanos - expiredNanos > TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
            expiredNanos = nowNanos;
            copies.expire(nowNanos);
            table.expire(nowNanos + clock.epochMinusMonotonicNanos());
            witness.tick();
        }
    }

    private void tellWitness() {
        for (News n : news) {
            witness.kernel(n.change(), n.epochMinusMonotonicNanos(), n.begun() == null ? 0 : n.begun().namespace);
        }
        news.clear();
    }

    /** Brings the table up to now; the connects that are new. */
    private List<Connect> drain() {
        List<TracepointSample> samples = stream.drain();
        if (samples.isEmpty()) {
            return List.of();
        }
        List<Connect> begun = new ArrayList<>();
        long epochMinusMonotonicNanos = clock.epochMinusMonotonicNanos();
        for (TracepointSample sample : samples) {
            if (sample.lost() > 0) {
                lost += sample.lost();
                drops.add(Drop.PROBE_RING, sample.lost());
                table.lost(sample.timeNanos() + epochMinusMonotonicNanos);
                tellWitness();
                witness.lost();
                continue;
            }
            SocketState change = SocketState.parse(sample, layout);
            if (change == null || !table.isOurs(change)) {
                continue;
            }
            Connect c = table.apply(change, epochMinusMonotonicNanos);
            news.add(new News(change, epochMinusMonotonicNanos, c));
            if (c != null) {
                begun.add(c);
            }
        }
        return begun;
    }

    /** Several connects of one process at once are read once: a process that only connects cannot make us busier than itself. */
    private void read(List<Connect> connects, Deque<Reading> out) {
        Map<Integer, CallerReader.Raw> read = new HashMap<>();
        for (Connect c : connects) {
            if (c.pid > 0 && !read.containsKey(c.pid)) {
                read.put(c.pid, reader.read(c.pid));
            }
        }
        for (Connect c : connects) {
            ConnectRecord record = copies.take(c); // after /proc, which will not wait
            namingNanos += clock.monotonicNanos() - c.startedMonotonicNanos;
            out.add(new Reading(c, read.get(c.pid), record));
        }
    }

    private void name(Reading reading) {
        Connect c = reading.connect();
        c.caller = caller(reading);
        c.namespace = reading.raw() == null ? 0 : reading.raw().namespace();
        boolean whole = c.caller.arguments() != null;
        c.evidence = whole ? Evidence.CONNECT_PROBE : DETAILS_GONE;
        named += whole ? 1 : 0;
        table.setWeight(c);
    }

    private Caller caller(Reading reading) {
        Connect c = reading.connect();
        CallerReader.Raw raw = reading.raw();
        if (reading.record() != null) {
            return reader.describe(reading.record(), raw);
        }
        // A process that started after the connect has only got the number.
        boolean same = raw != null && reader.startedBefore(raw.stat(), c.startedNanos);
        return same ? reader.describe(raw) : CallerReader.pidOnly(c.pid);
    }

    /**
     * Who opened a connection, by what the kernel has recorded up to now.
     *
     * @param waitNanosMax how long to wait
     * @return null where the probe does not know the connection
     */
    Attribution find(Connection connection, long openedNanos, long waitNanosMax) throws InterruptedException {
        return ask(() -> answer(table.find(connection, openedNanos)), waitNanosMax, null);
    }

    private static Attribution answer(Connect c) {
        if (c == null) {
            return null;
        }
        if (c.pid <= 0) {
            return Attribution.none("the process is in a pid namespace that cannot be seen from here");
        }
        return c.caller == null
                ? new Attribution(CallerReader.pidOnly(c.pid), NOT_YET)
                : new Attribution(c.caller, c.evidence);
    }

    /** Lets the thread answer a question. */
    private <T> T ask(Supplier<T> question, long waitNanosMax, T otherwise) throws InterruptedException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (closing || !requests.offer(() -> answer.complete(question.get()))) {
            return otherwise;
        }
        stream.wake();
        try {
            return answer.get(waitNanosMax, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return otherwise;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the probe could not answer", e);
        }
    }

    /** Takes a connection that was open before the probe. */
    void seed(Connection connection, Attribution attribution) {
        Connect c = new Connect(0, attribution.caller().pid(), 0, Connect.BEFORE_US);
        c.caller = attribution.caller();
        c.evidence = attribution.evidence();
        requests.offer(() -> table.seed(connection, c));
    }

    /** The capture saw a connection end. Where there is no room for the news, the kernel's own record has it, too. */
    void closed(Connection connection, long openedNanos, long nowNanos) {
        requests.offer(() -> table.closed(connection, openedNanos, nowNanos));
    }

    /** How complete the capture is. */
    Witness witness() {
        return witness;
    }

    /** Lets the witness decide all, by what the kernel has recorded up to now. */
    void finishWitness() throws InterruptedException {
        Boolean asked = ask(
                () -> {
                    witness.finish();
                    return true;
                },
                FINISH_NANOS_MAX,
                false);
        if (!asked) {
            witness.finish(); // by what it knows
        }
    }

    /** Numbers for {@link AttributorCounts}: connects, established, refused, named, copied, time to name, lost. */
    long[] counts() throws InterruptedException {
        return ask(
                () -> new long[] {
                    table.connects(),
                    table.established(),
                    table.refused(),
                    named,
                    copies.copied(),
                    namingNanos,
                    lost + copies.lost()
                },
                Attributor.WAIT_NANOS_MAX,
                new long[COUNTS]);
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
        stream.close();
        copies.close();
    }
}
