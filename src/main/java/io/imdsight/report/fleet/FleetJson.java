package io.imdsight.report.fleet;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.report.Json;
import io.imdsight.report.Reason;
import java.util.List;
import java.util.function.Consumer;

/** The answers as JSON objects, one a line; docs/report.md has the fields. */
public final class FleetJson {
    private FleetJson() {}

    /**
     * Hands on each line, without its line feed.
     *
     * @param rowsMax of callers, steps and instances each
     */
    public static void lines(FleetReport r, int rowsMax, Consumer<String> out) {
        out.accept(line(r, "summary", j -> summary(j, r), j -> {}));
        for (Day d : r.days()) {
            out.accept(line(
                    r,
                    "day",
                    j -> j.text("day", Timestamps.day(d.epochDay()))
                            .number("blocking", d.blockingCalls())
                            .number("instances_blocked", d.blocked())
                            .number("instances_heard", d.heard()),
                    j -> {}));
        }
        r.callers().stream()
                .limit(rowsMax)
                .forEach(c -> out.accept(line(r, "caller", j -> caller(j, c), j -> who(j, c.identity, c.userAgent))));
        int step = 0;
        for (PlanStep s : r.plan().subList(0, Math.min(rowsMax, r.plan().size()))) {
            int number = ++step;
            out.accept(line(
                    r,
                    "step",
                    j -> j.number("step", number)
                            .number("frees", s.freed())
                            .number("frees_ready", s.freedReady())
                            .number("freed_so_far", s.freedSoFar())
                            .number("blocked_left", s.left()),
                    j -> who(j, s.caller().identity, s.caller().userAgent)));
        }
        r.instances().stream().limit(rowsMax).forEach(i -> out.accept(instance(r, i)));
    }

    /** One instance alone. */
    public static String instance(FleetReport r, Judged judged) {
        Instance i = judged.instance();
        return line(
                r,
                "instance",
                j -> instance(j, judged),
                j -> j.object("host", h -> h.text("id", i.id).text("name", i.name)));
    }

    private static String line(FleetReport r, String record, Consumer<Json> fleet, Consumer<Json> more) {
        return new Json()
                .object(j -> {
                    j.text("timestamp", Timestamps.text(r.period().untilSeconds()));
                    j.object("fleet", f -> fleet.accept(f.text("record", record)));
                    more.accept(j);
                })
                .toString();
    }

    private static void summary(Json j, FleetReport r) {
        Period p = r.period();
        j.object(
                "window",
                w -> w.text("since", Timestamps.text(p.sinceSeconds()))
                        .text("start", Timestamps.text(p.windowSeconds()))
                        .text("end", Timestamps.text(p.untilSeconds()))
                        .number("silent_after_seconds", p.silentAfterSeconds())
                        .number("watched_min_seconds", Math.min(p.watchedSeconds(), p.windowLength())));
        j.object("instances", o -> {
            for (InstanceState s : InstanceState.values()) {
                o.number(s.label(), r.count(s));
            }
            o.number("blocked_silent", r.blockedSilent()).number("gone", r.gone());
        });
        Inputs in = r.inputs();
        j.object("input", o -> {
            o.number("bytes", in.bytes)
                    .number("lines", in.lines)
                    .number("callers", in.callerRecords)
                    .number("heartbeats", in.heartbeats)
                    .number("events", in.events)
                    .number("other", in.otherLines)
                    .number("damaged", in.damaged);
            o.number("before", in.before)
                    .number("after", in.after)
                    .number("heartbeats_repeated", in.repeated)
                    .number("instances_beyond", in.instancesBeyond)
                    .number("callers_beyond", in.callersBeyond)
                    .number("event_files_beside_feed", in.eventsBesideFeed);
            if (!in.reasons.isEmpty()) {
                o.array(
                        "damage",
                        a -> in.reasons.forEach((reason, count) ->
                                a.object(x -> x.text("reason", reason).number("lines", count))));
            }
        });
    }

    private static void caller(Json j, FleetCaller c) {
        j.number("instances", c.instances.size())
                .number("instances_alone", c.alone)
                .number("instances_fixed", c.fixed)
                .number("blocking", c.blocking)
                .number("credentials", c.credentials);
        Cause cause = c.cause();
        j.text("cause", cause == null ? null : cause.label())
                .text("first_seen", Timestamps.text(c.first))
                .text("last_seen", Timestamps.text(c.last));
    }

    private static void who(Json j, CallerIdentity c, String userAgent) {
        j.object(
                "caller",
                o -> o.text("name", c.name()).text("script", c.script()).flag("contained", c.contained()));
        if (c.executable() != null || c.owner() != null) {
            j.object("process", o -> {
                if (c.executable() != null) {
                    o.object("executable", x -> x.text("path", c.executable()));
                }
                o.text("owner", c.owner());
            });
        }
        if (c.unit() != null) {
            j.object("systemd", o -> o.text("unit", c.unit()));
        }
        if (userAgent != null) {
            j.object("user_agent", o -> o.text("original", userAgent));
        }
    }

    private static void instance(Json j, Judged judged) {
        Instance i = judged.instance();
        j.text("state", judged.state().label()).flag("silent", judged.silent());
        j.array("reasons", a -> {
            for (Reason reason : judged.reasons()) {
                a.object(o -> o.text("code", reason.code()).text("message", reason.sentence()));
            }
        });
        j.number("requests", i.requests)
                .number("v1", i.v1)
                .number("v2", i.v2)
                .number("undetermined", i.undetermined)
                .number("blocking", i.blocking)
                .number("watched_seconds", i.coverage.seconds())
                .number("heartbeats", i.heartbeats)
                .number("heartbeats_unsound", i.unsound)
                .text("first_seen", Timestamps.text(i.first))
                .text("last_seen", Timestamps.text(i.last));
        j.text("last_heartbeat", i.lastHeartbeat == Instance.NEVER ? null : Timestamps.text(i.lastHeartbeat));
        List<Use> uses = i.uses();
        if (!uses.isEmpty()) {
            j.array("callers", a -> uses.forEach(u -> a.object(o -> use(o, u))));
        }
    }

    private static void use(Json j, Use u) {
        who(j, u.caller.identity, null);
        j.number("requests", u.requests)
                .number("blocking", u.blocking)
                .number("blocking_before", u.before)
                .number("credentials", u.credentials);
        j.object("evidence", o -> {
            for (EvidenceMethod m : EvidenceMethod.values()) {
                if (u.evidence(m) > 0) {
                    o.number(m.label(), u.evidence(m));
                }
            }
        });
        j.text("first_seen", Timestamps.text(u.first)).text("last_seen", Timestamps.text(u.last));
    }
}
