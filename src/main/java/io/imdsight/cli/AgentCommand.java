package io.imdsight.cli;

import io.imdsight.linux.Signals;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code imdsight agent}: in the foreground or as a service, until a signal comes. */
@Command(
        name = "agent",
        description = "Capture here, print and publish sightings until interrupted.",
        sortOptions = false)
final class AgentCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Converters.DurationConverter.class,
            description = "Stop after that time, as in 30s or 10m. Default: run until interrupted.")
    Duration duration;

    @Mixin
    LedgerFlags ledgerFlags = new LedgerFlags();

    @Mixin
    ServiceOptions service = new ServiceOptions();

    @Mixin
    CloudWatchFlags cloudWatchFlags = new CloudWatchFlags();

    @Spec
    CommandSpec spec;

    private final Console console;
    private final Supplier<AgentCommand> again;

    /**
     * @param again this command, parsed again from its flags and from environment and file as they are then
     */
    AgentCommand(Console console, Supplier<AgentCommand> again) {
        this.console = console;
        this.again = again;
    }

    @Override
    public Integer call() throws InterruptedException {
        Endpoints endpoints = check();
        if (service.checkConfig) {
            return show();
        }
        try (LedgerKeeper keeper = LedgerKeeper.open(common.stateDir, ledgerFlags, console);
                CloudWatchKeeper cloudWatch = new CloudWatchKeeper(cloudWatchFlags, endpoints, console)) {
            return run(endpoints, keeper, cloudWatch);
        }
    }

    /**
     * Refuses what cannot be together.
     *
     * @return which service to watch
     */
    Endpoints check() {
        Endpoints endpoints = common.endpoints();
        cloudWatchFlags.check(!ledgerFlags.none);
        service.check(spec, common.stateDir, cloudWatchFlags.emf);
        return endpoints;
    }

    /** The settings with their names, as they are. */
    CommandSpec spec() {
        return spec == null ? new CommandLine(this).getCommandSpec() : spec; // {@link PlainSettings} has no need of one
    }

    private int run(Endpoints endpoints, LedgerKeeper keeper, CloudWatchKeeper cloudWatch) throws InterruptedException {
        AgentService out = new AgentService(console, common, service, keeper);
        LivePipeline pipeline = LivePipeline.openPatiently(
                endpoints,
                common.networkInterface,
                keeper.before(out.output()),
                keeper.drops(),
                NamespaceScope.ofMachine(),
                notices(keeper));
        console.ending().onSignal(pipeline::stop);
        pipeline.state().description().forEach(console::say);
        console.say("watching " + endpoints.joined(" and ") + " port " + endpoints.port() + "; times are UTC");
        pipeline.start();
        keeper.begin(pipeline.state()::connections, pipeline.state()::isCapturing, pipeline::stop);
        out.begin(pipeline, cloudWatch);
        cloudWatch.begin(keeper.pending(), keeper.drops());
        reloadOnSignal(out);
        pipeline.await(duration);
        out.stopping();
        pipeline.finish();
        out.end();
        cloudWatch.close();
        keeper.end();
        RuntimeException failed = pipeline.failed();
        if (!(failed instanceof Failure f && f.status() == ExitStatus.DONE)) {
            console.tell(
                    common.format,
                    pipeline.counts().text(pipeline.drops(), true),
                    pipeline.counts().json(pipeline.drops()));
        }
        if (failed != null) {
            throw failed;
        }
        return ExitStatus.DONE;
    }

    private CaptureNotices notices(LedgerKeeper keeper) {
        return new CaptureNotices() {
            @Override
            public void say(String sentence) {
                console.say(sentence);
            }

            @Override
            public void outage(CaptureOutage outage) {
                keeper.outage(outage);
            }
        };
    }

    private void reloadOnSignal(AgentService out) {
        Reload reload = new Reload(console, again);
        AtomicReference<AgentCommand> inForce = new AtomicReference<>(this);
        Signals.on("HUP", () -> {
            synchronized (reload) {
                inForce.set(reload.read(inForce.get(), out));
            }
        });
    }

    /** Every setting as it would be in force, as a configuration file; they were all checked when they were read. */
    private int show() {
        try {
            console.out().write(ShownSettings.file(spec).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw SightingPrinter.failure(e);
        }
        console.say("the configuration is right");
        return ExitStatus.DONE;
    }
}
