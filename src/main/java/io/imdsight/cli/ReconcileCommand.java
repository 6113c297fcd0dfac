package io.imdsight.cli;

import io.imdsight.publish.cloudwatch.MetricSource;
import io.imdsight.publish.cloudwatch.Target;
import io.imdsight.publish.identity.IdentitySource;
import io.imdsight.publish.identity.MachineIdentity;
import io.imdsight.record.LedgerException;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.TallyBook;
import io.imdsight.report.reconcile.Conclusion;
import io.imdsight.report.reconcile.OurRecord;
import io.imdsight.report.reconcile.ReconcileJson;
import io.imdsight.report.reconcile.ReconcileText;
import io.imdsight.report.reconcile.Reconciler;
import io.imdsight.report.reconcile.Reconciliation;
import io.imdsight.report.reconcile.UnwatchedHours;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code imdsight reconcile}: the ledger's counts beside AWS's own, minute by minute. docs/reconcile.md has the rules. */
@Command(
        name = "reconcile",
        description = "Compare the agent's counts with AWS's MetadataNoToken, and explain the differences."
                + " Exit status: 0 equal or explained, 1 unexplained differences, 2 nothing to compare.",
        sortOptions = false)
final class ReconcileCommand implements Callable<Integer> {
    /** Some more tries than one: off EC2 the third says so. */
    private static final int IDENTITY_TRIES = 3;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(
            names = "--since",
            paramLabel = "DURATION",
            defaultValue = "24h",
            converter = Converters.DurationConverter.class,
            description = "How far back to compare, up to 60d. Default: ${DEFAULT-VALUE}.")
    Duration since;

    @Option(
            names = "--history",
            paramLabel = "DURATION",
            defaultValue = "63d",
            converter = HistoryConverter.class,
            description = "How far back to look for calls that nobody watched, up to 454d. Default: ${DEFAULT-VALUE}.")
    Duration history;

    @Option(
            names = "--settle",
            paramLabel = "DURATION",
            defaultValue = "10m",
            converter = SettleConverter.class,
            description = "The last minutes are left out, for CloudWatch shows them late. Default: ${DEFAULT-VALUE}.")
    Duration settle;

    @Option(names = "--all", description = "Also show where both agree, if there were calls.")
    boolean all;

    @Option(
            names = "--instance-id",
            paramLabel = "ID",
            converter = InstanceConverter.class,
            description = "Whose metrics. Default: this machine's.")
    String instanceId;

    @Option(
            names = "--cloudwatch-region",
            paramLabel = "REGION",
            converter = CloudWatchFlags.RegionConverter.class,
            description = "Where they are. Default: this machine's.")
    String region;

    @Option(
            names = "--cloudwatch-endpoint",
            paramLabel = "URL",
            converter = CloudWatchFlags.UrlConverter.class,
            description = "CloudWatch's URL, as of a VPC endpoint. Default: the region's.")
    String endpoint;

    @Spec
    CommandSpec spec;

    private final Console console;
    private final LongSupplier clockMillis;
    private final Function<Target, MetricSource> sources;
    private final Path root;

    ReconcileCommand(Console console) {
        this(
                console,
                System::currentTimeMillis,
                target -> MetricSource.ofProcess(CloudWatchKeeper.archive(), target),
                Path.of("/"));
    }

    /**
     * For tests.
     *
     * @param sources opens what is read from
     * @param root where /sys and /proc are
     */
    ReconcileCommand(Console console, LongSupplier clockMillis, Function<Target, MetricSource> sources, Path root) {
        this.console = console;
        this.clockMillis = clockMillis;
        this.sources = sources;
        this.root = root;
    }

