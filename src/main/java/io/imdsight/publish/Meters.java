package io.imdsight.publish;

import io.imdsight.model.Drop;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Kind;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/**
 * The meters. They hold no numbers of their own: what was counted is taken at the beginning of a scrape, at one moment, so that sums agree within it. All
 * series of fixed labels are there from the first scrape on, with 0. docs/prometheus.md lists them.
 */
public final class Meters {
    private static final Pattern UNIT = Pattern.compile("(?m)^# TYPE (\\w+_(seconds|bytes)) gauge$");
    private static final Version[] VERSIONS = Version.values();

    private final Supplier<Totals> totals;
    private final Supplier<Condition> condition;
    private final CallerSeries callers;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<CallerSeries.Row, List<Meter>> callerMeters = new HashMap<>();
    private final Map<CallerSeries.Row, Set<Totals.Request>> callerCombinations = new HashMap<>();
    private Totals now;
    private Condition state;

    /**
     * @param version the program's, a label
     */
    public Meters(Supplier<Totals> totals, Supplier<Condition> condition, CallerSeries callers, String version) {
        this.totals = totals;
        this.condition = condition;
        this.callers = callers;
        take();
        requests();
        others();
        states();
        Gauge.builder("imdsight.build.info", this, m -> 1)
                .description("The program; always 1.")
                .tags("version", version)
                .register(registry);
    }

    private void take() {
        now = totals.get();
        state = condition.get();
    }

    private void requests() {
        for (Version v : VERSIONS) {
            for (Kind k : Kind.values()) {
                for (Outcome o : Outcome.values()) {
                    counter(
                            "imdsight.requests",
                            "Requests to the metadata service that were decoded.",
                            Tags.of("version", v.label(), "kind", k.label(), "outcome", o.label()),
                            m -> m.now.requests(v, k, o));
                }
            }
        }
        counter(
                "imdsight.requests.decoded",
                "Requests that were decoded: the sum of imdsight_requests_total.",
                Tags.empty(),
                m -> m.now.decoded());
        counter(
                "imdsight.metadata.no.token",
                "Requests without a token that were served, as AWS's MetadataNoToken counts.",
                Tags.empty(),
                m -> m.now.requests(Version.V1, Outcome.SERVED));
        counter(
                "imdsight.metadata.no.token.rejected",
                "Requests without a token that were refused, as AWS's MetadataNoTokenRejected counts.",
                Tags.empty(),
                m -> m.now.requests(Version.V1, Outcome.REFUSED));
    }

    private void others() {
        for (EvidenceMethod e : EvidenceMethod.values()) {
            counter(
                    "imdsight.attribution",
                    "Sightings, by how their caller is known.",
                    Tags.of("evidence", e.label()),
                    m -> m.now.sightings().getOrDefault(e, 0L));
        }
        counter(
                "imdsight.sightings",
                "Requests that were attributed and handed on: the sum of imdsight_attribution_total.",
                Tags.empty(),
                m -> m.now.attributed());
        String connections = "Connections to the metadata service, by who saw them.";
        counter(
                "imdsight.connections",
                connections,
                seenBy("both"),
                m -> m.now.connections().both());
        counter(
                "imdsight.connections",
                connections,
                seenBy("kernel"),
                m -> m.now.connections().kernelOnly());
        counter(
                "imdsight.connections",
                connections,
                seenBy("capture"),
                m -> m.now.connections().captureOnly());
        for (KernelOnly r : KernelOnly.values()) {
            counter(
                    "imdsight.connections.kernel.only",
                    "Connections that the kernel saw and the capture did not, by reason.",
                    Tags.of("reason", r.label()),
                    m -> m.now.connections().reasons().getOrDefault(r, 0L));
        }
        for (Drop d : Drop.values()) {
            counter(
                    "imdsight.drops",
                    "What was discarded, by place; docs/output.md has each place's unit.",
                    Tags.of("where", d.label()),
                    m -> m.now.drops().getOrDefault(d, 0L));
        }
        counter(
                "imdsight.caller.evictions",
                "Callers whose series ended because others needed the room.",
                Tags.empty(),
                m -> m.callers.evicted());
        counter("imdsight.capture.packets", "Packets that the captures read.", Tags.empty(), m -> m.state.packets());
    }

