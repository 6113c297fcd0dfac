package io.imdsight.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code imdsight demo}. */
@Command(
        name = "demo",
        description =
                "Show what imdsight sees, in a private network with a stand-in metadata service; touches nothing else.",
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    private final Console console;

    DemoCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        throw new Failure(ExitStatus.INTERNAL, "not wired " + console.colour());
    }
}
