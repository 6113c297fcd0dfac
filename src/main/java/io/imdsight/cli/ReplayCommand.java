package io.imdsight.cli;

import io.imdsight.model.Endpoints;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code imdsight replay FILE…}. */
@Command(
        name = "replay",
        description = "Print the sightings in capture files (pcap, pcapng; gzip too).",
        sortOptions = false)
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Capture files; - reads standard input.")
    List<String> files;

    private final Console console;

    ReplayCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        Endpoints endpoints = common.endpoints();
        throw new Failure(ExitStatus.INTERNAL, "not wired " + endpoints + console.colour());
    }
}
