package io.imdsight.cli;

import io.imdsight.attribute.Attributor;
import io.imdsight.attribute.AttributorOptions;
import io.imdsight.attribute.AttributorState;
import io.imdsight.capture.CaptureException;
import io.imdsight.capture.Interfaces;
import io.imdsight.capture.LiveCapture;
import io.imdsight.capture.LiveOptions;
import io.imdsight.classify.CauseTracker;
import io.imdsight.decode.Decoder;
import io.imdsight.decode.DecoderLimits;
import io.imdsight.linux.PacketSockets;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Sighting;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/**
 * Live capture to sightings.
 *
 * <pre>
 * thread capture, one an interface: packets, decoder, {@link Intake}   (the decoder's monitor lets one in at a time)
 *         |  {@link SightingQueue}, bounded
 * thread sightings: caller, cause, output
 * </pre>
 */
final class LivePipeline {
    private static final String AUTO = "auto";

    /** The routing tables of the calling thread's network namespace. */
    private static final Path ROUTES = Path.of("/proc/thread-self/net");

    /** How long callers are still looked for when the end has come. */
    private static final long LOOK_NANOS_MAX = 2_000_000_000L;

    /** How long the rest may take after that: writing twenty thousand lines takes a tenth of a second, unless nobody reads them. */
    private static final long DRAIN_MILLIS_MAX = 4_000;

    private final Counts counts = new Counts();
    private final Drops drops;
    private final SightingQueue queue = new SightingQueue(SightingQueue.BYTES_MAX);
    private final List<LiveCapture> captures = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Attributor attributor;
    private final Decoder decoder;
    private final SightingThread sightings;
    private final Thread worker;

    private LivePipeline(Endpoints endpoints, SightingThread.Output output, Drops drops) {
        this.drops = drops;
        attributor = Attributor.start(AttributorOptions.of(endpoints, drops));
        decoder = new Decoder(endpoints, DecoderLimits.DEFAULT, new Intake(attributor, queue, counts, drops), drops);
        sightings = new SightingThread(
                queue, attributor::find, new CauseTracker(nowNanos()), new Counting(output, counts), System::nanoTime);
        worker = new Thread(() -> guarded(sightings::run), "sightings");
    }

    /**
     * Opens everything; nothing is read yet. To be called, as {@link #start}, by a thread in the network namespace that is to be watched.
     *
     * @param interfaces {@code auto}, {@code any}, or a name
     * @throws Failure where that cannot be done here
     */
    static LivePipeline open(Endpoints endpoints, String interfaces, SightingThread.Output output) {
        return open(endpoints, interfaces, output, new Drops());
    }

    /** The same, counting what is dropped where the output counts what it drops. */
    static LivePipeline open(Endpoints endpoints, String interfaces, SightingThread.Output output, Drops drops) {
        LivePipeline out = new LivePipeline(endpoints, output, drops);
        try {
            LiveOptions options = LiveOptions.defaults().with(PacketSockets::attachFilter);
            for (String name : names(endpoints, interfaces)) {
                out.captures.add(LiveCapture.open(name, endpoints, out.decoder, out.drops, options));
            }
            return out;
        } catch (CaptureException e) {
            out.abandon();
            throw failure(e);
        } catch (IOException e) {
            out.abandon();
            throw new Failure(
                    ExitStatus.UNAVAILABLE,
                    "cannot read the routes in " + ROUTES + ": " + Failures.reason(e)
                            + "; name an interface with --interface",
                    e);
        }
    }

    private static Collection<String> names(Endpoints endpoints, String interfaces)
            throws CaptureException, IOException {
        return interfaces.equals(AUTO) ? Interfaces.leadingTo(endpoints, ROUTES) : Set.of(interfaces);
    }

    private void abandon() {
        captures.forEach(LiveCapture::close);
        attributor.close();
    }

    /** Begins to read. */
    void start() {
        worker.start();
        for (LiveCapture capture : captures) {
            new Thread(() -> guarded(capture::run), "capture").start();
        }
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
        captures.forEach(LiveCapture::close);
        synchronized (decoder) {
            decoder.finish();
        }
        queue.close();
        sightings.hurry(LOOK_NANOS_MAX);
        worker.join(LOOK_NANOS_MAX / 1_000_000 + DRAIN_MILLIS_MAX);
        for (SightingQueue.Event e = queue.poll(); e != null; e = queue.poll()) {
            if (e instanceof SightingQueue.Finished) {
                drops.add(Drop.SIGHTING_QUEUE);
            }
        }
        attributor.close();
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
        out.add("capturing on "
                + captures.stream().map(LiveCapture::description).collect(Collectors.joining("; on ")));
        AttributorState state = attributor.state();
        if (state.probeUp()) {
            out.add("callers are named by the kernel's connect probe"
                    + (state.socketTableUp() ? ", then by the socket table" : ""));
            if (!state.copyUp()) {
                out.add(state.copyProblem());
            }
        } else {
            out.add(state.probeProblem());
        }
        if (!state.socketTableUp()) {
            out.add(state.socketTableProblem());
        }
        return out;
    }

    Counts counts() {
        return counts;
    }

    Drops drops() {
        return drops;
    }

    private interface Step {
        void run() throws CaptureException;
    }

    /** Runs a thread's work; where it fails, the whole pipeline ends: better loud than deaf. */
    private void guarded(Step step) {
        try {
            step.run();
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
            queue.close();
            over.countDown();
        }
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
