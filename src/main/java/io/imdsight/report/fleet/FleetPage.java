package io.imdsight.report.fleet;

import io.imdsight.model.Plural;
import io.imdsight.report.Html;
import io.imdsight.report.Page;
import io.imdsight.report.SortedTable;
import io.imdsight.report.SortedTable.Column;
import java.util.Arrays;
import java.util.List;

/** The answers as one page. A phone can hold some hundred rows of a table, not ten thousand: the worst are shown, and how many are not. */
public final class FleetPage {
    private static final SortedTable STEPS = new SortedTable(
            "plan-",
            "steps",
            List.of(
                    new Column("Step", true),
                    new Column("Fix", false),
                    new Column("Frees", true),
                    new Column("Become ready", true),
                    new Column("Freed so far", true),
                    new Column("Still blocked", true),
                    new Column("Unit, user", false)),
            "name, unit, user …",
            null,
            List.of());
    private static final SortedTable CALLERS = new SortedTable(
            "caller-",
            "callers",
            List.of(
                    new Column("Rank", true),
                    new Column("Caller", false),
                    new Column("Instances blocked", true),
                    new Column("By it alone", true),
                    new Column("Fixed on", true),
                    new Column("Blocking calls", true),
                    new Column("For credentials", true),
                    new Column("Cause", false),
                    new Column("Unit, user", false)),
            "name, unit, user, cause …",
            null,
            List.of());
    private static final SortedTable INSTANCES = new SortedTable(
            "instance-",
            "instances",
            List.of(
                    new Column("State", true),
                    new Column("Instance", false),
                    new Column("Blocking calls", true),
                    new Column("Callers that block", true),
                    new Column("All calls", true),
                    new Column("Last heartbeat (UTC)", false)),
            "id, name, caller, unit …",
            "State",
            Arrays.stream(InstanceState.values()).map(InstanceState::label).toList());

    /** Lines of a cell that lists instances. */
    private static final int EXAMPLES_MAX = 20;

    private FleetPage() {}

    /**
     * The whole page.
     *
     * @param rowsMax of each table
     * @param program name and version
     */
    public static String page(FleetReport r, int rowsMax, String program) {
        Html h = new Html();
        header(h, r);
        h.raw("<main>\n");
        BurnDownChart.write(h, r.days());
        plan(h, r, rowsMax);
        callers(h, r, rowsMax);
        instances(h, r, rowsMax);
        h.raw("<section><h2>Input</h2>")
                .element("p", FleetWording.input(r.inputs()) + ".")
                .raw("</section>\n");
        h.raw("</main>\n<footer class=\"soft\"><p>");
        h.text(program + ", " + FleetWording.period(r.period())).raw("</p></footer>\n");
        return Page.of("IMDSv2 in the fleet: " + FleetWording.headline(r), h);
    }

    private static void header(Html h, FleetReport r) {
        h.raw("<header>\n<p class=\"soft\">IMDSv2 in the fleet</p>\n");
        String colour = r.count(InstanceState.BLOCKED) > 0
                ? "blocked"
                : r.count(InstanceState.READY) == r.instances().size() ? "ready" : "inconclusive";
        h.raw("<div class=\"verdict " + colour + "\">\n").element("h1", FleetWording.headline(r));
        h.element("p", FleetWording.period(r.period())).raw("\n<dl class=\"tiles\">");
        for (InstanceState s : InstanceState.values()) {
            h.raw("<div class=\"" + s.label() + "\"><dt>" + s.label() + "</dt><dd>" + r.count(s) + "</dd></div>");
        }
        h.raw("</dl>\n");
        List<String> notes = FleetWording.notes(r);
        if (!notes.isEmpty()) {
            h.raw("<p>Note:</p><ul>");
            notes.forEach(n -> h.element("li", n));
            h.raw("</ul>\n");
        }
        h.raw("</div>\n</header>\n");
    }

    private static void plan(Html h, FleetReport r, int rowsMax) {
        h.raw("<section><h2>What to fix, in which order</h2>\n");
        if (r.plan().isEmpty()) {
            h.element("p", "Nothing is known that blocks.").raw("</section>\n");
            return;
        }
        h.element(
                "p",
                "An instance is free only once all of its callers are fixed. Each step is the one that frees the most then.");
        shown(h, rowsMax, r.plan().size(), "steps");
        STEPS.begin(h);
        int number = 0;
        for (PlanStep s : r.plan().subList(0, Math.min(rowsMax, r.plan().size()))) {
            STEPS.beginRow(h, null);
            STEPS.number(h, 0, ++number);
            STEPS.cell(h, 1, s.caller().identity.name());
            STEPS.number(h, 2, s.freed());
            STEPS.number(h, 3, s.freedReady());
            STEPS.number(h, 4, s.freedSoFar());
            STEPS.number(h, 5, s.left());
            STEPS.cell(h, 6, s.caller().identity.place());
            STEPS.endRow(h);
        }
        STEPS.end(h);
        h.raw("</section>\n");
    }

