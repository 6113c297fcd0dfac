package io.imdsight.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code imdsight agent}. */
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

    private final Console console;

    AgentCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        throw new Failure(ExitStatus.INTERNAL, "not wired " + console.colour() + duration);
    }
}
