package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drops;
import io.imdsight.model.Sighting;
import io.imdsight.record.CaptureGap;
import io.imdsight.record.Ledger;
import io.imdsight.record.LedgerException;
import io.imdsight.record.PendingMinutes;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Keeps the ledger of a running pipeline: each sighting is recorded before anybody else gets to know of it, and each second is recorded as watched, by a
 * thread of its own.
 */
final class LedgerKeeper implements AutoCloseable {
    private static final long SECOND_MILLIS = 1_000;

    /** Where the last look is longer ago, nothing says that packets were read in between. */
    private static final long STANDSTILL_MILLIS = 10_000;

    private final Ledger ledger;
    private final Drops drops;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Thread thread;
    private WatchedTime watched;
    private RuntimeException failure;

    private LedgerKeeper(Ledger ledger, Drops drops) {
        this.ledger = ledger;
        this.drops = drops;
    }

    /**
     * Opens the ledger.
     *
     * @throws Failure with status 78 where another agent has it, or a later version wrote it
     */
    static LedgerKeeper open(Path directory, LedgerFlags flags, Console console) {
        Drops drops = new Drops();
        if (flags.none) {
            return new LedgerKeeper(null, drops);
        }
        try {
            return new LedgerKeeper(Ledger.open(flags.options(directory), drops, console::say), drops);
        } catch (LedgerException e) {
            String also = e.kind() == LedgerException.Kind.IN_USE ? ", or none with --no-ledger" : "";
            throw new Failure(ExitStatus.CONFIGURATION, e.getMessage() + also, e);
        }
    }

    /** Where everything that is dropped is to be counted: the ledger keeps it by minute. */
    Drops drops() {
        return drops;
    }

    /** What is still to be published; null where no ledger is kept. */
    PendingMinutes pending() {
        return ledger;
    }

    /** Records what goes to an output before it gets there. */
    SightingThread.Output before(SightingThread.Output next) {
        if (ledger == null) {
            return next;
        }
        return new SightingThread.Output() {
            @Override
            public void accept(Sighting sighting) {
                ledger.add(sighting);
                next.accept(sighting);
            }

            @Override
            public void flush() {
                ledger.commit();
                next.flush();
            }
        };
    }

    /**
     * The capture is up.
     *
     * @param connections the witness's counts so far
     * @param stop called where the ledger's own thread fails
     */
    void begin(Supplier<ConnectionCounts> connections, Runnable stop) {
        if (ledger == null) {
            return;
        }
        long now = System.currentTimeMillis();
        watched = new WatchedTime(now, System.nanoTime(), connections, drops::all);
        ledger.started(now * 1_000_000, LedgerKeeper.class.getPackage().getImplementationVersion());
        thread = new Thread(
                () -> {
                    try {
                        run();
                    } catch (RuntimeException e) {
                        failure = e;
                        stop.run();
                    }
                },
                "ledger");
        thread.start();
    }

    private void run() {
        try {
            // at the wall clock's seconds, so that no step reaches from one minute into the next
            while (!ended.await(SECOND_MILLIS - System.currentTimeMillis() % SECOND_MILLIS, TimeUnit.MILLISECONDS)) {
                long now = System.currentTimeMillis();
                look(now);
                ledger.tick(now * 1_000_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(long nowMillis) {
        WatchedTime.Step step = watched.step(nowMillis, System.nanoTime(), STANDSTILL_MILLIS);
        step.coverage().forEach(ledger::coverage);
        if (step.stoodStillMillis() > 0) {
            ledger.gap(new CaptureGap(
                    (nowMillis - step.stoodStillMillis()) * 1_000_000, nowMillis * 1_000_000, "the agent stood still"));
        }
    }

    /** The pipeline has finished: nothing more comes. */
    void end() throws InterruptedException {
        if (thread == null) {
            return;
        }
        ended.countDown();
        thread.join();
        long now = System.currentTimeMillis();
        look(now);
        ledger.stopped(now * 1_000_000);
        close();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public void close() {
        ended.countDown();
        if (ledger != null) {
            ledger.close();
        }
    }
}
