package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.attribute.AttributorOptions;
import io.imdsight.attribute.Witness;
import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.capture.LiveOptions;
import io.imdsight.classify.CauseTracker;
import io.imdsight.decode.Decoder;
import io.imdsight.decode.DecoderLimits;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.PacketSockets;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Live capture to sightings.
 *
 * <pre>
 * thread captures: opens and closes captures, see {@link Captures}
 * thread capture, one an interface: packets, decoder, {@link Intake}   (the decoder's monitor lets one in at a time)
 *         |  {@link SightingQueue}, bounded
 * thread sightings: caller, cause, output
 * </pre>
 */
final class LivePipeline {
    /** For captures in namespaces of a single task, of which there may be many: 2 MiB, 128 packets. */
    private static final int NAMESPACE_BUFFER_BYTES = 2 * 1024 * 1024;

    /** How long callers are still looked for when the end has come. */
    private static final long LOOK_NANOS_MAX = 2_000_000_000L;

    /** How long the rest may take after that: writing twenty thousand lines takes a tenth of a second, unless nobody reads them. */
    private static final long DRAIN_MILLIS_MAX = 4_000;

    private final KernelClock clock = KernelClock.system();
    private final Counts counts = new Counts();
    private final Drops drops;
    private final Activity activity = new Activity();
    private final SightingQueue queue = new SightingQueue(SightingQueue.BYTES_MAX);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Attributor attributor;
    private final Decoder decoder;
    private final SightingThread sightings;
    private final Thread worker;
    private final Captures captures;
    private final PipelineState state;

    private LivePipeline(
            Endpoints endpoints, String interfaces, SightingThread.Output output, Drops drops, CaptureNotices notices) {
        this.drops = drops;
        // threads that nobody here started, the probe's for one: none of them ends in silence
        Thread.setDefaultUncaughtExceptionHandler((thread, t) -> fail(t));
        attributor = Attributor.start(AttributorOptions.of(endpoints, drops));
        decoder = Decoder.live(endpoints, DecoderLimits.DEFAULT, new Intake(attributor, queue, counts, drops), drops);
        sightings = new SightingThread(
                queue,
                attributor::find,
                new CauseTracker(clock.boot().getAsLong()),
                new Counting(output, counts),
                System::nanoTime);
        worker = new Thread(() -> guarded(sightings::run), "sightings");
        captures = new Captures(
                new InterfaceChoice(endpoints, interfaces),
                (name, ownNamespace) -> {
                    LiveOptions how = options(ownNamespace, attributor.state().probeUp());
                    LiveCapture capture = LiveCapture.open(name, endpoints, decoder, drops, how);
                    capture.countInto(activity.packets());
                    return capture;
                },
                notices,
                this::fail);
        attributor.tellConnects(this::connected);
        state = new PipelineState(captures, attributor, sightings, queue, counts, drops, activity);
    }

    private void connected(int pid) {
        activity.connects().increment();
        captures.connected(pid);
    }

    /**
     * Opens everything; nothing is read yet. To be called, as {@link #start}, by a thread in the network namespace that is to be watched.
     *
     * @param interfaces {@code auto}, {@code any}, or a name
     * @throws Failure where that cannot be done here, as where there is no such interface, or none leads to the service
     */
    static LivePipeline open(Endpoints endpoints, String interfaces, SightingThread.Output output) {
        return open(
                new LivePipeline(endpoints, interfaces, output, new Drops(), CaptureNotices.NONE),
                false,
                NamespaceScope.ofMachine());
    }

    /**
     * The same for whoever runs for long: waits for interfaces that are not there yet.
     *
     * @param drops counts what is dropped where the output counts what it drops
     * @param notices is told what becomes of captures from now on
     */
    static LivePipeline openPatiently(
            Endpoints endpoints,
            String interfaces,
            SightingThread.Output output,
            Drops drops,
            NamespaceScope scope,
            CaptureNotices notices) {
        return open(new LivePipeline(endpoints, interfaces, output, drops, notices), true, scope);
    }

    private static LivePipeline open(LivePipeline out, boolean patient, NamespaceScope scope) {
        try {
            out.attributor.capturing(out.captures::covers);
            out.captures.open(patient, scope);
            return out;
        } catch (CaptureException e) {
            out.abandon();
            throw failure(e);
        } catch (IOException e) {
            out.abandon();
            throw new Failure(
                    ExitStatus.UNAVAILABLE,
                    "cannot tell which interfaces lead to the service: " + Failures.reason(e)
                            + "; name one with --interface",
                    e);
        }
    }

    private void abandon() {
        closeCaptures();
        attributor.close();
    }

    private void closeCaptures() {
        try {
            captures.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Begins to read. */
    void start() {
        Witness witness = attributor.witness();
        if (witness != null) {
            witness.captureBegan(clock.epoch().getAsLong());
        }
        worker.start();
        captures.start();
    }

    /** Waits until somebody calls {@link #stop}, a part of the pipeline fails, or the time is over; null waits for ever. */
    void await(Duration duration) throws InterruptedException {
        long millis = duration == null ? Long.MAX_VALUE : duration.toMillis();
        boolean asked = over.await(millis, TimeUnit.MILLISECONDS);
        if (!asked) {
            over.countDown();
        }
    }

    /** Waits so long for {@link #stop}, or for a part of the pipeline to fail; whether one of them came. The pipeline goes on if not. */
    boolean awaitEnd(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /** Ends {@link #await}. Any thread may call it. */
    void stop() {
        over.countDown();
    }

    /**
     * Stops reading, ends what is unfinished, prints what waits, within about six seconds.
     */
    void finish() throws InterruptedException {
        Witness witness = attributor.witness();
        if (witness != null) {
            witness.captureEnds(clock.epoch().getAsLong());
        }
        closeCaptures();
        finishDecoder();
        queue.close();
        sightings.hurry(LOOK_NANOS_MAX);
        worker.join(LOOK_NANOS_MAX / 1_000_000 + DRAIN_MILLIS_MAX);
        for (SightingQueue.Event e = queue.poll(); e != null; e = queue.poll()) {
            if (e instanceof SightingQueue.Finished) {
                drops.add(Drop.SIGHTING_QUEUE);
            }
        }
        if (witness != null) {
            attributor.finishWitness();
            counts.witnessed(witness.total());
        }
        counts.attribution(attributor.counts());
        attributor.close();
    }

    /** Where it is the decoder that has failed, what waits behind it is recorded all the same. */
    private void finishDecoder() {
        try {
            synchronized (decoder) {
                decoder.finish();
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** What went wrong; null where nothing did. */
    RuntimeException failed() {
        Throwable t = failure.get();
        if (t instanceof CaptureException e) {
            return failure(e);
        }
        return t == null || t instanceof RuntimeException ? (RuntimeException) t : new IllegalStateException(t);
    }

    /** What it does and has seen, for whoever wants to know. */
    PipelineState state() {
        return state;
    }

    Counts counts() {
        return counts;
    }

    /** Ends everything because a part that no thread of this pipeline runs has failed. */
    void fail(Throwable t) {
        if (failure.compareAndSet(null, t) && !(t instanceof Failure) && !(t instanceof CaptureException)) {
            drops.add(Drop.FAULT);
        }
        queue.close();
        over.countDown();
    }

    Drops drops() {
        return drops;
    }

    private interface Step {
        void run();
    }

    /** Runs a thread's work; where it fails, the whole pipeline ends: better loud than deaf. */
    private void guarded(Step step) {
        try {
            step.run();
        } catch (Throwable t) {
            if (!(t instanceof Failure)) {
                drops.add(Drop.SIGHTING_QUEUE); // the one in hand
            }
            fail(t);
        }
    }

    private static LiveOptions options(boolean ownNamespace, boolean probeUp) {
        LiveOptions options = LiveOptions.defaults().with(PacketSockets::attachFilter);
        // The probe has named the caller long before. Without it the packet must come while the process is there.
        if (probeUp) {
            options = options.delayed();
        }
        return ownNamespace ? options : options.withBuffer(NAMESPACE_BUFFER_BYTES); // there are many of them
    }

    private static Failure failure(CaptureException e) {
        int status =
                e.kind() == CaptureException.Kind.NOT_PERMITTED ? ExitStatus.NOT_PERMITTED : ExitStatus.UNAVAILABLE;
        return new Failure(status, e.getMessage(), e);
    }
}
