package io.imdsight.cli;

import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code imdsight doctor}: what of imdsight works here, what does not, what that costs and how to mend it. Sends no packet. */
@Command(
        name = "doctor",
        description = "Check what imdsight needs here; says what is lost without it and how to mend it.",
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    CloudWatchFlags cloudWatchFlags = new CloudWatchFlags();

    private final Console console;
    private final List<Check> given;

    DoctorCommand(Console console) {
        this(console, null);
    }

    /**
     * For tests.
     *
     * @param checks what is looked at; null: all
     */
    DoctorCommand(Console console, List<Check> checks) {
        this.console = console;
        this.given = checks;
    }

    /** In the order in which they are told. Another thing to look at is another element here. */
    private List<Check> checks() {
        Endpoints endpoints = common.endpoints();
        Path proc = Path.of("/proc");
        return List.of(
                new CaptureCheck(endpoints, common.networkInterface),
                new AttributionCheck(endpoints),
                new CapabilityCheck(proc),
                new MachineCheck(proc, Path.of("/sys"), common.stateDir),
                new PublishingCheck(cloudWatchFlags));
    }

    @Override
    public Integer call() {
        int status = ExitStatus.DONE;
        for (Check check : given == null ? checks() : given) {
            for (Finding f : check.look()) {
                print(common.format == OutputFormat.JSON ? f.json() : f.text());
                status = Math.max(status, f.status()); // not permitted, 77, says more than unavailable, 69
            }
        }
        return status;
    }

    private void print(String line) {
        try {
            console.out().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw Failure.readerGone(e);
        }
    }
}
