package io.imdsight.report;

import io.imdsight.model.Caller;
import io.imdsight.model.Labelled;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The report as one JSON object in one line; docs/audit.md has the schema. */
public final class JsonReport {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private JsonReport() {}

    /** The object, without a line feed. */
    public static String line(AuditReport r) {
        Evidence e = r.verdict().evidence();
        return new Json()
                .object(j -> {
                    j.text("timestamp", time(e.toNanos()));
                    j.object("audit", a -> {
                        a.text("verdict", r.verdict().decision().label());
                        reasons(a, "reasons", r.verdict().reasons());
                        reasons(a, "notes", r.verdict().notes());
                        evidence(a, e);
                        BudgetJson.links(a, r.budget());
                        a.array(
                                "callers",
                                c -> r.entries()
                                        .forEach(entry -> c.object(o -> {
                                            caller(o, entry);
                                            BudgetJson.rate(o, r.budget().rate(entry.finding()));
                                        })));
                        if (r.scan() != null) {
                            RestJson.write(a, r.scan());
                        }
                        timeline(a, r.timeline());
                        a.object(
                                "commands",
                                c -> c.text("enforce", r.enforceCommand()).text("undo", r.undoCommand()));
                    });
                    if (r.machine().instanceId() != null || r.machine().hostName() != null) {
                        j.object(
                                "host",
                                h -> h.text("id", r.machine().instanceId())
                                        .text("name", r.machine().hostName()));
                    }
                    j.object("observer", o -> o.text("version", r.machine().program()));
                })
                .toString();
    }

    private static void reasons(Json j, String key, List<Reason> reasons) {
        j.array(
                key,
                a -> reasons.forEach(r -> a.object(o -> o.text("code", r.code()).text("message", r.sentence()))));
    }

    private static void evidence(Json j, Evidence e) {
        j.object(
                "window",
                w -> w.text("start", time(e.fromNanos()))
                        .text("end", time(e.toNanos()))
                        .text("source", e.source())
                        .number("watched_ms", e.watchedMillis())
                        .number("min_ms", e.windowMinMillis())
                        .positive("asked_ms", e.askedMillis())
                        .flag("boot_covered", e.bootCovered()));
        j.object("requests", r -> {
            for (Version v : Version.values()) {
                r.object(v.label(), o -> {
                    for (Outcome outcome : Outcome.values()) {
                        o.number(outcome.label(), e.requests(v, outcome));
                    }
                });
            }
        });
        j.number("metadata_no_token", e.requests(Version.V1, Outcome.SERVED));
        j.number("metadata_no_token_rejected", e.requests(Version.V1, Outcome.REFUSED));
        if (e.connections() != null) {
            j.object("connections", c -> {
                c.number("both", e.connections().both());
                c.number("kernel", e.connections().kernelOnly());
                c.number("capture", e.connections().captureOnly());
                counts(c, "kernel_reasons", e.connections().reasons());
            });
        }
        counts(j, "drops", e.drops());
    }

    private static void caller(Json j, AuditReport.Entry e) {
        CallerFinding f = e.finding();
        j.text("standing", f.standing().label());
        j.text("name", f.name());
        j.text("script", f.key().script());
        counts(j, "counts", f.counts());
        counts(j, "causes", f.causes());
        j.number("credentials_without_token", f.credentials());
        j.number("tokens_unanswered", f.tokensUnanswered());
        counts(j, "evidence", f.evidence());
        who(j, e);
        if (f.profile() != null) {
            j.texts("paths", f.profile().paths());
            j.text("first_seen", time(f.profile().firstSeenNanos()));
            j.text("last_seen", time(f.profile().lastSeenNanos()));
            if (!f.profile().more().isEmpty()) {
                j.array("more_processes", a -> f.profile().more().forEach(c -> a.object(o -> process(o, c))));
            }
        }
        if (!e.advice().isEmpty()) {
            j.array(
                    "advice",
                    a -> e.advice()
                            .forEach(
                                    x -> a.object(o -> o.text("cause", x.cause().label())
                                            .text("why", x.why())
                                            .texts("steps", x.steps())
                                            .text("source", x.source()))));
        }
    }

