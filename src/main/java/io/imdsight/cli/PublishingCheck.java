package io.imdsight.cli;

import io.imdsight.publish.cloudwatch.Metric;
import java.util.List;
import java.util.Locale;

/** How many metrics the settings for CloudWatch make in a month, and what that is in money: before the bill says it. Asks nobody. */
final class PublishingCheck implements Check {
    /** US dollars a metric and month, us-east-1, the first 10,000 (docs/cloudwatch.md). Some regions take more. */
    private static final double DOLLARS = 0.30;

    private final CloudWatchFlags flags;

    PublishingCheck(CloudWatchFlags flags) {
        this.flags = flags;
    }

    @Override
    public List<Finding> look() {
        int all = flags.metrics().size();
        int essential = (int) flags.metrics().stream().filter(Metric::essential).count();
        int ofCallers = flags.topCallers == 0 ? 0 : essential * (flags.topCallers + 1); // the rest are one caller more
        String cost = String.format(
                Locale.ROOT,
                "at most %d metrics a month of this machine, and %d that all machines share%s; at %.2f USD each (us-east-1) %.2f and %.2f USD",
                all + ofCallers,
                all,
                shared(all),
                DOLLARS,
                (all + ofCallers) * DOLLARS,
                all * DOLLARS);
        return List.of(Finding.ok("cloudwatch", (on() ? "published: " : "not published; with --cloudwatch ") + cost));
    }

    private boolean on() {
        return flags.enabled || flags.emf != null;
    }

    private String shared(int all) {
        return flags.dimensions.isEmpty()
                ? ""
                : ", and " + all + " for each value of " + String.join(" and of ", flags.dimensions);
    }
}
