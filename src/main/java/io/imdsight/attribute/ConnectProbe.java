package io.imdsight.attribute;

import io.imdsight.linux.KernelClock;
import io.imdsight.linux.SampleStream;
import io.imdsight.linux.ThreadPriority;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.Evidence;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * The kernel's word on who connects: every connect to the endpoints, of every process and network namespace, with its pid. A thread sleeps
 * until there is one and reads the process at once, while it is there. All else is that thread's, too, so that it never waits for a lock that
 * a slower thread holds; others leave their questions in a queue.
 */
final class ConnectProbe implements Closeable {
    /** How often the thread looks though nothing woke it: closings do not, and old entries go. */
    static final int TICK_MILLIS = 1_000;

    /** The same where nobody has connected for longer than anything is remembered of a connection that has ended. */
    private static final int CALM_TICK_MILLIS = 5_000;

    private static final long CALM_AFTER_NANOS = ConnectTable.GRACE_NANOS + 15_000_000_000L;

    /** Work that goes on for longer than this is no longer urgent: whoever connects without end must not get a CPU out of us. */
    private static final long URGENT_NANOS_MAX = 30_000_000;

    /** The rings hold some five thousand records a CPU. */
    private static final long FINISH_NANOS_MAX = 1_000_000_000L;

    /** How many numbers {@link #counts} has. */
    static final int COUNTS = 10;

    private static final Attribution LATE =
            Attribution.none("the connect probe did not answer in time: the machine is too busy");

    private static final Evidence NOT_YET =
            new Evidence(Evidence.CONNECT_PROBE.method(), "the process was not read in time");

    private static final Attribution KERNEL_THREAD = Attribution.none(
            "a thread of the kernel connected, as it does for further paths of MPTCP: for whom is not known");

    private static final Attribution OTHER_PIDS =
            Attribution.none("the process is in a pid namespace that cannot be seen from here");

    private final SampleStream stream;
    private final String detour;
    private final ConnectCopies copies;
    private final KernelClock clock;
    private final ConnectIntake intake;
    private final ConnectTable table;
    private final Witness witness;
    private final ProbeQuestions questions;
    private final Thread thread =
            Thread.ofPlatform().name("imdsight-probe").daemon().unstarted(this::run);
    private volatile boolean closing;
    private long tickedNanos;
    private long connectsSeen;
    private long connectedNanos;

    private ConnectProbe(AttributorOptions options, CallerReader reader, StateSource source, ConnectCopies copies) {
        this.stream = source.stream();
        this.detour = source.detour();
        this.copies = copies;
        this.clock = options.clock();
        this.intake = new ConnectIntake(options, reader, source, copies);
        this.questions = new ProbeQuestions(stream::wake);
        this.table = intake.table();
        this.witness = intake.witness();
    }

    /**
     * Starts it.
     *
     * @throws IOException where the kernel refuses it
     * @throws IllegalArgumentException where the kernel's tracepoint is another
     */
    static ConnectProbe start(AttributorOptions options, CallerReader reader) throws IOException {
        // First, so that what it writes is there when the other wakes us.
        ConnectCopies copies = ConnectCopies.start(options);
        try {
            StateSource source = StateSource.open(options, copies);
            copies.wake(source.stream());
            ConnectProbe probe = new ConnectProbe(options, reader, source, copies);
            probe.thread.start();
            return probe;
        } catch (IOException | IllegalArgumentException e) {
            copies.close();
            throw e;
        }
    }

    /** See {@link Attributor#tellConnects}. */
    void tellConnects(IntConsumer pids) {
        intake.tellConnects(pids);
    }

    /** See {@link Attributor#capturing}. */
    void capturing(LongPredicate captured) {
        table.known().capturing(captured);
        witness.capturing(captured);
    }

    /** Why its records do not come from perf events, as a sentence; null where they do. */
    String detour() {
        return detour;
    }

    /** Why the kernel copies no callers, as a sentence; null where it does. */
    String copyProblem() {
        return copies.problem();
    }

    /** Why the kernel does not say who sends, as a sentence; null where it does. */
    String sendProblem() {
        return copies.sendProblem();
    }

