package io.imdsight.capture;

import io.imdsight.model.SegmentSink;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * Tells the sink that time passes while no packets come, and reads the kernel's counts.
 *
 * <p>The time it tells is that of the step before: after a pause of the whole process the ring may hold packets from before the pause, and they must
 * reach the sink before a later time does. It tells none while packets come: they carry the time themselves.
 */
final class CaptureClock implements AutoCloseable {
    /** Twice a second, so that a time-out is noticed within a second of its moment. */
    private static final long STEP_MILLIS = 500;

    /**
     * While no packets come the kernel's counts are read every two seconds. Twice a second, this thread took a fifth of the time that an idle agent
     * takes.
     */
    private static final int QUIET_STEPS = 4;

    /** After a minute without a packet no request waits for its answer any more, and nothing else is urgent. */
    private static final int CALM_STEPS = 120;

    /** From then on it looks and reads at the wall clock's full five seconds, as others do: half of what a capture may be silent. */
    private static final long CALM_STEP_MILLIS = 5_000;

    private static final long JOIN_MILLIS_MAX = 2_000;

    /**
     * So many packets that the kernel counted and nobody read mean a reader that stands still: half of what the ring holds. Fewer mean nothing, since
     * libpcap itself passes over the outgoing copy of what the loopback interface carries.
     */
    private static final long UNREAD_MAX = 256;

    private final SegmentSink sink;
    private final PcapStatistics statistics;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private final AtomicLong packets = new AtomicLong();

    /** All captures' together, closed ones included. */
    private LongAdder all = new LongAdder();

    private long packetsAtLastStep = -1;
    private int quietSteps;
    private long lastStepNanos;
    private long receivedAtLastMove;
    private volatile long progressNanos = System.nanoTime();
    private volatile boolean closed;

    /**
     * @param onFailure called once, where the sink throws; the clock then stands still
     */
    CaptureClock(String interfaceName, SegmentSink sink, PcapStatistics statistics, Consumer<Throwable> onFailure) {
        this.sink = sink;
        this.onFailure = onFailure;
        this.statistics = statistics;
        this.thread = new Thread(this::run, "clock-" + interfaceName);
        this.thread.setDaemon(true);
    }

    PcapStatistics statistics() {
        return statistics;
    }

    /** A packet has come. Called by the capture's thread only. */
    void packet() {
        packets.incrementAndGet();
        all.increment();
    }

    /** Counts packets there as well. To be called before the first. */
    void countInto(LongAdder sum) {
        all = sum;
    }

    void start() {
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                step(now());
                Thread.sleep(isCalm() ? CALM_STEP_MILLIS - System.currentTimeMillis() % CALM_STEP_MILLIS : STEP_MILLIS);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | Error e) {
                onFailure.accept(e);
                return;
            }
        }
    }

    /**
     * One round.
     *
     * @param nowNanos nanoseconds since 1970, the clock of the packets
     */
    void step(long nowNanos) {
        long packetsNow = packets.get();
        quietSteps = packetsNow == packetsAtLastStep ? quietSteps + 1 : 0;
        if (isCalm() || quietSteps % QUIET_STEPS == 0) {
            statistics.read();
        }
        if (quietSteps > 0) {
            synchronized (sink) {
                if (packets.get() == packetsNow && !closed) {
                    sink.idle(lastStepNanos);
                }
            }
        }
        progress(packetsNow);
        packetsAtLastStep = packetsNow;
        lastStepNanos = nowNanos;
    }

    private boolean isCalm() {
        return quietSteps >= CALM_STEPS;
    }

    /** Packets were read, or there was nothing to read: that is progress. Packets that the kernel has and nobody reads are none. */
    private void progress(long packetsNow) {
        boolean moved = packetsNow != packetsAtLastStep;
        long received = statistics.received();
        if (moved) {
            receivedAtLastMove = received;
        }
        if (moved || received - receivedAtLastMove < UNREAD_MAX) {
            progressNanos = System.nanoTime();
        }
    }

    /** When the capture last made progress, on the clock of {@link System#nanoTime}. Stands still where the sink holds a thread. */
    long progressNanos() {
        return progressNanos;
    }

    private static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /** Ends the thread and reads the counts a last time. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(JOIN_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        statistics.read();
    }
}