    private void states() {
        gauge(
                "imdsight.capturing",
                "1 while every capture is up and makes progress.",
                null,
                m -> truth(m.state.capturing()));
        gauge("imdsight.attributing", "1 while requests are attributed.", null, m -> truth(m.state.sightings()));
        gauge(
                "imdsight.connect.probe.up",
                "1 while the kernel's connect probe runs.",
                null,
                m -> truth(m.state.probe()));
        gauge("imdsight.socket.table.up", "1 while sockets can be looked up.", null, m -> truth(m.state.socketTable()));
        gauge(
                "imdsight.start.time",
                "When the agent started, since 1970.",
                "seconds",
                m -> m.state.startedNanos() / 1e9);
        gauge(
                "imdsight.capture.progress.time",
                "When the capture last showed progress, since 1970.",
                "seconds",
                m -> m.state.progressNanos() / 1e9);
        gauge(
                "imdsight.sighting.queue",
                "Memory of requests that wait to be attributed.",
                "bytes",
                m -> m.state.queueBytes());
        state.publishing()
                .keySet()
                .forEach(name -> Gauge.builder(
                                "imdsight.publishing",
                                this,
                                m -> truth(m.state.publishing().getOrDefault(name, false)))
                        .description("1 while this way out works.")
                        .tags("to", name)
                        .register(registry));
    }

    /** A further count, of a part that is not known here. Lower case, words joined by dots. */
    public synchronized void counter(String name, String description, LongSupplier count) {
        FunctionCounter.builder(name, this, m -> count.getAsLong())
                .description(description)
                .register(registry);
    }

    private void counter(String name, String description, Tags tags, ToDoubleFunction<Meters> count) {
        FunctionCounter.builder(name, this, count)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private void gauge(String name, String description, String unit, ToDoubleFunction<Meters> value) {
        Gauge.builder(name, this, value).description(description).baseUnit(unit).register(registry);
    }

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }

    private static Tags seenBy(String who) {
        return Tags.of("seen_by", who);
    }

    /** Series of new callers begin, those of callers that gave way end. */
    private void callers() {
        List<CallerSeries.Row> rows = callers.rows();
        Set<CallerSeries.Row> present = new HashSet<>(rows);
        for (CallerSeries.Row gone : new ArrayList<>(callerMeters.keySet())) {
            if (!present.contains(gone)) {
                callerMeters.remove(gone).forEach(registry::remove);
                callerCombinations.remove(gone);
            }
        }
        for (CallerSeries.Row row : rows) {
            for (Version v : VERSIONS) {
                for (Outcome o : Outcome.values()) {
                    if (row.count(v, o) > 0) {
                        caller(row, v, o);
                    }
                }
            }
        }
    }

    private void caller(CallerSeries.Row row, Version v, Outcome o) {
        boolean isNew = callerCombinations
                .computeIfAbsent(row, r -> new HashSet<>())
                .add(new Totals.Request(v, Kind.METADATA, o));
        if (isNew) {
            Meter meter = FunctionCounter.builder("imdsight.caller.requests", row, r -> r.count(v, o))
                    .description("Requests by caller; callers beyond the bound are counted as other.")
                    .tags(tags(row.id, v, o))
                    .register(registry);
            callerMeters.computeIfAbsent(row, r -> new ArrayList<>()).add(meter);
        }
    }

    private static Tags tags(CallerSeries.Id id, Labelled version, Labelled outcome) {
        return Tags.of(
                "caller", id.caller(),
                "unit", id.unit(),
                "container", id.container(),
                "version", version.label(),
                "outcome", outcome.label());
    }

    /** One scrape. */
    public synchronized byte[] scrape(Exposition format) throws IOException {
        take();
        callers();
        ByteArrayOutputStream out = new ByteArrayOutputStream(32 * 1024);
        registry.scrape(out, format.contentType());
        return format == Exposition.OPEN_METRICS
                ? withUnits(out.toString(StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)
                : out.toByteArray();
    }

    /** OpenMetrics 1.0 has a line for the unit that a name ends in; Micrometer leaves it out. */
    private static String withUnits(String text) {
        return UNIT.matcher(text).replaceAll("$0\n# UNIT $1 $2");
    }
}
