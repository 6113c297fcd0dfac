package io.imdsight.record;

import io.imdsight.model.Caller;
import io.imdsight.model.Script;
import io.imdsight.model.Sighting;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Who calls, as far as calls are counted apart: what stays the same from run to run, so no process id. Every text is escaped and free of
 * secrets; null where not known.
 *
 * @param executable path of the program
 * @param title what a person would call it: the script or class for an interpreter, otherwise the program's name
 * @param systemdUnit the unit, as {@code nightly.service}
 * @param containerId the container's full id
 * @param podUid the Kubernetes pod's uid
 * @param owner the user's name, or the numeric user id where it has none
 * @param userAgent the request's User-Agent
 * @param sourceAddress the originator's address, only where the process is not known
 * @param script the script that the program works for, see {@link Script}: of one curl for two scripts each has its own; null where there is none
 */
public record CallerKey(
        String executable,
        String title,
        String systemdUnit,
        String containerId,
        String podUid,
        String owner,
        String userAgent,
        String sourceAddress,
        String script) {
    /** What is counted together once too many callers were seen in a day. */
    public static final CallerKey OTHER = new CallerKey(null, "other", null, null, null, null, null, null);

    /** A caller that works for no script. */
    public CallerKey(
            String executable,
            String title,
            String systemdUnit,
            String containerId,
            String podUid,
            String owner,
            String userAgent,
            String sourceAddress) {
        this(executable, title, systemdUnit, containerId, podUid, owner, userAgent, sourceAddress, null);
    }

    /** The key that a sighting is counted under. */
    public static CallerKey of(Sighting s) {
        String agent = s.exchange().request().userAgent();
        Caller c = s.caller();
        if (c == null) {
            String source = s.exchange().connection().originator().toString();
            return new CallerKey(null, null, null, null, null, null, agent, source);
        }
        String owner = c.owner() != null || c.userId() < 0 ? c.owner() : Integer.toString(c.userId());
        return new CallerKey(
                c.executable(),
                c.title(),
                c.systemdUnit(),
                c.containerId(),
                c.podUid(),
                owner,
                agent,
                null,
                Script.workedFor(c));
    }

    /** Every text of it, in the order of the components; null where a component is. */
    public List<String> texts() {
        return Arrays.asList(
                executable, title, systemdUnit, containerId, podUid, owner, userAgent, sourceAddress, script);
    }

    /** The same with each text shortened, or whatever is done to it; what is absent stays absent. */
    public CallerKey with(UnaryOperator<String> shortened) {
        return new CallerKey(
                applied(shortened, executable),
                applied(shortened, title),
                applied(shortened, systemdUnit),
                applied(shortened, containerId),
                applied(shortened, podUid),
                applied(shortened, owner),
                applied(shortened, userAgent),
                applied(shortened, sourceAddress),
                applied(shortened, script));
    }

    private static String applied(UnaryOperator<String> shortened, String text) {
        return text == null ? null : shortened.apply(text);
    }

    /** The same with another User-Agent; null for none. */
    public CallerKey withUserAgent(String other) {
        return new CallerKey(executable, title, systemdUnit, containerId, podUid, owner, other, sourceAddress, script);
    }

    /** The same, working for another script; null for none. */
    public CallerKey withScript(String other) {
        return new CallerKey(
                executable, title, systemdUnit, containerId, podUid, owner, userAgent, sourceAddress, other);
    }

    /** The same without the program's path. */
    public CallerKey withoutExecutable() {
        return new CallerKey(null, title, systemdUnit, containerId, podUid, owner, userAgent, sourceAddress, script);
    }
}
