package io.imdsight.cli;

import io.imdsight.linux.OwnMemory;
import io.imdsight.linux.Signals;
import io.imdsight.publish.CallerLog;
import io.imdsight.publish.CallerSeries;
import io.imdsight.publish.Condition;
import io.imdsight.publish.EventFile;
import io.imdsight.publish.Feed;
import io.imdsight.publish.FeedSource;
import io.imdsight.publish.Host;
import io.imdsight.publish.LedgerSource;
import io.imdsight.publish.MemorySource;
import io.imdsight.publish.Meters;
import io.imdsight.publish.NdjsonFile;
import io.imdsight.record.LedgerException;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.PendingMinutes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Everything of the agent that is not the pipeline: log, event file, feed, scrape endpoint, service manager.
 *
 * <pre>
 * thread sightings --> {@link AgentOutput} --> log, event file, counts
 * thread publisher, at a {@link Pace}: summaries, roll-ups, feed
 * thread vigil, at a pace of its own: progress of the capture, watchdog     (never writes where somebody could make it wait)
 * thread scrapes: waits for scrapers; threads scrape: one answers each
 * </pre>
 */
final class AgentService {
    /** Longer than the day after which a caller is said to be back. */
    private static final long RECALL_MINUTES = 2 * 24 * 60;

    /** For the last summaries and records; disks take milliseconds. */
    private static final long END_MILLIS_MAX = 2_000;

    private final Console console;
    private final ServiceOptions options;
    private final CallerSeries series = new CallerSeries(System::nanoTime);
    private final MemorySource counts;
    private final LedgerKeeper keeper;
    private final PendingMinutes ledger;
    private final Path stateDir;
    private final CallerLog log;
    private final AgentOutput output;
    private final EventFile events;
    private final AtomicBoolean summaryWanted = new AtomicBoolean();
    private final Pace pace = new Pace();
    private final NdjsonFile eventFile;
    private final NdjsonFile feedFile;
    private volatile ServiceOptions current;
    private LivePipeline pipeline;
    private CloudWatchKeeper cloudWatch;
    private Vigil vigil;
    private Feed feed;
    private Endpoint endpoint;
    private Watch watch;
    private Thread publisher;
    private Rest rest;
    private long packetsSeen;
    private final HeapWatch heap = new HeapWatch(HeapWatch::used, AgentService::collect, System::nanoTime);

    AgentService(Console console, CommonOptions common, ServiceOptions options, LedgerKeeper keeper) {
        this.console = console;
        this.options = options;
        this.current = options;
        boolean json = common.format == OutputFormat.JSON;
        eventFile = file(options.eventFile(common.stateDir));
        feedFile = file(options.feedFile());
        events = eventFile == null ? null : new EventFile(eventFile, keeper.drops(), System::nanoTime);
        this.keeper = keeper;
        ledger = keeper.pending();
        counts = feedFile == null || ledger != null ? null : new MemorySource();
        log = options.log == LogStyle.CALLERS ? new CallerLog(json, new ServiceLog(console), System.nanoTime()) : null;
        SightingPrinter printer = log == null ? SightingPrinter.of(console, common.format, true, true) : null;
        stateDir = common.stateDir;
        if (log != null && ledger != null) {
            recall();
        }
        output = new AgentOutput(printer, log, events, series, counts);
    }

    /** Whoever called in the last days is no news after a restart. An hour at a time: memory is for one. */
    private void recall() {
        long now = epochNanos() / Feed.MINUTE_NANOS;
        try (LedgerReader reader = LedgerReader.open(stateDir)) {
            for (long from = now - RECALL_MINUTES; from <= now; from += 60) {
                log.known(reader.tallies(from, from + 60));
            }
        } catch (LedgerException | IllegalStateException e) {
            return; // no ledger yet, or one that is being mended: then everybody is news
        }
    }

    private NdjsonFile file(Path path) {
        return path == null
                ? null
                : new NdjsonFile(
                        path,
                        options.rotation(),
                        AgentService::epochNanos,
                        System::nanoTime,
                        sentence -> console.say(Journal.WARNING, sentence));
    }

    /** What the pipeline hands its sightings to. */
    AgentOutput output() {
        return output;
    }

