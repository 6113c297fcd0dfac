package io.imdsight.record;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.ConnectionCounts;
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
import java.util.List;
import java.util.Map;

/** Sightings that tests count. */
final class Seen {
    /** 2026-11-22T05:04Z. */
    static final long MINUTE = 1_795_323_840L / 60;

    static final long MINUTE_NANOS = 60_000_000_000L;
    static final String TARGET = "/latest/meta-data/iam/security-credentials/";

    private static final Connection CONNECTION =
            new Connection(IpAddress.parse("10.0.0.5"), 40312, IpAddress.IMDS_V4, 80);

    private Seen() {}

    /** A served v1 call in a minute, by a program called so. */
    static Sighting v1(long minute, String title) {
        return v1(minute, title, "curl/8");
    }

    static Sighting v1(long minute, String title, String agent) {
        return of(minute, Version.V1, Outcome.SERVED, caller(title), agent, TARGET);
    }

    static Sighting v2(long minute, String title) {
        return of(minute, Version.V2, Outcome.SERVED, caller(title), "curl/8", "/latest/api/token");
    }

    /** A served v1 call that a proxy passed on. */
    static Sighting forwarded(long minute, String title) {
        return of(
                minute,
                Version.V1,
                Outcome.SERVED,
                caller(title),
                new RequestHead("GET", TARGET, "curl/8", RequestHead.FORWARDED_FOR, true));
    }

    static Sighting of(long minute, Version version, Outcome outcome, Caller caller, String agent, String target) {
        return of(minute, version, outcome, caller, new RequestHead("GET", target, agent, 0, true));
    }

    private static Sighting of(long minute, Version version, Outcome outcome, Caller caller, RequestHead head) {
        long at = minute * MINUTE_NANOS + 7_000_000_000L;
        return new Sighting(
                new Exchange(at, Link.UNKNOWN, CONNECTION, at - 1, head, 0, new Answer(Answer.State.RECEIVED, 200)),
                new Classification(version, Kind.METADATA, outcome, PathClass.CREDENTIALS),
                version == Version.V1 ? Cause.NEVER_TRIED : null,
                caller,
                caller == null ? Evidence.none("gone") : Evidence.CONNECT_PROBE);
    }

    static Caller caller(String title) {
        Caller parent = new Caller(1, "/sbin/init", null, "init", 0, "root", 0, null, null, null, List.of());
        return new Caller(
                77,
                "/opt/" + title,
                List.of(title, "", "--flag=a b"),
                title,
                -1,
                null,
                1234,
                "nightly.service",
                null,
                null,
                List.of(parent));
    }

    /** A curl that works for a script; null for none. */
    static Caller curlOf(String script) {
        return new Caller(
                77,
                "/usr/bin/curl",
                List.of("curl", "http://169.254.169.254" + TARGET),
                "curl",
                0,
                "root",
                1234,
                "nightly.service",
                null,
                null,
                script == null ? List.of() : List.of(shell(script)));
    }

    private static Caller shell(String script) {
        String title = "sh " + script.substring(script.lastIndexOf('/') + 1);
        return new Caller(5, "/bin/sh", List.of("sh", script), title, 0, "root", 0, null, null, null, List.of());
    }

    static Sighting v1(long minute, Caller caller) {
        return of(minute, Version.V1, Outcome.SERVED, caller, "curl/7.88.1", TARGET);
    }

    /** A minute that was watched throughout. */
    static Coverage whole(long minute) {
        return new Coverage(minute, 60_000, ConnectionCounts.NONE, Map.of());
    }

    static long sum(List<Tally> tallies) {
        return tallies.stream().mapToLong(Tally::count).sum();
    }
}
