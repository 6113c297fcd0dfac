package io.imdsight.cli;

import io.imdsight.model.Endpoints;
import io.imdsight.publish.cloudwatch.MetricQuery;
import io.imdsight.publish.cloudwatch.MetricSink;
import io.imdsight.publish.cloudwatch.MetricSource;
import io.imdsight.publish.cloudwatch.Point;
import io.imdsight.publish.cloudwatch.PutOutcome;
import io.imdsight.publish.cloudwatch.Target;
import io.imdsight.publish.identity.IdentitySource;
import io.imdsight.publish.identity.MachineIdentity;
import io.imdsight.report.reconcile.AwsMetric;
import java.util.ArrayList;
import java.util.List;

/**
 * What only the network can say: who this machine is, and what CloudWatch lets it do. Only with {@code --online}. The metadata service is asked with a
 * token, as everywhere in imdsight.
 *
 * @param put whether a point is really put
 */
record OnlineCheck(Endpoints endpoints, CloudWatchFlags flags, boolean put, String environmentRegion) implements Check {
    /** Off EC2 the third try says so. */
    private static final int TRIES = 3;

    /** CloudWatch takes nothing that is older than two weeks: a point of three weeks ago cannot become a metric. */
    private static final long TOO_OLD_MINUTES = 21 * 24 * 60;

    private static final String TEST_METRIC = "DoctorTest";
    private static final String CHECK_PUT = "cloudwatch-put";
    private static final String CHECK_READ = "cloudwatch-read";
    private static final String LOST_PUT = "counts are not published and wait in the ledger";
    private static final String LOST_READ = "imdsight reconcile cannot compare with AWS's own counts";

    @Override
    public List<Finding> look() {
        List<Finding> out = new ArrayList<>();
        IdentitySource source = CloudWatchKeeper.identitySource(endpoints, flags.tags());
        MachineIdentity machine = null;
        for (int i = 0; i < TRIES && machine == null; i++) {
            machine = source.tryOnce();
        }
        identity(machine, source.problem(), out);
        String region = flags.region != null ? flags.region : machine == null ? null : machine.region();
        region = region == null ? environmentRegion : region;
        if (region == null) {
            out.add(Finding.limited(
                    CHECK_PUT,
                    "no region is known, so CloudWatch was not asked",
                    LOST_PUT,
                    "--cloudwatch-region REGION"));
            return out;
        }
        out.add(put(region));
        out.add(read(region, machine == null || machine.instanceId() == null ? "i-00000000" : machine.instanceId()));
        return out;
    }

    private void identity(MachineIdentity machine, String problem, List<Finding> out) {
        if (machine == null || machine.instanceId() == null) {
            boolean ec2 = machine == null;
            out.add(Finding.limited(
                    "identity",
                    "the metadata service gave no answer to a token request" + (problem == null ? "" : ": " + problem),
                    ec2
                            ? "nothing is published to CloudWatch: no instance id, no role's credentials"
                            : "counts are published by the host's name; credentials must come from elsewhere",
                    ec2
                            ? "aws ec2 modify-instance-metadata-options --instance-id ID --http-endpoint enabled --http-put-response-hop-limit 2"
                            : null));
            return;
        }
        out.add(Finding.ok(
                "identity",
                machine.instanceId() + ", " + machine.region() + ", account " + machine.accountId() + ", "
                        + machine.imageId() + "; the token's answer reaches this network namespace"));
        List<String> hidden = flags.tags().stream()
                .filter(tag -> !machine.tags().containsKey(tag))
                .toList();
        if (!hidden.isEmpty()) {
            out.add(Finding.limited(
                    "tags",
                    "the metadata service does not show " + String.join(", ", hidden),
                    "metrics by these dimensions are left out",
                    "aws ec2 modify-instance-metadata-options --instance-id " + machine.instanceId()
                            + " --instance-metadata-tags enabled; and see that the instance has the tag"));
        } else if (!flags.tags().isEmpty()) {
            out.add(Finding.ok("tags", "shown: " + String.join(", ", flags.tags())));
        }
    }

    private Finding put(String region) {
        long minute = System.currentTimeMillis() / 60_000 - (put ? 0 : TOO_OLD_MINUTES);
        Target target = new Target(flags.namespace, region, flags.endpoint);
        PutOutcome outcome;
        try (MetricSink sink = MetricSink.ofProcess(CloudWatchKeeper.archive(), target)) {
            outcome = sink.put(List.of(new Point(TEST_METRIC, List.of(), minute, 0)));
        }
        String where = flags.namespace + " in " + region;
        if (outcome.kind() == PutOutcome.Kind.ACCEPTED) {
            return Finding.ok(CHECK_PUT, "CloudWatch took a point of " + TEST_METRIC + " in " + where);
        }
        if (!put && outcome.kind() == PutOutcome.Kind.REJECTED) {
            return Finding.ok(
                    CHECK_PUT,
                    "CloudWatch took the signature for " + where + " and refused the test's date, as it should ("
                            + outcome.reason() + "); whether it takes points shows only with --cloudwatch-put");
        }
        return failed(CHECK_PUT, where, outcome, LOST_PUT, "cloudwatch:PutMetricData", "docs/cloudwatch.md");
    }

    private Finding read(String region, String instanceId) {
        long hour = System.currentTimeMillis() / 3_600_000 * 60;
        MetricSource source = MetricSource.ofProcess(
                CloudWatchKeeper.archive(), new Target(AwsReading.NAMESPACE, region, flags.endpoint));
        PutOutcome outcome = source.read(new MetricQuery(
                        instanceId,
                        List.of(AwsMetric.NO_TOKEN.label()),
                        List.of(new MetricQuery.Span(hour - 60, hour, 60))))
                .outcome();
        return outcome.kind() == PutOutcome.Kind.ACCEPTED
                ? Finding.ok(CHECK_READ, "AWS's own counts can be read in " + region)
                : failed(CHECK_READ, region, outcome, LOST_READ, "cloudwatch:GetMetricData", "docs/reconcile.md");
    }

    /** Not what the capture needs, so that it decides no exit status. */
    private static Finding failed(
            String check, String where, PutOutcome outcome, String lost, String action, String page) {
        String remedy = switch (outcome.kind()) {
            case NOT_ALLOWED -> "allow " + action + " to the instance's role or the credentials in use: " + page;
            case THROTTLED -> "ask again in some minutes";
            default -> "check the way to CloudWatch, --cloudwatch-region and --cloudwatch-endpoint";
        };
        return Finding.missing(check, where + ": " + outcome.reason(), lost, remedy, ExitStatus.DONE);
    }
}
