package io.imdsight.report.fleet;

import io.imdsight.model.Script;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A caller as it is the same on every instance: what somebody has to change. What differs from run to run or from machine to machine is not in it:
 * container, pod, address, and the User-Agent where the process is known. The SQL of packaging/dashboards/athena.sql has the same rules.
 *
 * @param name what a person would call it
 * @param executable path of the program; null where not known
 * @param unit the systemd unit, with {@code *} for what is made up at each start; null where there is none
 * @param owner the user; null where not known
 * @param contained whether it runs in a container
 * @param userAgent only where the process is not known
 * @param script the script that it works for; null where there is none
 */
record CallerIdentity(
        String name, String executable, String unit, String owner, boolean contained, String userAgent, String script) {
    /** Callers that the agent, or this report, did not tell apart. */
    static final CallerIdentity OTHER = new CallerIdentity("other", null, null, null, false, null, null);

    static final String UNNAMED = "not known";

    static final Comparator<CallerIdentity> ORDER = Comparator.comparing(CallerIdentity::name)
            .thenComparing(CallerIdentity::executable, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(CallerIdentity::unit, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(CallerIdentity::owner, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(CallerIdentity::contained)
            .thenComparing(CallerIdentity::userAgent, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(CallerIdentity::script, Comparator.nullsFirst(Comparator.naturalOrder()));

    /** Ids of containers and of transient units. */
    private static final Pattern LONG_HEX = Pattern.compile("[0-9a-f]{12,}");

    /** {@code session-12.scope}. */
    private static final Pattern NUMBERS = Pattern.compile("[0-9]+");

    static CallerIdentity of(FeedRecord r) {
        if (r.title == null && r.executable == null) {
            return "other".equals(r.callerName)
                    ? OTHER
                    : new CallerIdentity(UNNAMED, null, unit(r.unit), r.owner, r.inContainer, r.userAgent, null);
        }
        if ("other".equals(r.title) && r.executable == null && r.owner == null && r.unit == null) {
            return OTHER;
        }
        return new CallerIdentity(nameOf(r), r.executable, unit(r.unit), r.owner, r.inContainer, null, r.script);
    }

    /** As a feed says it; an event does not, and its name is put together in the same way. */
    private static String nameOf(FeedRecord r) {
        if (r.callerName != null) {
            return r.callerName;
        }
        return Script.label(r.title != null ? r.title : r.executable, r.script);
    }

    private static String unit(String unit) {
        if (unit == null || isPlain(unit)) {
            return unit;
        }
        String out = LONG_HEX.matcher(unit).replaceAll("*");
        return out.endsWith(".scope") ? NUMBERS.matcher(out).replaceAll("*") : out;
    }

    /** Most units have no digit at all, and expressions are slow. */
    private static boolean isPlain(String unit) {
        for (int i = 0; i < unit.length(); i++) {
            char c = unit.charAt(i);
            if (c >= '0' && c <= '9') {
                return false;
            }
        }
        return unit.length() < 12 || !LONG_HEX.matcher(unit).find();
    }

    /** Whether somebody could mend it: it is one caller, not a number of them. */
    boolean isOne() {
        return !equals(OTHER);
    }

    /** Where it lives, for people: {@code run by /opt/nightly.sh, unit nightly.service, user root, in containers}. */
    String place() {
        List<String> out = new ArrayList<>();
        if (script != null) {
            out.add("run by " + script);
        }
        if (unit != null) {
            out.add("unit " + unit);
        }
        if (owner != null) {
            out.add("user " + owner);
        }
        if (contained) {
            out.add("in containers");
        }
        if (userAgent != null) {
            out.add("User-Agent " + userAgent);
        }
        return String.join(", ", out);
    }

    int characters() {
        return length(name) + length(executable) + length(unit) + length(owner) + length(userAgent) + length(script);
    }

    private static int length(String s) {
        return s == null ? 0 : s.length();
    }
}
