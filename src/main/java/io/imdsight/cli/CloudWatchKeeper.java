package io.imdsight.cli;

import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Plural;
import io.imdsight.publish.cloudwatch.CloudWatchPublisher;
import io.imdsight.publish.cloudwatch.CloudWatchThread;
import io.imdsight.publish.cloudwatch.Dimension;
import io.imdsight.publish.cloudwatch.EmfSink;
import io.imdsight.publish.cloudwatch.MetricSink;
import io.imdsight.publish.cloudwatch.MinutePoints;
import io.imdsight.publish.cloudwatch.Target;
import io.imdsight.publish.identity.IdentitySource;
import io.imdsight.publish.identity.MachineIdentity;
import io.imdsight.record.Destination;
import io.imdsight.record.PendingMinutes;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Publishing to CloudWatch while a pipeline runs, or nothing where no flag asks for it. Only with it does imdsight itself call the metadata service. */
final class CloudWatchKeeper implements AutoCloseable {
    private static final Path DMI = Path.of("/sys/class/dmi/id");

    private final CloudWatchFlags flags;
    private final Endpoints endpoints;
    private final Console console;
    private volatile CloudWatchThread thread;
    private volatile IdentitySource identity;
    private boolean said;

    CloudWatchKeeper(CloudWatchFlags flags, Endpoints endpoints, Console console) {
        this.flags = flags;
        this.endpoints = endpoints;
        this.console = console;
    }

    /**
     * Begins to publish.
     *
     * @param ledger what is to be published; null where none is kept
     * @throws Failure where the flags contradict each other
     */
    void begin(PendingMinutes ledger, Drops drops) {
        if (!flags.enabled && flags.emf == null) {
            return;
        }
        flags.check(ledger != null);
        ledger.register(Destination.CLOUDWATCH, Math.floorDiv(System.currentTimeMillis(), 60_000));
        identity = identitySource(endpoints, flags.tags());
        thread = new CloudWatchThread(() -> open(ledger, drops), console::say);
    }

    /** Null where it is not known yet which machine this is, or nothing asks for it. Any thread; does not wait. */
    MachineIdentity identity() {
        IdentitySource source = identity;
        return source == null ? null : source.known();
    }

    /** What it is called among the ways out; null where it is switched off. */
    String way() {
        return flags.emf != null ? "emf" : flags.enabled ? "cloudwatch" : null;
    }

    /** Whether counts get there, as far as is known. Any thread; does not wait. */
    boolean isFailing() {
        CloudWatchThread t = thread;
        return t != null && t.isFailing();
    }

    private CloudWatchPublisher open(PendingMinutes ledger, Drops drops) {
        MachineIdentity machine = identity.tryOnce();
        if (machine == null) {
            sayOnce("the metadata service does not say which machine this is (" + identity.problem()
                    + "); publishing to CloudWatch waits for it, counts stay in the ledger");
            return null;
        }
        MetricSink sink = sink(machine);
        if (sink == null) {
            sayOnce("publishing to CloudWatch needs a region, and nothing says which; give --cloudwatch-region");
            return null;
        }
        MinutePoints points = points(flags, machine);
        console.say("publishing to " + (flags.emf == null ? "CloudWatch" : flags.emf) + ", namespace " + flags.namespace
                + ", at most " + Plural.of(points.metricsMax(), "metric")
                + ", each of them paid for: docs/cloudwatch.md");
        return new CloudWatchPublisher(
                ledger,
                sink,
                points,
                new CloudWatchPublisher.Times(flags.interval.toMillis(), flags.quietInterval.toMillis()),
                System::currentTimeMillis,
                () -> System.nanoTime() / 1_000_000,
                ThreadLocalRandom.current(),
                drops,
                console::say);
    }

    private MetricSink sink(MachineIdentity machine) {
        if (flags.emf != null) {
            return new EmfSink(() -> openEmf(flags.emf), flags.namespace);
        }
        String region = flags.region != null ? flags.region : machine.region();
        region = region != null ? region : console.environment().get("AWS_REGION");
        return region == null
                ? null
                : MetricSink.ofProcess(archive(), new Target(flags.namespace, region, flags.endpoint));
    }

    /** Of the classes that putting and reading need; null where this is no assembled tree. */
    static Path archive() {
        String home = System.getProperty("imdsight.home");
        return home == null ? null : Path.of(home, "lib", "cloudwatch.jsa");
    }

    /** Which machine this is; nothing is asked yet. */
    static IdentitySource identitySource(Endpoints endpoints, List<String> tags) {
        return new IdentitySource(endpoints, DMI, hostName(), tags);
    }

    private static OutputStream openEmf(String file) throws IOException {
        return file.equals("-")
                ? new FileOutputStream(FileDescriptor.out) {
                    @Override
                    public void close() {
                        // standard output stays open
                    }
                }
                : Files.newOutputStream(Path.of(file), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Which metrics under which dimensions. */
    static MinutePoints points(CloudWatchFlags flags, MachineIdentity machine) {
        List<Dimension> instance = List.of(
                machine.instanceId() != null
                        ? new Dimension("InstanceId", machine.instanceId())
                        : new Dimension("Host", machine.hostName()));
        List<List<Dimension>> sets = new ArrayList<>(List.of(instance, List.of()));
        for (String wanted : flags.dimensions) {
            String value = value(wanted, machine);
            if (value != null) {
                String name = wanted.startsWith(CloudWatchFlags.TAG_PREFIX)
                        ? wanted.substring(CloudWatchFlags.TAG_PREFIX.length())
                        : wanted;
                sets.add(List.of(new Dimension(name, value)));
            }
        }
        return new MinutePoints(flags.metrics(), sets, instance, flags.topCallers);
    }

    private static String value(String wanted, MachineIdentity machine) {
        return switch (wanted) {
            case CloudWatchFlags.GROUP -> machine.tags().get(MachineIdentity.GROUP_TAG);
            case CloudWatchFlags.IMAGE -> machine.imageId();
            default -> machine.tags().get(wanted.substring(CloudWatchFlags.TAG_PREFIX.length()));
        };
    }

    private void sayOnce(String sentence) {
        if (!said) {
            said = true;
            console.say(sentence);
        }
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "unknown";
        }
    }

    /** Publishes what there is, within eight seconds. */
    @Override
    public void close() {
        if (thread != null) {
            thread.close();
        }
    }
}
