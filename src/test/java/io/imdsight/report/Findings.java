package io.imdsight.report;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Kind;
import io.imdsight.model.Link;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.Coverage;
import io.imdsight.record.TallyBook;
import io.imdsight.record.TallyKey;
import java.util.List;
import java.util.Map;

/** A machine whose callers tests make up. */
public final class Findings {
    /** 2026-11-22T05:04:00Z. */
    public static final long START = 1_795_323_840_000_000_000L;

    static final long MINUTE = 60_000_000_000L;

    final TallyBook book = new TallyBook();
    int watchedMillis = 600_000;
    long askedMillis;
    Map<Drop, Long> drops = Map.of();
    ConnectionCounts connections;
    long bootNanos = START - 30_000_000_000L;
    String failure;
    String instanceId = "i-0123456789abcdef0";

    /** A process. */
    public static Caller process(String executable, String title, String... arguments) {
        return new Caller(
                100, executable, List.of(arguments), title, 0, "root", START, "nightly.service", null, null, List.of());
    }

    static Caller curl(String... more) {
        String[] arguments = new String[more.length + 1];
        arguments[0] = "curl";
        System.arraycopy(more, 0, arguments, 1, more.length);
        return process("/usr/bin/curl", "curl", arguments);
    }

    Findings v1(Caller caller, String agent, Cause cause, String path) {
        return add(caller, agent, path, 0, Version.V1, Kind.METADATA, Outcome.SERVED, cause);
    }

    /** One request. */
    public Findings add(
            Caller caller,
            String agent,
            String path,
            int headers,
            Version version,
            Kind kind,
            Outcome outcome,
            Cause cause) {
        RequestHead head = new RequestHead("GET", path, agent, headers, version != Version.UNDETERMINED);
        Exchange exchange = new Exchange(
                START + MINUTE,
                new Link("ens5", 2),
                new Connection(IpAddress.parse("10.0.0.5"), 40312, IpAddress.IMDS_V4, 80),
                START,
                head,
                0,
                new Answer(Answer.State.RECEIVED, 200));
        PathClass part = path.contains("security-credentials") ? PathClass.CREDENTIALS : PathClass.META_DATA;
        book.add(new Sighting(
                exchange,
                new Classification(version, kind, outcome, part),
                version == Version.V1 ? cause : null,
                caller,
                caller == null ? Evidence.none("gone") : Evidence.CONNECT_PROBE));
        return this;
    }

    Verdict verdict() {
        return Judge.judge(observation());
    }

    private Observation observation() {
        long left = watchedMillis;
        for (long minute = TallyKey.minuteOf(START); left > 0; minute++) {
            boolean first = minute == TallyKey.minuteOf(START);
            ConnectionCounts seen = first && connections != null ? connections : ConnectionCounts.NONE;
            book.watched(new Coverage(minute, (int) Math.min(60_000, left), seen, first ? drops : Map.of()));
            left -= 60_000;
        }
        return new Observation(
                book,
                "capture",
                START,
                START + Math.max(1000, watchedMillis) * 1_000_000L,
                askedMillis,
                bootNanos,
                600_000,
                connections != null,
                failure);
    }

    /** The report. */
    public AuditReport report() {
        Verdict v = verdict();
        return AuditReport.of(
                v,
                book.tallies(0, Long.MAX_VALUE),
                Map.of(),
                new AuditReport.Machine(instanceId, "web-1", "imdsight 1"));
    }

    List<Advice> advice() {
        return report().entries().getFirst().advice();
    }
}
