package io.imdsight.cli;

import io.imdsight.publish.cloudwatch.MinutePoints;
import io.imdsight.publish.identity.MachineIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the settings publish to CloudWatch and what that costs; nothing is sent.
 *
 * @param ledger whether the agent keeps one
 */
record CloudWatchCheck(CloudWatchFlags flags, boolean ledger) implements Check {
    /** us-east-1, the first 10,000 metrics, 2026; the price list decides. */
    private static final double METRIC_USD_A_MONTH = 0.30;

    /** Of PutMetricData, a thousand. */
    private static final double THOUSAND_REQUESTS_USD = 0.01;

    private static final int MONTH_MINUTES = 30 * 24 * 60;

    @Override
    public List<Finding> look() {
        if (!flags.enabled && flags.emf == null) {
            return List.of(Finding.ok("cloudwatch", "off: neither --cloudwatch nor --emf is set"));
        }
        try {
            flags.check(ledger);
        } catch (Failure e) {
            return List.of(Finding.missing(
                    "cloudwatch", e.getMessage(), "the agent does not start with that", null, e.status()));
        }
        return List.of(Finding.ok("cloudwatch", cost()));
    }

    /** With a value for each dimension that is asked for: the most that the settings can make. */
    private String cost() {
        Map<String, String> tags = new HashMap<>();
        flags.tags().forEach(tag -> tags.put(tag, "x"));
        MinutePoints all =
                CloudWatchKeeper.points(flags, new MachineIdentity("i-00000000", "x", "x", "ami-00000000", tags, "x"));
        int most = all.metricsMax();
        int shared = flags.metrics().size() * (1 + flags.dimensions.size());
        long requests = MONTH_MINUTES / flags.interval.toMinutes();
        String where = flags.emf == null ? "PutMetricData" : flags.emf;
        return String.format(
                Locale.ROOT,
                "by %s, namespace %s: at most %d metrics, %d of this machine and %d shared with all machines that have the same values;"
                        + " %.2f and %.2f USD a month at %.2f each, the price list decides%s",
                where,
                flags.namespace,
                most,
                most - shared,
                shared,
                (most - shared) * METRIC_USD_A_MONTH,
                shared * METRIC_USD_A_MONTH,
                METRIC_USD_A_MONTH,
                flags.emf != null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "; up to %d requests, %.2f USD",
                                requests,
                                requests * THOUSAND_REQUESTS_USD / 1000));
    }
}