    private static void callers(Html h, FleetReport r, int rowsMax) {
        h.raw("<section><h2>Callers that block</h2>\n");
        if (r.callers().isEmpty()) {
            h.element("p", "There are none.").raw("</section>\n");
            return;
        }
        shown(h, rowsMax, r.callers().size(), "callers");
        CALLERS.begin(h);
        int rank = 0;
        for (FleetCaller c :
                r.callers().subList(0, Math.min(rowsMax, r.callers().size()))) {
            CALLERS.beginRow(h, null);
            CALLERS.number(h, 0, ++rank);
            CALLERS.cell(h, 1, c.identity.name());
            CALLERS.number(h, 2, c.instances.size());
            CALLERS.number(h, 3, c.alone);
            CALLERS.number(h, 4, c.fixed);
            CALLERS.number(h, 5, c.blocking);
            CALLERS.number(h, 6, c.credentials);
            CALLERS.cell(h, 7, FleetWording.cause(c));
            CALLERS.cell(h, 8, c.identity.place());
            CALLERS.beginDetails(h);
            h.raw("<details class=\"screen\"><summary>Who, and where</summary><dl>");
            h.term("Program", c.identity.executable());
            h.term("User-Agent", c.userAgent);
            h.term("First seen", FleetWording.time(c.first) + " UTC");
            h.term("Last seen", FleetWording.time(c.last) + " UTC");
            h.term("Instances", examples(c));
            h.raw("</dl></details>");
            CALLERS.endDetails(h);
            CALLERS.endRow(h);
        }
        CALLERS.end(h);
        h.raw("</section>\n");
    }

    private static String examples(FleetCaller c) {
        List<String> ids = c.instances.stream()
                .map(i -> FleetWording.instance(i))
                .sorted()
                .limit(EXAMPLES_MAX)
                .toList();
        int more = c.instances.size() - ids.size();
        return String.join(", ", ids) + (more > 0 ? " and " + more + " more" : "");
    }

    private static void instances(Html h, FleetReport r, int rowsMax) {
        h.raw("<section><h2>Instances</h2>\n");
        if (r.instances().isEmpty()) {
            h.element("p", "There are none.").raw("</section>\n");
            return;
        }
        shown(h, rowsMax, r.instances().size(), "instances");
        INSTANCES.begin(h);
        r.instances().stream().limit(rowsMax).forEach(j -> instance(h, j));
        INSTANCES.end(h);
        h.raw("</section>\n");
    }

    private static void instance(Html h, Judged j) {
        Instance i = j.instance();
        String state = j.state().label();
        INSTANCES.beginRow(h, state);
        INSTANCES.mark(h, j.state().ordinal(), state);
        INSTANCES.cell(h, 1, FleetWording.instance(i));
        INSTANCES.number(h, 2, i.blocking);
        INSTANCES.number(h, 3, i.blockers().size());
        INSTANCES.number(h, 4, i.requests);
        INSTANCES.cell(h, 5, FleetWording.time(i.lastHeartbeat));
        INSTANCES.beginDetails(h);
        h.raw("<details class=\"screen\"><summary>Callers and evidence</summary><dl>");
        j.reasons()
                .forEach(x ->
                        h.term(j.state() == InstanceState.BLOCKED ? "There may be more" : "Because", x.sentence()));
        h.term("Requests", "v1 " + i.v1 + ", v2 " + i.v2 + ", undetermined " + i.undetermined);
        h.term("Evidence", FleetWording.quality(i));
        h.term("Seen", FleetWording.time(i.first) + " to " + FleetWording.time(i.last) + " UTC");
        for (Use u : i.uses()) {
            h.element("dt", u.blocking > 0 ? "Blocks" : u.before > 0 ? "Blocked earlier" : "Calls")
                    .raw("<dd>");
            h.element("strong", u.caller.identity.name());
            String place = u.caller.identity.place();
            h.text((place.isEmpty() ? "" : ", " + place) + ": "
                    + (u.blocking > 0
                            ? Plural.of(u.blocking, "call")
                            : Plural.of(u.before, "call") + " before the window")
                    + (u.credentials > 0 ? ", " + u.credentials + " for credentials" : "") + "; "
                    + FleetWording.time(u.first) + " to " + FleetWording.time(u.last)
                    + (FleetWording.evidence(u).isEmpty() ? "" : "; known " + FleetWording.evidence(u)));
            h.raw("</dd>");
        }
        h.raw("</dl></details>");
        INSTANCES.endDetails(h);
        INSTANCES.endRow(h);
    }

    private static void shown(Html h, int rowsMax, int all, String what) {
        if (all > rowsMax) {
            h.element(
                    "p class=\"soft\"",
                    "The first " + rowsMax + " of " + all + " " + what
                            + ", the worst first; --top N shows more, --format json all.");
        }
    }
}
