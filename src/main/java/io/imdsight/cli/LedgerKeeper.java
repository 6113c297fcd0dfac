package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drops;
import io.imdsight.model.Escaped;
import io.imdsight.model.Sighting;
import io.imdsight.record.CaptureGap;
import io.imdsight.record.Ledger;
import io.imdsight.record.LedgerException;
import io.imdsight.record.PendingMinutes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Keeps the ledger of a running pipeline: each sighting is recorded before anybody else gets to know of it, and each second is recorded as watched, by a
 * thread of its own, which looks more rarely where nothing comes, see {@link Pace}.
 */
final class LedgerKeeper implements AutoCloseable {
    /** Where the last look is longer ago, nothing says that packets were read in between. */
    private static final long STANDSTILL_MILLIS = 10_000;

    private final Ledger ledger;
    private final Drops drops;
    private final Pace pace = new Pace();
    private Thread thread;
    private WatchedTime watched;
    private BooleanSupplier capturing = () -> true;
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
        return new Recorded(ledger, pace, next);
    }

    /** Whether a ledger is kept whose disk refuses it. */
    boolean isFailing() {
        return ledger != null && ledger.isFailing();
    }

    /** Holds sightings back until they are on disk: whoever has seen a line finds it counted, whatever happens to the agent. */
    private static final class Recorded implements SightingThread.Output {
        /** While others wait, so many are recorded at once, … */
        private static final int HELD_MAX = 256;

        /** … or so many characters of targets, the only text in a sighting that may be long, … */
        private static final int HELD_CHARS_MAX = 1 << 20;

        /** … or what came in so long a time. */
        private static final long HELD_NANOS_MAX = 100_000_000L;

        private final Ledger ledger;
        private final Pace pace;
        private final SightingThread.Output next;
        private final List<Sighting> held = new ArrayList<>();
        private int heldChars;
        private long heldSinceNanos;

        Recorded(Ledger ledger, Pace pace, SightingThread.Output next) {
            this.ledger = ledger;
            this.pace = pace;
            this.next = next;
        }

        @Override
        public void accept(Sighting sighting) {
            Fault.at(Fault.Stage.RECORD);
            long now = System.nanoTime();
            heldSinceNanos = held.isEmpty() ? now : heldSinceNanos;
            ledger.add(sighting);
            held.add(sighting);
            String target = sighting.exchange().request().target();
            heldChars += target == null ? 0 : target.length();
            if (held.size() >= HELD_MAX || heldChars >= HELD_CHARS_MAX || now - heldSinceNanos >= HELD_NANOS_MAX) {
                record();
            }
        }

        private void record() {
            ledger.commit();
            if (!held.isEmpty()) {
                pace.stir(); // within a second it is safe from a power cut, too
            }
            for (Sighting s : held) {
                next.accept(s);
            }
            held.clear();
            heldChars = 0;
        }

        @Override
        public void flush() {
            record();
            next.flush();
        }
    }

    /**
     * The capture is up.
     *
     * @param connections the witness's counts so far
     * @param capturing whether any capture is open: time in which none is was not watched
     * @param stop called where the ledger's own thread fails
     */
    void begin(Supplier<ConnectionCounts> connections, BooleanSupplier capturing, Runnable stop) {
        this.capturing = capturing;
        if (ledger == null) {
            return;
        }
        long now = System.currentTimeMillis();
        watched = new WatchedTime(now, System.nanoTime(), connections, drops::all);
        ledger.started(now * 1_000_000, Imdsight.BuildVersion.version());
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
            while (!pace.await()) {
                Fault.at(Fault.Stage.LEDGER);
                long now = System.currentTimeMillis();
                look(now);
                ledger.tick(now * 1_000_000);
                if (ledger.waiting() > 0) {
                    pace.stir(); // the disk is tried again
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(long nowMillis) {
        boolean open = capturing.getAsBoolean();
        WatchedTime.Step step = watched.step(nowMillis, System.nanoTime(), open ? STANDSTILL_MILLIS : 0);
        step.coverage().forEach(ledger::coverage);
        if (open && step.stoodStillMillis() > 0) {
            ledger.gap(new CaptureGap(
                    (nowMillis - step.stoodStillMillis()) * 1_000_000, nowMillis * 1_000_000, "the agent stood still"));
        }
    }

    /** A capture was not open where it should have been. */
    void outage(CaptureOutage outage) {
        if (ledger != null) {
            ledger.gap(new CaptureGap(
                    outage.fromNanos(),
                    Math.max(outage.fromNanos(), outage.toNanos()),
                    "no capture on " + Escaped.of(outage.interfaceName())));
        }
    }

    /** The pipeline has finished: nothing more comes. */
    void end() throws InterruptedException {
        if (thread == null) {
            return;
        }
        pace.end();
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
        pace.end();
        if (ledger != null) {
            ledger.close();
        }
    }
}
