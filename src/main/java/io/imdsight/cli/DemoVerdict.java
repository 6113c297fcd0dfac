package io.imdsight.cli;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Kind;
import io.imdsight.model.Plural;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the demo's sightings say about enforcing tokens, in lines for a person. Pure. */
final class DemoVerdict {
    private static final String UNNAMED =
            "run imdsight with the privileges of its connect probe, which names every process";

    private DemoVerdict() {}

    /** The verdict's lines. */
    static List<String> of(List<Sighting> sightings) {
        Map<String, Sighting> blocking = new LinkedHashMap<>();
        Map<String, Sighting> harmless = new LinkedHashMap<>();
        for (Sighting s : sightings) {
            if (s.classification().version() == Version.V1) {
                (blocks(s) ? blocking : harmless).putIfAbsent(name(s), s);
            }
        }
        List<String> out = new ArrayList<>();
        if (blocking.isEmpty()) {
            out.add(
                    "VERDICT: no call without a session token was served; HttpTokens=required would break nothing seen here.");
        } else {
            out.add("VERDICT: blocked. HttpTokens=required would break " + Plural.of(blocking.size(), "caller") + ":");
            blocking.forEach((name, s) -> out.addAll(
                    s.caller() == null
                            ? lines(name, s.evidence().reason(), UNNAMED)
                            : lines(name, why(s.cause()), advice(s.cause()))));
        }
        if (!harmless.isEmpty()) {
            out.add("No obstacle, though without a token:");
            harmless.forEach((name, s) -> out.addAll(lines(
                    name,
                    s.classification().kind() == Kind.FOREIGN ? "looks for another cloud here" : "is not served anyway",
                    "nothing")));
        }
        return out;
    }

    /** A call that fails without enforcement cannot be broken by it. */
    private static boolean blocks(Sighting s) {
        return s.classification().blocks() || s.classification().mayBlock();
    }

    private static List<String> lines(String name, String why, String advice) {
        return List.of("  " + name, "      why: " + why, "      do:  " + advice);
    }

    /** {@code curl ← sync.sh ← nightly-backup.sh}: the process and the scripts that it works for. */
    private static String name(Sighting s) {
        Caller caller = s.caller();
        if (caller == null) {
            return "a process that could not be named, at "
                    + s.exchange().connection().originator();
        }
        StringBuilder out = new StringBuilder();
        out.append(caller.title() == null ? "pid " + caller.pid() : caller.title());
        if (caller.parents().isEmpty()) {
            String target = s.exchange().request().target();
            return out + (target == null ? "" : " for " + target);
        }
        for (Caller parent : caller.parents()) {
            if (parent.title() == null) {
                break;
            }
            out.append(" ← ").append(parent.title());
        }
        return out.toString();
    }

    private static String why(Cause cause) {
        return switch (cause) {
            case NEVER_TRIED -> "has never asked for a token";
            case TOKEN_UNANSWERED -> "asks for a token, but the answer never reaches it, and so it falls back";
            case TOKEN_REFUSED -> "asks for a token and is refused, and so it falls back";
            case TOKEN_UNUSED -> "gets a token and does not send it";
            case UNKNOWN -> "not known: it was there before imdsight";
        };
    }

    private static String advice(Cause cause) {
        return switch (cause) {
            case NEVER_TRIED -> "PUT /latest/api/token first and send the token; or update its SDK";
            case TOKEN_UNANSWERED ->
                "raise the instance's HttpPutResponseHopLimit to 2 (a container is one hop further)";
            case TOKEN_REFUSED -> "let its PUT through: look for a proxy, a firewall, or an X-Forwarded-For header";
            case TOKEN_UNUSED -> "send the token with every request (X-aws-ec2-metadata-token)";
            case UNKNOWN -> "restart it while imdsight watches";
        };
    }
}
