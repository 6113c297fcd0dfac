package io.imdsight.cli;

import io.imdsight.linux.PackageOwners;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Script;
import io.imdsight.model.Sighting;
import io.imdsight.record.TallyBook;
import io.imdsight.record.TallyKey;
import io.imdsight.report.AuditReport;
import io.imdsight.report.Durations;
import io.imdsight.report.Judge;
import io.imdsight.report.Observation;
import io.imdsight.report.Verdict;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code imdsight audit}: watches for a time and says whether tokens may be required. docs/audit.md has the rules. */
@Command(
        name = "audit",
        description =
                "Watch for a while and say whether HttpTokens=required is safe here. Exit status: 0 ready, 1 blocked, 2 inconclusive.",
        sortOptions = false)
final class AuditCommand implements Callable<Integer> {
    /** Between two looks at the clock: a second's error is none to a person, and looking costs next to nothing. */
    private static final long STEP_MILLIS = 1000;

    private static final Duration USUAL = Duration.ofMinutes(10);
    private static final int STANDARD_ERROR = 2;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Converters.WatchConverter.class,
            description = "Watch for that time. Default: 10m; without end where --until-idle is given."
                    + " 0s: do not watch, with --scan or --from-ledger.")
    Duration duration;

    @Option(
            names = "--until-idle",
            paramLabel = "DURATION",
            converter = Converters.DurationConverter.class,
            description = "Stop once nobody new has called for that long, but not before --window-min.")
    Duration untilIdle;

    @Option(
            names = "--window-min",
            paramLabel = "DURATION",
            defaultValue = "10m",
            converter = Converters.DurationConverter.class,
            description =
                    "Having seen nothing for less than that says nothing: inconclusive. Default: ${DEFAULT-VALUE}.")
    Duration windowMin;

    @Option(
            names = "--from-ledger",
            description =
                    "Judge what the agent recorded in its state directory instead of capturing; with --for, both.")
    boolean fromLedger;

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            defaultValue = "14d",
            converter = Converters.DurationConverter.class,
            description = "How far back --from-ledger goes. Default: ${DEFAULT-VALUE}.")
    Duration since;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            converter = Converters.FileConverter.class,
            description = "Also write the report as JSON; - is standard output.")
    String json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            converter = Converters.FileConverter.class,
            description = "Also write the report as a page; - is standard output.")
    String html;

    @Mixin
    ScanFlags scan = new ScanFlags();

    private final Console console;
    private final LinkWatch links = new LinkWatch();
    private final MachineFacts machine = new MachineFacts(Path.of("/"));

    AuditCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        AuditOutput output = new AuditOutput(console, common.command, common.format, json, html);
        boolean watching = duration == null ? !fromLedger || untilIdle != null : !duration.isZero();
        if (!watching && !fromLedger && !scan.wanted()) {
            throw new Failure(
                    Settings.wrongStatus(common.command, "--for"),
                    "--for 0s leaves nothing to judge; give it a time, --scan or --from-ledger");
        }
        if (!watching && untilIdle != null) {
            throw new Failure(
                    Settings.wrongStatus(common.command, "--until-idle"),
                    "--for 0s does not watch, so --until-idle has nothing to wait for; leave one of them out");
        }
        Path root = Path.of("/");
        CallerLookup lookup = new CallerLookup(
                new ScriptFinder(Path.of("/proc")), new PackageOwners(root), new ContainerImages(root));
        try (LedgerSource ledger = fromLedger ? LedgerSource.open(common.stateDir, since) : null) {
            scan.start(console);
            AuditWatch watch = watching ? watch(lookup) : null;
            Observation seen = ledger != null
                    ? ledger.observation(watch, machine.bootNanos(), windowMin.toMillis())
                    : watch != null ? observation(watch) : nothing();
            return report(output, lookup, seen, watch == null ? null : watch.failed());
        }
    }

    /** Where nobody watched. */
    private Observation nothing() {
        Instant now = Instant.now();
        long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
        return new Observation(
                new TallyBook(), "nothing", nanos, nanos, 0, machine.bootNanos(), windowMin.toMillis(), false, null);
    }

    private AuditWatch watch(CallerLookup lookup) throws InterruptedException {
        LiveView live = isLive() ? new LiveView(console.err(), STANDARD_ERROR) : null;
        AuditWatch watch = new AuditWatch(lookup, Clock.systemUTC(), live == null ? this::announce : s -> {});
        LivePipeline pipeline = open(watch);
        console.ending().onSignal(() -> {
            pipeline.stop();
            scan.stop();
        });
        links.begin(pipeline.state().use());
        watch.started(
                pipeline.state()::connections, pipeline.state().attribution().probeUp(), pipeline.drops()::all);
        pipeline.start();
        watchOn(pipeline, watch, live);
        links.step(pipeline.state().use());
        pipeline.finish();
        watch.step();
        watch.ended(pipeline.failed());
        if (live != null) {
            live.clear();
        }
        return watch;
    }

    private int report(AuditOutput output, CallerLookup lookup, Observation seen, RuntimeException failed)
            throws InterruptedException {
        Verdict verdict = Judge.judge(seen);
        long from = TallyKey.minuteOf(seen.fromNanos());
        long to = TallyKey.minuteOf(seen.toNanos()) + 1;
        AuditReport report = AuditReport.of(
                verdict,
                seen.tallies().tallies(from, to),
                lookup.found(verdict.callers()),
                machine.machine(),
                links.end());
        output.write(scan.wanted() ? report.with(scan.await()) : report);
        if (failed != null) {
            throw failed;
        }
        return switch (verdict.decision()) {
            case READY -> ExitStatus.DONE;
            case BLOCKED -> ExitStatus.BLOCKED;
            case INCONCLUSIVE -> ExitStatus.INCONCLUSIVE;
        };
    }

    private LivePipeline open(AuditWatch watch) {
        Endpoints endpoints = common.endpoints();
        LivePipeline pipeline = LivePipeline.open(endpoints, common.networkInterface, watch);
        pipeline.state().description().forEach(console::say);
        String until = untilIdle == null
                ? "for " + Durations.of(wholeMillis())
                : "until nobody new has called for " + Durations.of(untilIdle.toMillis());
        console.say("watching " + until + "; Ctrl-C ends it and judges what was seen; times are UTC");
        return pipeline;
    }

    private void watchOn(LivePipeline pipeline, AuditWatch watch, LiveView live) throws InterruptedException {
        long begun = System.nanoTime();
        long elapsed = 0;
        long shown = -1;
        Verdict verdict = null;
        while (!isOver(elapsed, watch)) {
            boolean ended = pipeline.awaitEnd(step(elapsed));
            watch.step();
            links.step(pipeline.state().use());
            if (ended) {
                return;
            }
            elapsed = (System.nanoTime() - begun) / 1_000_000;
            if (live != null) {
                if (shown != watch.sightings()) {
                    shown = watch.sightings();
                    verdict = Judge.judge(observation(watch));
                }
                live.draw(verdict, elapsed, untilIdle == null || duration != null ? wholeMillis() : 0);
            }
        }
    }

    private long step(long elapsed) {
        return Math.clamp(wholeMillis() - elapsed, 1, STEP_MILLIS);
    }

    private boolean isOver(long elapsed, AuditWatch watch) {
        boolean idle =
                untilIdle != null && elapsed >= windowMin.toMillis() && watch.idleMillis() >= untilIdle.toMillis();
        return idle || elapsed >= wholeMillis();
    }

    private long wholeMillis() {
        return duration != null ? duration.toMillis() : untilIdle != null ? Long.MAX_VALUE : USUAL.toMillis();
    }

    private Observation observation(AuditWatch watch) {
        return new Observation(
                watch.book(),
                "capture",
                watch.startedNanos(),
                watch.nowNanos(),
                0,
                machine.bootNanos(),
                windowMin.toMillis(),
                watch.witnessed(),
                watch.failed() == null ? null : watch.failed().getMessage());
    }

    private void announce(Sighting s) {
        String who = s.caller() == null
                ? s.exchange().connection().originator().toString()
                : Script.label(s.caller().title() + "[" + s.caller().pid() + "]", Script.workedFor(s.caller()));
        console.say(
                "served without a token: " + who + " " + s.exchange().request().target());
    }

    /** Where results and progress both go to one terminal. */
    private boolean isLive() {
        return console.terminal()
                && common.format == OutputFormat.TEXT
                && !"dumb".equals(console.environment().get("TERM"))
                && Console.isTerminal(Path.of("/proc/self/fd", Integer.toString(STANDARD_ERROR)));
    }
}
