package io.imdsight.cli;

import io.imdsight.attribute.AttributorCounts;
import io.imdsight.model.Classification;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.Plural;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.publish.Totals;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What a run has seen. Each request is counted where it is decoded, by version and outcome, and once more where it becomes a sighting, by
 * evidence; the difference is what was dropped in between. The capture's thread, the sighting thread and a reader may use it at once.
 */
final class Counts {
    private static final int OUTCOMES = Outcome.values().length;
    private static final int KINDS = Kind.values().length;

    private final long[] requests = new long[Version.values().length * KINDS * OUTCOMES];
    private final long[] sightings = new long[EvidenceMethod.values().length];
    private long decoded;

    private volatile ConnectionCounts connections;
    private volatile AttributorCounts attribution;

    /** What the witness has found; never told where there is none. */
    void witnessed(ConnectionCounts found) {
        connections = found;
    }

    /** What the attribution says of itself; not set where there is none. */
    void attribution(AttributorCounts counts) {
        attribution = counts;
    }

    /** A request was decoded. */
    synchronized void request(Classification c) {
        decoded++;
        requests[index(c.version(), c.kind(), c.outcome())]++;
    }

    /** A sighting was printed. */
    synchronized void sighting(Sighting s) {
        sightings[s.evidence().method().ordinal()]++;
    }

    private static int index(Version version, Kind kind, Outcome outcome) {
        return (version.ordinal() * KINDS + kind.ordinal()) * OUTCOMES + outcome.ordinal();
    }

    /** All of it at one moment. */
    synchronized Totals totals(ConnectionCounts connections, Drops drops) {
        Map<Totals.Request, Long> byRequest = new HashMap<>();
        for (Version v : Version.values()) {
            for (Kind k : Kind.values()) {
                for (Outcome o : Outcome.values()) {
                    byRequest.put(new Totals.Request(v, k, o), requests[index(v, k, o)]);
                }
            }
        }
        Map<EvidenceMethod, Long> byEvidence = new EnumMap<>(EvidenceMethod.class);
        for (EvidenceMethod m : EvidenceMethod.values()) {
            byEvidence.put(m, sightings[m.ordinal()]);
        }
        return new Totals(decoded, byRequest, byEvidence, connections, drops.all());
    }

    synchronized long requests(Version version, Outcome outcome) {
        long sum = 0;
        for (Kind k : Kind.values()) {
            sum += requests[index(version, k, outcome)];
        }
        return sum;
    }

    long requests(Version version) {
        long sum = 0;
        for (Outcome o : Outcome.values()) {
            sum += requests(version, o);
        }
        return sum;
    }

    synchronized long requests() {
        return decoded;
    }

    synchronized long sightings(EvidenceMethod method) {
        return sightings[method.ordinal()];
    }

    synchronized long sightings() {
        return Arrays.stream(sightings).sum();
    }

    /** AWS's {@code MetadataNoToken}. */
    long noToken() {
        return requests(Version.V1, Outcome.SERVED);
    }

    /** AWS's {@code MetadataNoTokenRejected}. */
    long noTokenRejected() {
        return requests(Version.V1, Outcome.REFUSED);
    }

    /** Two sentences for people. */
    String text(Drops drops, boolean evidence) {
        StringBuilder out = new StringBuilder();
        out.append(Plural.of(requests(), "request"));
        for (Version v : Version.values()) {
            if (requests(v) > 0) {
                StringJoiner outcomes = new StringJoiner(", ", " (", ")");
                for (Outcome o : Outcome.values()) {
                    if (requests(v, o) > 0) {
                        outcomes.add(requests(v, o) + " " + o.label());
                    }
                }
                out.append("; ")
                        .append(v.label())
                        .append(' ')
                        .append(requests(v))
                        .append(outcomes);
            }
        }
        out.append("; MetadataNoToken ").append(noToken());
        out.append(", MetadataNoTokenRejected ").append(noTokenRejected());
        if (evidence) {
            StringJoiner methods = new StringJoiner(", ");
            for (EvidenceMethod m : EvidenceMethod.values()) {
                methods.add(m.label() + " " + sightings(m));
            }
            out.append("; callers by ").append(methods);
            AttributorCounts a = attribution;
            if (a != null && a.connects() > 0) {
                out.append(", known ")
                        .append(millis(a.namingMicrosMedian()))
                        .append(" ms after the connect (99 %: ")
                        .append(millis(a.namingMicrosP99()))
                        .append(" ms)");
            }
            out.append("; ").append(connectionsText());
        }
        if (drops.all().isEmpty()) {
            return out.append("; nothing dropped").toString();
        }
        StringJoiner dropped = new StringJoiner(", ");
        for (Map.Entry<Drop, Long> e : drops.all().entrySet()) {
            dropped.add(e.getKey().label() + " " + e.getValue());
        }
        return out.append("; DROPPED: ").append(dropped).toString();
    }

