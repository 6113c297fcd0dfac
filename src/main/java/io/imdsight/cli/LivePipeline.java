package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.attribute.AttributorCounts;
import io.imdsight.attribute.AttributorOptions;
import io.imdsight.attribute.AttributorState;
import io.imdsight.attribute.Witness;
import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.capture.LiveOptions;
import io.imdsight.classify.CauseTracker;
import io.imdsight.decode.Decoder;
import io.imdsight.decode.DecoderLimits;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.PacketSockets;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.LinkUse;
import io.imdsight.model.Sighting;
import io.imdsight.publish.Totals;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    private final Counts counts = new Counts();
    private final Drops drops;
    private final SightingQueue queue = new SightingQueue(SightingQueue.BYTES_MAX);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Attributor attributor;
    private final Decoder decoder;
    private final SightingThread sightings;
    private final Thread worker;
    private final Captures captures;

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
                new CauseTracker(KernelClock.system().boot().getAsLong()),
                new Counting(output, counts),
                System::nanoTime);
        worker = new Thread(() -> guarded(sightings::run), "sightings");
        captures = new Captures(
                new InterfaceChoice(endpoints, interfaces),
                (name, ownNamespace) -> LiveCapture.open(
                        name,
                        endpoints,
                        decoder,
                        drops,
                        options(ownNamespace, attributor.state().probeUp())),
                notices,
                this::fail);
        attributor.tellConnects(captures::connected);
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
            witness.captureBegan(nowNanos());
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
            witness.captureEnds(nowNanos());
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

    /** Sentences on what is captured, how callers are found, and what is missing for that. */
    List<String> description() {
        List<String> out = new ArrayList<>();
        out.add(captures.description());
        AttributorState state = attributor.state();
        if (state.probeUp()) {
            out.add("callers are named by the kernel's connect probe"
                    + (state.socketTableUp() ? ", then by the socket table" : ""));
            if (!state.copyUp()) {
                out.add(state.copyProblem());
            } else if (!state.sendUp()) {
                out.add(state.sendProblem());
            }
        } else {
            out.add(state.probeProblem());
        }
        if (!state.socketTableUp()) {
            out.add(state.socketTableProblem());
        }
        if (state.probeUp() && state.translatorProblem() != null) {
            out.add(state.translatorProblem());
        }
        return out;
    }

    /**
     * Whether connects made in a network namespace pass a capture: inside it, or on the way out of it.
     *
     * @param inode the number of the namespace's link, as {@code net:[4026531833]}
     */
    boolean coversNamespace(long inode) {
        return captures.covers(inode);
    }

    Counts counts() {
        return counts;
    }

    /** What was counted so far, at one moment. */
    Totals totals() {
        return counts.totals(connections(), drops);
    }

    /** What the witness has found so far; nothing where there is none. */
    ConnectionCounts connections() {
        Witness witness = attributor.witness();
        return witness == null ? ConnectionCounts.NONE : witness.total();
    }

    /** When the capture that is furthest behind last made progress, on the clock of {@link System#nanoTime}. */
    long progressNanos() {
        long now = System.nanoTime();
        return now
                + captures.live().mapToLong(c -> c.progressNanos() - now).min().orElse(0);
    }

    /** How long an interface has not been captured that should be, and could; 0 where there is none. */
    long uncapturedNanos() {
        return captures.uncapturedNanos();
    }

    /** Whether any capture is open. */
    boolean isCapturing() {
        return captures.live().findAny().isPresent();
    }

    /** Packets that were read. */
    long packets() {
        return captures.live().mapToLong(LiveCapture::packetsRead).sum();
    }

    /** What went over the machine's own interfaces, to the service and back. */
    List<LinkUse> use() {
        return captures.use();
    }

    /** How many events were attributed, or were found to need no attribution. */
    long handled() {
        return sightings.handled();
    }

    /** Memory of what waits to be attributed. */
    long queueBytes() {
        return queue.bytes();
    }

    AttributorState attribution() {
        return attributor.state();
    }

    AttributorCounts attributionCounts() {
        return attributor.counts();
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
        if (!ownNamespace) {
            options = options.withBuffer(NAMESPACE_BUFFER_BYTES); // there are many of them
        }
        // The probe has named the caller long before. Without it the packet must come while the process is there.
        return probeUp ? options.delayed() : options;
    }

    private static Failure failure(CaptureException e) {
        int status =
                e.kind() == CaptureException.Kind.NOT_PERMITTED ? ExitStatus.NOT_PERMITTED : ExitStatus.UNAVAILABLE;
        return new Failure(status, e.getMessage(), e);
    }

    private static long nowNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /** Counts what is handed on. */
    private record Counting(SightingThread.Output output, Counts counts) implements SightingThread.Output {
        @Override
        public void accept(Sighting sighting) {
            output.accept(sighting);
            counts.sighting(sighting);
        }

        @Override
        public void flush() {
            output.flush();
        }
    }
}