    private static void who(Json j, AuditReport.Entry e) {
        CallerFinding f = e.finding();
        Caller example = f.profile() == null ? null : f.profile().example();
        if (example != null) {
            j.object("process", o -> process(o, example));
        } else if (f.key().executable() != null || f.key().title() != null) {
            j.object("process", o -> {
                executable(o, f.key().executable());
                o.text("title", f.key().title()).text("owner", f.key().owner());
            });
        }
        nested(j, "systemd", "unit", f.key().systemdUnit());
        if (f.key().containerId() != null) {
            j.object("container", c -> {
                c.text("id", f.key().containerId());
                nested(c, "image", "name", e.found().image());
            });
        }
        if (f.key().podUid() != null) {
            j.object("k8s", k -> k.object("pod", p -> pod(p, e)));
        }
        nested(j, "user_agent", "original", f.key().userAgent());
        nested(j, "source", "address", f.key().sourceAddress());
        if (e.clientId() != null) {
            j.object(
                    "client",
                    c -> c.text("id", e.clientId())
                            .text("name", e.clientName())
                            .text("recognised_by", e.clientSign())
                            .flag("speaks_v2", e.speaksV2()));
        }
        if (e.found().packageName() != null) {
            j.object(
                    "package",
                    p -> p.text("name", e.found().packageName())
                            .text("version", e.found().packageVersion()));
        }
        if (!e.found().lines().isEmpty()) {
            j.array(
                    "script_lines",
                    a -> e.found()
                            .lines()
                            .forEach(l -> a.object(o -> o.text("file", l.file())
                                    .number("line", l.number())
                                    .text("text", l.text()))));
        }
    }

    private static void pod(Json j, AuditReport.Entry e) {
        String name = e.found().pod();
        j.text("uid", e.finding().key().podUid());
        if (name != null) {
            int slash = name.indexOf('/');
            j.text("namespace", slash < 0 ? null : name.substring(0, slash)).text("name", name.substring(slash + 1));
        }
    }

    private static void process(Json j, Caller c) {
        j.number("pid", c.pid());
        executable(j, c.executable());
        if (c.arguments() != null) {
            j.texts("command_args", c.arguments());
            j.text("command_line", c.commandLine());
        }
        j.text("title", c.title());
        j.text("owner", c.owner());
        if (c.userId() >= 0) {
            j.object("user", u -> u.number("id", c.userId()));
        }
        if (!c.parents().isEmpty()) {
            j.array("parents", a -> c.parents().forEach(p -> a.object(o -> process(o, p))));
        }
    }

    private static void executable(Json j, String path) {
        nested(j, "executable", "path", path);
    }

    private static void nested(Json j, String outer, String inner, String value) {
        if (value != null && !value.isEmpty()) {
            j.object(outer, o -> o.text(inner, value));
        }
    }

    private static <K extends Labelled> void counts(Json j, String key, Map<K, Long> counts) {
        j.object(
                key,
                o -> counts.entrySet().stream()
                        .sorted((a, b) ->
                                a.getKey().label().compareTo(b.getKey().label()))
                        .forEach(e -> o.number(e.getKey().label(), e.getValue())));
    }

    private static void timeline(Json j, Timeline t) {
        j.object(
                "timeline",
                o -> o.number("step_minutes", t.stepMinutes())
                        .array(
                                "steps",
                                a -> t.steps().stream()
                                        .filter(s -> s.sum() > 0)
                                        .forEach(s ->
                                                a.object(x -> x.text("start", time(s.minute() * 60 * NANOS_PER_SECOND))
                                                        .number("v1", s.v1())
                                                        .number("v2", s.v2())
                                                        .number("undetermined", s.undetermined())
                                                        .number("foreign", s.foreign())))));
    }

    private static String time(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
                .toString();
    }
}
