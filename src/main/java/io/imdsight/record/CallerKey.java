package io.imdsight.record;

import io.imdsight.model.Caller;
import io.imdsight.model.Sighting;

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
 */
public record CallerKey(
        String executable,
        String title,
        String systemdUnit,
        String containerId,
        String podUid,
        String owner,
        String userAgent,
        String sourceAddress) {
    /** What is counted together once too many callers were seen in a day. */
    public static final CallerKey OTHER = new CallerKey(null, "other", null, null, null, null, null, null);

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
                c.executable(), c.title(), c.systemdUnit(), c.containerId(), c.podUid(), owner, agent, null);
    }
}
