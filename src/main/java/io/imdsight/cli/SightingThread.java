package io.imdsight.cli;

import io.imdsight.classify.CauseTracker;
import io.imdsight.model.Attribution;
import io.imdsight.model.Cause;
import io.imdsight.model.Connection;
import io.imdsight.model.Exchange;
import io.imdsight.model.Sighting;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Takes what was decoded, finds the caller and the cause, and hands the sighting on. */
final class SightingThread implements Runnable {
    /** Finds a caller; may wait for it. */
    @FunctionalInterface
    interface CallerFinder {
        Attribution find(Connection connection, long openedNanos, int headEnd);
    }

    /** Takes sightings; {@link #flush} follows when nothing more waits. */
    interface Output extends Consumer<Sighting> {
        void flush();
    }

    private final SightingQueue queue;
    private final CallerFinder finder;
    private final CauseTracker causes;
    private final Output output;
    private final LongSupplier monotonicNanos;

    /** On the clock of {@code monotonicNanos}; after it callers are no longer looked for. */
    private volatile long finderEndsNanos;

    private volatile boolean hurried;

    private final AtomicLong handled = new AtomicLong();

    SightingThread(
            SightingQueue queue, CallerFinder finder, CauseTracker causes, Output output, LongSupplier monotonicNanos) {
        this.queue = queue;
        this.finder = finder;
        this.causes = causes;
        this.output = output;
        this.monotonicNanos = monotonicNanos;
    }

    /** Works until the queue is closed and empty. */
    @Override
    public void run() {
        try {
            SightingQueue.Event event = queue.take();
            while (event != null) {
                step(event);
                handled.incrementAndGet();
                event = queue.poll();
                if (event == null) {
                    output.flush();
                    event = queue.take();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            output.flush();
        }
    }

    /** Looks for callers so much longer; what is left then is printed without them. */
    void hurry(long withinNanos) {
        finderEndsNanos = monotonicNanos.getAsLong() + withinNanos;
        hurried = true;
    }

    /** How many events were handled. */
    long handled() {
        return handled.get();
    }

    /** One event. */
    void step(SightingQueue.Event event) {
        if (event instanceof SightingQueue.Asked asked) {
            causes.requested(
                    asked.head(),
                    find(asked.connection(), asked.openedNanos(), asked.headEnd())
                            .caller(),
                    asked.timestampNanos());
        } else {
            finished((SightingQueue.Finished) event);
        }
    }

    private void finished(SightingQueue.Finished event) {
        Exchange original = event.exchange();
        Attribution a = find(original.connection(), original.connectionOpenedNanos(), original.headEnd());
        Exchange exchange = original.translatedFrom(a.translatedFrom());
        Cause cause = causes.cause(exchange, event.classification(), a.caller());
        output.accept(new Sighting(exchange, event.classification(), cause, a.caller(), a.evidence()));
    }

    private Attribution find(Connection connection, long openedNanos, int headEnd) {
        if (hurried && monotonicNanos.getAsLong() - finderEndsNanos > 0) {
            return Attribution.none("imdsight was ending");
        }
        Fault.at(Fault.Stage.ATTRIBUTE);
        return finder.find(connection, openedNanos, headEnd);
    }
}