    /**
     * The pipeline reads from now on.
     *
     * @param publishing asks the metadata service which machine this is, and publishes to CloudWatch, where that is wanted
     */
    void begin(LivePipeline started, CloudWatchKeeper publishing) {
        pipeline = started;
        cloudWatch = publishing;
        vigil = new Vigil(new PipelinePulse(pipeline.state()), AgentService::epochNanos, System::nanoTime);
        if (feedFile != null) {
            FeedSource source = ledger == null ? counts : new LedgerSource(ledger, epochNanos() / Feed.MINUTE_NANOS);
            int minutes = (int) options.feedEvery.toMinutes();
            Supplier<Host> host = new ThisHost(Path.of("/"), cloudWatch::identity);
            feed = new Feed(
                    feedFile, source, minutes, host, pipeline.state()::totals, this::condition, pipeline.drops());
        }
        endpoint = new Endpoint(console, this::condition, this::meters);
        endpoint.listen(options.listen);
        watch = new Watch(console, this::condition, pipeline);
        watch.start();
        if (log != null) {
            Signals.on("USR1", () -> {
                summaryWanted.set(true);
                pace.stir();
            });
        }
        rest = new Rest(pipeline.state()::activity, AgentService::giveBack, System.nanoTime());
        publisher = new Thread(this::publish, "publisher");
        publisher.start();
    }

    private Meters meters() {
        Meters out = new Meters(pipeline.state()::totals, this::condition, series, Imdsight.BuildVersion.version());
        out.counter(
                "imdsight.probe.connects",
                "Connects that the kernel's probe saw.",
                () -> pipeline.state().attributionCounts().connects());
        out.counter(
                "imdsight.lookups",
                "Sockets that were looked up.",
                () -> pipeline.state().attributionCounts().lookups());
        if (feed != null) {
            out.counter("imdsight.feed.records", "Records written to the feed.", feed::records);
        }
        if (events != null) {
            out.counter("imdsight.events.in.full", "Sightings written in full to the event file.", events::linesInFull);
            out.counter("imdsight.events.rolled.up", "Sightings written there within a roll-up.", events::rolledUp);
        }
        return out;
    }

    Condition condition() {
        Map<String, Boolean> ways = new TreeMap<>();
        if (eventFile != null) {
            ways.put("events", !isFailing(eventFile));
        }
        if (feedFile != null) {
            ways.put("feed", !isFailing(feedFile));
        }
        if (ledger != null) {
            ways.put("ledger", !keeper.isFailing());
        }
        if (cloudWatch.way() != null) {
            ways.put(cloudWatch.way(), !cloudWatch.isFailing());
        }
        return vigil.look(ways);
    }

    private void publish() {
        try {
            while (!pace.await()) {
                step();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            pipeline.fail(SightingPrinter.failure(e));
        } catch (RuntimeException | Error e) {
            pipeline.fail(e);
        }
    }

    private static boolean isFailing(NdjsonFile file) {
        return file != null && file.isFailing();
    }

    private void step() throws IOException {
        Fault.at(Fault.Stage.PUBLISH);
        long epoch = epochNanos();
        long monotonic = System.nanoTime();
        if (pipeline.state().packets() != packetsSeen || isFailing(eventFile) || isFailing(feedFile)) {
            packetsSeen = pipeline.state().packets();
            pace.stir();
        }
        if (log != null) {
            log.step(epoch, monotonic, current.logEvery.toNanos());
            if (summaryWanted.getAndSet(false)) {
                log.summary(epoch, monotonic);
            }
        }
        if (events != null) {
            events.step();
        }
        if (feed != null) {
            feed.step(epoch, monotonic);
        }
        endpoint.step();
        rest.step(monotonic);
        heap.step();
    }

    @SuppressWarnings("CallToSystemGC")
    private static void collect() {
        System.gc();
    }

    private static void giveBack() {
        collect();
        OwnMemory.giveBack();
    }

    /** New settings, of which some can take effect at once. */
    void apply(ServiceOptions changed) {
        current = changed;
        if (eventFile != null) {
            eventFile.rotation(changed.rotation());
        }
        if (feedFile != null) {
            feedFile.rotation(changed.rotation());
        }
        endpoint.listen(changed.listen);
    }

    /** For the service manager. */
    Watch watch() {
        return watch;
    }

    /** The agent begins to end: what still runs goes on until {@link #end}. */
    void stopping() {
        watch.stopping();
    }

    /** The pipeline has handed on everything: writes what waits. */
    void end() throws InterruptedException {
        pace.end();
        publisher.join(END_MILLIS_MAX);
        Thread last = new Thread(this::writeTheRest, "last");
        last.setDaemon(true);
        last.start();
        last.join(END_MILLIS_MAX);
        endpoint.close();
        watch.close();
    }

    private void writeTheRest() {
        if (events != null) {
            events.close();
        }
        if (feed != null) {
            feed.close(epochNanos(), System.nanoTime());
        }
        if (log != null) {
            try {
                log.summary(epochNanos(), System.nanoTime());
            } catch (IOException e) {
                return; // whoever read it is gone
            }
        }
    }

    static long epochNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