    /** With two decimals; a formatter would load the words and numbers of a language. */
    private static String millis(long micros) {
        long hundredths = (micros + 5) / 10;
        return hundredths / 100 + "." + hundredths % 100 / 10 + hundredths % 10;
    }

    private String connectionsText() {
        ConnectionCounts c = connections;
        if (c == null) {
            return "no witness of the capture: whether it missed connections is not known";
        }
        StringJoiner reasons = new StringJoiner(", ", " (", ")").setEmptyValue("");
        for (KernelOnly reason : KernelOnly.values()) {
            if (c.reasons().containsKey(reason)) {
                reasons.add(reason.label() + " " + c.reasons().get(reason));
            }
        }
        return "connections seen by kernel and capture " + c.both() + ", by the kernel only " + c.kernelOnly() + reasons
                + ", by the capture only " + c.captureOnly() + "; without a request " + c.withoutRequest();
    }

    private String connectionsJson() {
        ConnectionCounts c = connections;
        if (c == null) {
            return "";
        }
        StringJoiner reasons = new StringJoiner(",", "{", "}");
        for (KernelOnly reason : KernelOnly.values()) {
            if (c.reasons().containsKey(reason)) {
                reasons.add(member(reason.label(), c.reasons().get(reason)));
            }
        }
        return "\"connections\":{" + member("both", c.both()) + "," + member("kernel", c.kernelOnly()) + ","
                + member("capture", c.captureOnly()) + ",\"kernel_only\":" + reasons + ","
                + member("without_request", c.withoutRequest()) + "},";
    }

    /** The same for programs, as one JSON object. */
    String json(Drops drops) {
        StringJoiner versions = new StringJoiner(",", "{", "}");
        for (Version v : Version.values()) {
            StringJoiner outcomes = new StringJoiner(",", "{", "}");
            for (Outcome o : Outcome.values()) {
                outcomes.add(member(o.label(), requests(v, o)));
            }
            versions.add("\"" + v.label() + "\":" + outcomes);
        }
        StringJoiner methods = new StringJoiner(",", "{", "}");
        for (EvidenceMethod m : EvidenceMethod.values()) {
            methods.add(member(m.label(), sightings(m)));
        }
        StringJoiner dropped = new StringJoiner(",", "{", "}");
        drops.all().forEach((where, count) -> dropped.add(member(where.label(), count)));
        return "{\"counts\":{" + member("requests", requests()) + ",\"version\":" + versions + ","
                + member("sightings", sightings()) + ",\"evidence\":" + methods + ","
                + member("metadata_no_token", noToken()) + ","
                + member("metadata_no_token_rejected", noTokenRejected()) + "," + connectionsJson()
                + json(attribution) + "\"drops\":" + dropped + "}}";
    }

    private static String json(AttributorCounts a) {
        if (a == null) {
            return "";
        }
        return "\"attribution\":{" + member("connects", a.connects()) + "," + member("named", a.connectsNamed()) + ","
                + member("copied", a.connectsCopied()) + ",\"naming_micros\":{" + member("p50", a.namingMicrosMedian())
                + "," + member("p99", a.namingMicrosP99()) + "," + member("max", a.namingMicrosMax()) + "}},";
    }

    private static String member(String name, long value) {
        return "\"" + name + "\":" + value;
    }
}
