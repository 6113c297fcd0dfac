package io.imdsight.report.fleet;

import io.imdsight.model.Escaped;
import io.imdsight.model.Plural;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The answers in lines for a person. */
public final class FleetText {
    /** Width of the largest bar. */
    private static final int BAR_CHARS = 30;

    private static final int NAME_CHARS_MAX = 100;

    private static final String DAY = "  %-10s %12d %8d %8d";

    /** Fewer days without blocking calls are shown one by one. */
    private static final int QUIET_DAYS_MIN = 3;

    private final int rowsMax;
    private final List<String> out = new ArrayList<>();

    private FleetText(int rowsMax) {
        this.rowsMax = rowsMax;
    }

    /** The report's lines, safe for a terminal whatever was in the files. */
    public static List<String> lines(FleetReport r, int rowsMax) {
        FleetText text = new FleetText(rowsMax);
        text.write(r);
        return List.copyOf(text.out);
    }

    /** One instance alone. */
    public static List<String> instance(FleetReport r, Judged j) {
        FleetText text = new FleetText(Instance.CALLERS_MAX + 1);
        text.line("INSTANCE: " + FleetWording.instance(j.instance()) + ": "
                + j.state().label());
        text.line("  " + FleetWording.period(r.period()));
        text.detail(j);
        return List.copyOf(text.out);
    }

    private void write(FleetReport r) {
        line("FLEET: " + FleetWording.headline(r));
        line("  " + FleetWording.period(r.period()));
        List<String> states = new ArrayList<>();
        for (InstanceState s : InstanceState.values()) {
            states.add(s.label() + " " + r.count(s));
        }
        line("  " + String.join(", ", states));
        FleetWording.notes(r).forEach(n -> line("  note: " + n));
        plan(r);
        callers(r);
        days(r);
        instances(r, InstanceState.BLOCKED, "Blocked instances");
        instances(
                r,
                InstanceState.INCONCLUSIVE,
                "Inconclusive: no blocking call was seen, but one could have been missed");
        instances(r, InstanceState.SILENT, "Silent");
        heading("Input");
        line("  " + FleetWording.input(r.inputs()));
    }

    private void plan(FleetReport r) {
        if (r.plan().isEmpty()) {
            return;
        }
        heading("Fix these, in this order: an instance is free once all of its callers are fixed");
        row("step", "frees", "ready", "so far", "left", "caller");
        int number = 0;
        for (PlanStep s : r.plan()) {
            if (number++ >= rowsMax) {
                more(r.plan().size() - rowsMax);
                return;
            }
            row(number, s.freed(), s.freedReady(), s.freedSoFar(), s.left(), caller(s.caller().identity));
        }
    }

    private void callers(FleetReport r) {
        if (r.callers().isEmpty()) {
            return;
        }
        heading("Callers, by instances that they block");
        row("blocks", "alone", "fixed", "calls", "creds", "caller");
        int number = 0;
        for (FleetCaller c : r.callers()) {
            if (number++ >= rowsMax) {
                more(r.callers().size() - rowsMax);
                return;
            }
            String cause = FleetWording.cause(c);
            row(
                    c.instances.size(),
                    c.alone,
                    c.fixed,
                    c.blocking,
                    c.credentials,
                    caller(c.identity) + (cause.isEmpty() ? "" : "  (" + cause + ")"));
        }
    }

    private void days(FleetReport r) {
        int most = r.days().stream().mapToInt(Day::blocked).max().orElse(0);
        heading("By day: instances that made blocking calls");
        line(String.format(Locale.ROOT, "  %-10s %12s %8s %8s", "day", "calls", "blocked", "heard"));
        for (int i = 0; i < r.days().size(); ) {
            int quiet = quietDays(r.days(), i);
            if (quiet >= QUIET_DAYS_MIN) {
                quiet(r.days().subList(i, i + quiet));
                i += quiet;
            } else {
                day(r.days().get(i++), most);
            }
        }
    }

    /** How many days from one on were without blocking calls, and equally many instances heard. */
    private static int quietDays(List<Day> days, int from) {
        int i = from;
        while (i < days.size()
                && days.get(i).blocked() == 0
                && days.get(i).blockingCalls() == 0
                && days.get(i).heard() == days.get(from).heard()) {
            i++;
        }
        return i - from;
    }

    private void quiet(List<Day> days) {
        Day first = days.getFirst();
        line(DAY.formatted(Timestamps.day(first.epochDay()), 0, 0, first.heard()) + "  the same to "
                + Timestamps.day(days.getLast().epochDay()) + ", " + days.size() + " days");
    }

    private void day(Day d, int most) {
        String bar = most == 0 ? "" : "#".repeat((int) Math.ceil((double) d.blocked() * BAR_CHARS / most));
        line((DAY.formatted(Timestamps.day(d.epochDay()), d.blockingCalls(), d.blocked(), d.heard()) + "  " + bar)
                .stripTrailing());
    }

    private void instances(FleetReport r, InstanceState state, String title) {
        List<Judged> of = r.instances().stream().filter(j -> j.state() == state).toList();
        if (of.isEmpty()) {
            return;
        }
        heading(title);
        for (Judged j : of.subList(0, Math.min(rowsMax, of.size()))) {
            Instance i = j.instance();
            String callers = String.join(
                    ", ",
                    i.blockers().stream()
                            .map(c -> cut(c.identity.name()))
                            .sorted()
                            .limit(5)
                            .toList());
            String reasons = String.join(
                    "; ", j.reasons().stream().map(x -> x.sentence()).toList());
            line("  " + cut(FleetWording.instance(i))
                    + (state == InstanceState.BLOCKED ? "  " + Plural.of(i.blocking, "call") + " of " + callers : "")
                    + (reasons.isEmpty() ? "" : "  [" + reasons + "]"));
        }
        if (of.size() > rowsMax) {
            more(of.size() - rowsMax);
        }
    }

    private void detail(Judged j) {
        Instance i = j.instance();
        j.reasons().forEach(x -> line("  because: " + x.sentence()));
        line("  requests: " + i.requests + " (v1 " + i.v1 + ", v2 " + i.v2 + ", undetermined " + i.undetermined
                + "), blocking " + i.blocking);
        line("  evidence: " + FleetWording.quality(i));
        line("  seen:     " + FleetWording.time(i.first) + " to " + FleetWording.time(i.last) + " UTC");
        heading("Callers");
        row("calls", "blocks", "before", "creds", "", "caller");
        for (Use u : i.uses()) {
            row(u.requests, u.blocking, u.before, u.credentials, "", caller(u.caller.identity));
            line("      " + FleetWording.time(u.first) + " to " + FleetWording.time(u.last)
                    + (FleetWording.evidence(u).isEmpty() ? "" : "; known " + FleetWording.evidence(u)));
        }
    }

    private static String caller(CallerIdentity c) {
        String place = c.place();
        return cut(c.name()) + (place.isEmpty() ? "" : "  " + cut(place));
    }

    private void heading(String title) {
        out.add("");
        line(title);
    }

    private void row(Object a, Object b, Object c, Object d, Object e, String last) {
        line(String.format(Locale.ROOT, "  %7s %7s %7s %9s %7s  %s", a, b, c, d, e, last));
    }

    private void more(int count) {
        line("  … and " + count + " more; --top N shows more, --format json all");
    }

    private void line(String text) {
        out.add(Escaped.of(text));
    }

    private static String cut(String text) {
        return text.length() <= NAME_CHARS_MAX ? text : text.substring(0, NAME_CHARS_MAX - 1) + "…";
    }
}
