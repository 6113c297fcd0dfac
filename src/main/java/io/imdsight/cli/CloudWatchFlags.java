package io.imdsight.cli;

import io.imdsight.publish.cloudwatch.Metric;
import io.imdsight.publish.identity.MachineIdentity;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The flags for CloudWatch and for its Embedded Metric Format. docs/cloudwatch.md describes them. */
final class CloudWatchFlags {
    static final String GROUP = "AutoScalingGroupName";
    static final String IMAGE = "ImageId";
    static final String TAG_PREFIX = "tag:";
    private static final String ESSENTIAL = "essential";

    @Option(names = "--cloudwatch", description = "Publish counts to CloudWatch, by PutMetricData.")
    boolean enabled;

    @Option(
            names = "--emf",
            paramLabel = "FILE|-",
            converter = Converters.FileConverter.class,
            description =
                    "Write counts as Embedded Metric Format instead, for a shipper of logs; - is standard output.")
    String emf;

    @Option(
            names = "--cloudwatch-namespace",
            paramLabel = "NAME",
            defaultValue = "imdsight",
            converter = NamespaceConverter.class,
            description = "CloudWatch's namespace. Default: ${DEFAULT-VALUE}.")
    String namespace;

    @Option(
            names = "--cloudwatch-region",
            paramLabel = "REGION",
            converter = RegionConverter.class,
            description = "Its region. Default: the machine's own.")
    String region;

    @Option(
            names = "--cloudwatch-endpoint",
            paramLabel = "URL",
            converter = UrlConverter.class,
            description = "Its URL, as of a VPC endpoint. Default: the region's.")
    String endpoint;

    @Option(
            names = "--cloudwatch-dimension",
            paramLabel = "D",
            split = ",",
            converter = DimensionConverter.class,
            description =
                    "A further dimension, summed over all machines with the same value: AutoScalingGroupName, ImageId or tag:NAME;"
                            + " repeatable.")
    List<String> dimensions = new ArrayList<>();

    @Option(
            names = "--cloudwatch-metrics",
            paramLabel = "all|essential",
            defaultValue = "all",
            converter = MetricsConverter.class,
            description = "All metrics, or the two that AWS has as well. Default: ${DEFAULT-VALUE}.")
    String metrics;

    @Option(
            names = "--cloudwatch-top-callers",
            paramLabel = "NUMBER",
            defaultValue = "0",
            converter = CallersConverter.class,
            description = "How many callers get metrics of their own. Default: ${DEFAULT-VALUE}.")
    int topCallers;

    @Option(
            names = "--cloudwatch-interval",
            paramLabel = "DURATION",
            defaultValue = "5m",
            converter = IntervalConverter.class,
            description = "A call without a token is published within that time. Default: ${DEFAULT-VALUE}.")
    Duration interval;

    @Option(
            names = "--cloudwatch-quiet-interval",
            paramLabel = "DURATION",
            defaultValue = "30m",
            converter = IntervalConverter.class,
            description = "Where there is no such call, the rest is published that often. Default: ${DEFAULT-VALUE}.")
    Duration quietInterval;

    /** The command that has these flags. */
    @Spec(Spec.Target.MIXEE)
    CommandSpec command;

    /**
     * Refuses what cannot be together; to be asked before anything begins.
     *
     * @param ledger whether one is kept
     */
    void check(boolean ledger) {
        if (!ledger && (enabled || emf != null)) {
            throw new Failure(
                    Settings.wrongStatus(command, "--cloudwatch", "--emf", "--no-ledger"),
                    "--cloudwatch and --emf publish from the ledger; leave out --no-ledger");
        }
        if (enabled && emf != null) {
            throw new Failure(
                    Settings.wrongStatus(command, "--cloudwatch", "--emf"),
                    "--cloudwatch and --emf would count everything twice; leave one of them out");
        }
    }

    /** Which metrics. */
    Set<Metric> metrics() {
        Set<Metric> out = EnumSet.allOf(Metric.class);
        if (metrics.equals(ESSENTIAL)) {
            out.removeIf(m -> !m.essential());
        }
        return out;
    }

    /** Which instance tags have to be asked for. */
    List<String> tags() {
        return dimensions.stream()
                .filter(d -> d.equals(GROUP) || d.startsWith(TAG_PREFIX))
                .map(d -> d.equals(GROUP) ? MachineIdentity.GROUP_TAG : d.substring(TAG_PREFIX.length()))
                .toList();
    }

    static final class NamespaceConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            String out = text.strip();
            if (!out.matches("[0-9A-Za-z._/#: -]{1,255}") || out.startsWith("AWS/")) {
                throw new TypeConversionException(
                        "'" + text
                                + "' is no namespace: give up to 255 of letters, digits and . - _ / # : that do not begin with AWS/");
            }
            return out;
        }
    }

    static final class RegionConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.strip().matches("[a-z]{2,10}(-[a-z0-9]{1,12}){1,4}")) {
                throw new TypeConversionException("'" + text + "' is no region: give one such as eu-central-1");
            }
            return text.strip();
        }
    }

    static final class UrlConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            try {
                URI uri = URI.create(text.strip());
                if (("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                        && uri.getHost() != null
                        && uri.getUserInfo() == null) {
                    return uri.toString();
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new TypeConversionException("'" + text
                    + "' is no URL: give one such as https://vpce-1.monitoring.eu-central-1.vpce.amazonaws.com");
        }
    }

    static final class DimensionConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            String out = text.strip();
            if (!out.equals(GROUP) && !out.equals(IMAGE) && !out.matches("tag:[A-Za-z0-9+=.,_:@-]{1,128}")) {
                throw new TypeConversionException(
                        "'" + text
                                + "' is no dimension: give AutoScalingGroupName, ImageId, or tag: and the name of an instance tag");
            }
            return out;
        }
    }

    static final class MetricsConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (!text.strip().equals(ESSENTIAL) && !text.strip().equals("all")) {
                throw new TypeConversionException("'" + text + "' is no set of metrics: give all or essential");
            }
            return text.strip();
        }
    }

    static final class CallersConverter implements ITypeConverter<Integer> {
        /** Each is a metric that is paid for on each machine; and so many of a minute's points fit into one request. */
        private static final int CALLERS_MAX = 100;

        @Override
        public Integer convert(String text) {
            if (!text.strip().matches("[0-9]{1,3}") || Integer.parseInt(text.strip()) > CALLERS_MAX) {
                throw new TypeConversionException("'" + text + "' is no number of callers: give 0 to " + CALLERS_MAX);
            }
            return Integer.parseInt(text.strip());
        }
    }

    static final class IntervalConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            if (out.toMinutes() < 1 || out.toDays() > 1) {
                throw new TypeConversionException("'" + text + "' is no interval: give 1m to 1d");
            }
            return out;
        }
    }
}