    @Override
    public Integer call() {
        if (since.compareTo(Duration.ofDays(60)) > 0 || since.toMinutes() < 1) {
            throw new Failure(
                    Settings.wrongStatus(spec, "--since"),
                    "bad value for --since: give 1m to 60d; CloudWatch has no minutes older than that");
        }
        long now = Math.floorDiv(clockMillis.getAsLong(), 60_000);
        long to = Math.floorDiv(clockMillis.getAsLong() - settle.toMillis(), 60_000);
        long from = to - since.toMinutes();
        long edgeFrom = from - Reconciler.EDGE_MINUTES;
        long edgeTo = Math.min(now, to + Reconciler.EDGE_MINUTES);
        OurRecord ours = ours(edgeFrom, edgeTo);
        whichMachine();
        MetricSource source = sources.apply(new Target(AwsReading.NAMESPACE, region, endpoint));
        AwsReading aws = AwsReading.read(source, instanceId, edgeFrom, edgeTo, now, history.toMinutes());
        Reconciliation r = Reconciliation.of(
                instanceId,
                region,
                from,
                to,
                ours,
                Reconciler.compare(aws.points(), ours, from, to),
                UnwatchedHours.of(aws.hours(), ours, now - history.toMinutes()));
        List<String> lines = common.format == OutputFormat.JSON ? ReconcileJson.lines(r) : ReconcileText.lines(r, all);
        new ReportFiles(console, spec).writeLast(lines::forEach);
        return status(r.conclusion());
    }

    /** Of the audit's statuses: what somebody should look at, and what cannot be judged. */
    private static int status(Conclusion conclusion) {
        return switch (conclusion) {
            case EQUAL, EXPLAINED -> ExitStatus.DONE;
            case UNEXPLAINED -> ExitStatus.BLOCKED;
            case INCONCLUSIVE -> ExitStatus.INCONCLUSIVE;
        };
    }

    /** Where no agent has run yet AWS's side alone says when to look. */
    private OurRecord ours(long from, long to) {
        try (LedgerReader ledger = LedgerReader.open(common.stateDir)) {
            return OurRecord.read(ledger, ledger.runs(0, Long.MAX_VALUE), ledger.gaps(0, Long.MAX_VALUE), from, to);
        } catch (LedgerException e) {
            if (e.kind() != LedgerException.Kind.ABSENT) {
                throw LedgerSource.failure(e);
            }
            console.say(e.getMessage() + "; only what AWS saw is shown");
            return OurRecord.read(new TallyBook(), List.of(), List.of(), from, to);
        }
    }

    /** The firmware of a Nitro instance says its id without a packet; the metadata service is asked for what is still missing. */
    private void whichMachine() {
        if (instanceId == null) {
            instanceId = new MachineFacts(root).machine().instanceId();
        }
        String problem = null;
        if (instanceId == null || region == null) {
            IdentitySource source = CloudWatchKeeper.identitySource(common.endpoints(), List.of());
            MachineIdentity machine = null;
            for (int i = 0; i < IDENTITY_TRIES && machine == null; i++) {
                machine = source.tryOnce();
            }
            problem = source.problem();
            if (machine != null) {
                instanceId = instanceId == null ? machine.instanceId() : instanceId;
                region = region == null ? machine.region() : region;
            }
        }
        region = region == null ? console.environment().get("AWS_REGION") : region;
        if (instanceId == null || region == null) {
            throw new Failure(
                    ExitStatus.UNAVAILABLE,
                    "the metadata service does not say which machine this is"
                            + (problem == null ? "" : ": " + problem) + "; give "
                            + (instanceId == null ? "--instance-id and " : "") + "--cloudwatch-region");
        }
    }

    static final class InstanceConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.strip().matches("i-[0-9a-f]{8,32}")) {
                throw new TypeConversionException(
                        "'" + text + "' is no instance: give an id such as i-0123456789abcdef0");
            }
            return text.strip();
        }
    }

    static final class HistoryConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            if (out.toHours() < 1 || out.toDays() > 454) {
                throw new TypeConversionException(
                        "'" + text + "' is no time to look back: give 1h to 454d, as long as CloudWatch keeps hours");
            }
            return out;
        }
    }

    static final class SettleConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            if (out.toHours() > 48) {
                throw new TypeConversionException("'" + text + "' is too long: 48h is the most");
            }
            return out;
        }
    }
}
