package io.imdsight.publish;

import io.imdsight.model.Answer;
import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
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
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sightings that tests write. */
final class Samples {
    /** 2026-11-22T05:04:11.123456789Z. */
    static final long TIME = 1_795_323_851_123_456_789L;

    static final Connection CONNECTION =
            new Connection(IpAddress.parse("10.0.0.5"), 40312, IpAddress.parse("169.254.169.254"), 80);
    static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
    static final Evidence FROM_FILE = Evidence.none("a capture file names no process");

    private Samples() {}

    static Sighting v1(Caller caller, Evidence evidence) {
        return new Sighting(
                exchange(new RequestHead("GET", CREDENTIALS, "curl/7.88.1", 0, true), received(200)),
                new Classification(Version.V1, Kind.METADATA, Outcome.SERVED, PathClass.CREDENTIALS),
                caller == null ? Cause.UNKNOWN : Cause.NEVER_TRIED,
                caller,
                evidence);
    }

    static Sighting v2(String target, String userAgent) {
        return new Sighting(
                exchange(new RequestHead("GET", target, userAgent, RequestHead.TOKEN, true), received(200)),
                new Classification(Version.V2, Kind.METADATA, Outcome.SERVED, PathClass.OTHER),
                null,
                null,
                FROM_FILE);
    }

    static Sighting hidden() {
        return new Sighting(
                exchange(new RequestHead(null, null, null, 0, false), Answer.HIDDEN),
                new Classification(Version.UNDETERMINED, Kind.METADATA, Outcome.UNDETERMINED, PathClass.OTHER),
                null,
                null,
                FROM_FILE);
    }

    static Sighting lostToken() {
        return new Sighting(
                exchange(
                        new RequestHead("PUT", "/latest/api/token", null, RequestHead.TOKEN_TTL, true),
                        new Answer(Answer.State.LOST_ON_THE_WAY, 200)),
                new Classification(Version.V2, Kind.TOKEN, Outcome.UNANSWERED, PathClass.TOKEN),
                null,
                curl(),
                Evidence.SOCKET_TABLE);
    }

    static Exchange exchange(RequestHead head, Answer answer) {
        return new Exchange(TIME, new Link("ens5", 2), CONNECTION, TIME - 1000, head, 0, answer);
    }

    static Caller curl() {
        return new Caller(
                6028,
                "/usr/bin/curl",
                List.of("curl", "-s", "http://169.254.169.254" + CREDENTIALS),
                "curl",
                0,
                "root",
                TIME - 5_000_000,
                "nightly.service",
                null,
                null,
                List.of(
                        ancestor(6027, "/usr/bin/dash", "sync.sh", "/bin/sh", "sync.sh"),
                        ancestor(6020, "/usr/bin/dash", "nightly-backup.sh", "/bin/sh", "nightly-backup.sh"),
                        ancestor(1, "/usr/lib/systemd/systemd", "systemd", "/sbin/init")));
    }

    /** A curl that works for a script. */
    static Caller curlOf(String script) {
        String title = "sh " + script.substring(script.lastIndexOf('/') + 1);
        return curl().withParents(List.of(ancestor(6027, "/usr/bin/dash", title, "/bin/sh", script)));
    }

    static Caller ancestor(int pid, String executable, String title, String... arguments) {
        return new Caller(pid, executable, List.of(arguments), title, 0, "root", 0, null, null, null, List.of());
    }

    static Answer received(int status) {
        return new Answer(Answer.State.RECEIVED, status);
    }

    static String line(SightingFormat format, Sighting sighting) {
        LineBuffer buffer = new LineBuffer();
        format.append(sighting, buffer);
        return text(buffer);
    }

    static String text(LineBuffer buffer) {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        try {
            buffer.writeTo(out);
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
