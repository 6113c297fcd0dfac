package io.imdsight.cli;

import io.imdsight.linux.KernelClock;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code imdsight doctor}: what of imdsight works here, what does not, what that costs and how to mend it. Sends no packet without {@code --online}. */
@Command(
        name = "doctor",
        description = "Check what imdsight needs here; says what is lost without it and how to mend it.",
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    CommonOptions common = new CommonOptions();

    @Mixin
    CloudWatchFlags cloudWatch = new CloudWatchFlags();

    @Option(
            names = "--online",
            description =
                    "Also ask the metadata service, with a token, who this machine is, and CloudWatch what it allows.")
    boolean online;

    @Option(
            names = "--cloudwatch-put",
            description = "With --online: really put a point, zero, to the metric DoctorTest, which is paid for.")
    boolean put;

    /** The agent's: it may stand in the configuration file that both read. */
    @Option(names = "--no-ledger", hidden = true)
    boolean noLedger;

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
        List<Check> out = new ArrayList<>(List.of(
                LibraryCheck.ofProcess(proc),
                new CaptureCheck(endpoints, common.networkInterface),
                new RouteCheck(endpoints, proc.resolve("thread-self/net")),
                new AttributionCheck(endpoints),
                new CapabilityCheck(proc),
                new KernelCheck(proc, Path.of("/sys"), KernelClock::isSynchronised, NamespaceScope::ofMachine),
                new MachineCheck(proc, Path.of("/sys"), common.stateDir),
                new LedgerCheck(common.stateDir),
                new CloudWatchCheck(cloudWatch, !noLedger)));
        if (online) {
            out.add(new OnlineCheck(
                    endpoints, cloudWatch, put, console.environment().get("AWS_REGION")));
        }
        return out;
    }

    @Override
    public Integer call() {
        if (put && !online) {
            throw new Failure(
                    Settings.wrongStatus(common.command, "--cloudwatch-put"),
                    "--cloudwatch-put asks CloudWatch; give --online with it");
        }
        int status = ExitStatus.DONE;
        for (Check check : given == null ? checks() : given) {
            for (Finding f : look(check)) {
                print(common.format == OutputFormat.JSON ? f.json() : f.text(console.columns()));
                status = Math.max(status, f.status()); // not permitted, 77, says more than unavailable, 69
            }
        }
        return status;
    }

    /** A native library that cannot be loaded is the first thing that a doctor must survive. */
    private static List<Finding> look(Check check) {
        try {
            return check.look();
        } catch (LinkageError e) {
            String name = check.getClass().getSimpleName().replace("Check", "").toLowerCase(Locale.ROOT);
            return List.of(Finding.missing(
                    name,
                    "cannot be looked at: " + e.getMessage(),
                    "imdsight does not start",
                    "see libraries above",
                    ExitStatus.UNAVAILABLE));
        }
    }

    private void print(String line) {
        try {
            console.out().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw SightingPrinter.failure(e);
        }
    }
}
