package io.imdsight.cli;

import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Sighting;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code imdsight agent}: in the foreground, until a signal comes. */
@Command(name = "agent", description = "Capture here and print sightings until interrupted.", sortOptions = false)
final class AgentCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            converter = Values.DurationConverter.class,
            description = "Stop after that time, as in 30s or 10m. Default: run until interrupted.")
    Duration duration;

    @Mixin
    LedgerFlags ledgerFlags = new LedgerFlags();

    private final Console console;

    AgentCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        Endpoints endpoints = common.endpoints();
        SightingPrinter printer = SightingPrinter.of(console, common.format, true, true);
        try (LedgerKeeper keeper = LedgerKeeper.open(common.stateDir, ledgerFlags, console)) {
            return run(endpoints, printer, keeper);
        }
    }

    private int run(Endpoints endpoints, SightingPrinter printer, LedgerKeeper keeper) throws InterruptedException {
        LivePipeline pipeline =
                LivePipeline.open(endpoints, common.networkInterface, keeper.before(printing(printer)), keeper.drops());
        console.ending().onSignal(pipeline::stop);
        pipeline.description().forEach(console::say);
        console.say("watching "
                + endpoints.addresses().stream().map(IpAddress::toString).collect(Collectors.joining(" and "))
                + " port " + endpoints.port() + "; times are UTC");
        pipeline.start();
        keeper.begin(() -> ConnectionCounts.NONE, pipeline::stop);
        pipeline.await(duration);
        pipeline.finish();
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

    private static SightingThread.Output printing(SightingPrinter printer) {
        return new SightingThread.Output() {
            @Override
            public void accept(Sighting sighting) {
                printer.print(sighting);
            }

            @Override
            public void flush() {
                printer.flush();
            }
        };
    }
}