    private void run() {
        intake.warmUp();
        ThreadPriority.urgent();
        connectedNanos = clock.monotonicNanos();
        while (!closing) {
            stream.await(clock.monotonicNanos() - connectedNanos < CALM_AFTER_NANOS ? TICK_MILLIS : CALM_TICK_MILLIS);
            step();
            if (table.connects() != connectsSeen) {
                connectsSeen = table.connects();
                connectedNanos = clock.monotonicNanos();
            }
        }
    }

    /**
     * Reads the processes of all new connects. What vanishes with a process comes first, for all of them, and goes on coming first while the
     * readings are put into words and questions are answered.
     */
    private void step() {
        long begunNanos = clock.monotonicNanos();
        boolean ordinary = false;
        do {
            List<Runnable> asked =
                    questions.take(); // before the rings: an answer rests on all that was recorded by then
            intake.read();
            intake.nameOne();
            if (!asked.isEmpty()) {
                intake.nameAll();
            }
            if (intake.isNamed()) {
                intake.tellWitness(); // what is urgent is done; an answer rests on what it knows, too
            }
            asked.forEach(Runnable::run);
            if (!ordinary && clock.monotonicNanos() - begunNanos > URGENT_NANOS_MAX) {
                ordinary = true;
                ThreadPriority.ordinary();
            }
        } while (!closing && (!intake.isNamed() || !questions.isEmpty()));
        if (ordinary) {
            ThreadPriority.urgent();
        }
        if (clock.monotonicNanos() - tickedNanos > TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS)) {
            tickedNanos = clock.monotonicNanos();
            intake.tick();
        }
    }

    /**
     * Who sent on a connection, by what the kernel has recorded up to now.
     *
     * @param headEnd TCP sequence number behind the last byte of what was sent
     * @param waitNanosMax how long to wait
     * @return null where the probe does not know; none where it did not answer in that time
     */
    Attribution find(Connection connection, long openedNanos, int headEnd, long waitNanosMax)
            throws InterruptedException {
        return ask(() -> answer(table.find(connection, openedNanos), headEnd), waitNanosMax, LATE);
    }

    private Attribution answer(Connect c, int headEnd) {
        Attribution opener = opener(c);
        return c == null || c.senders == null ? opener : c.senders.at(headEnd, opener);
    }

    private Attribution opener(Connect c) {
        if (c == null || c.startedNanos == Connect.BEFORE_US && c.caller == null) {
            return null;
        }
        if (c.pid <= 0) {
            return OTHER_PIDS;
        }
        if (c.byKernelThread) {
            return KERNEL_THREAD;
        }
        Attribution opener = c.caller == null
                ? new Attribution(CallerReader.pidOnly(c.pid), NOT_YET)
                : new Attribution(c.caller, c.evidence);
        return copies.sendProblem() == null ? opener : SenderUnknown.limit(opener);
    }

    private <T> T ask(Supplier<T> question, long waitNanosMax, T otherwise) throws InterruptedException {
        return closing || !thread.isAlive() ? otherwise : questions.ask(question, waitNanosMax, otherwise);
    }

    /** Takes a connection that was open before the probe. */
    void seed(Connection connection, Attribution attribution) {
        Connect c = new Connect(0, attribution.caller().pid(), 0, Connect.BEFORE_US);
        c.caller = attribution.caller();
        c.evidence = attribution.evidence();
        questions.tell(() -> table.seed(connection, c));
    }

    /** The capture saw a connection end. Where there is no room for the news, the kernel's own record has it, too. */
    void closed(Connection connection, long openedNanos, long nowNanos) {
        questions.tell(() -> table.closed(connection, openedNanos, nowNanos, clock.monotonicNanos()));
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

    /** Numbers for {@link AttributorCounts}: connects, established, refused, named, copied, time to read, lost, time to name. */
    long[] counts() throws InterruptedException {
        return ask(
                () -> new long[] {
                    table.connects(),
                    table.established(),
                    table.refused(),
                    intake.readings().named(),
                    copies.copied(),
                    intake.readings().namingNanos(),
                    intake.lost(),
                    intake.readings().naming().micros(500),
                    intake.readings().naming().micros(990),
                    intake.readings().naming().maxMicros()
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
