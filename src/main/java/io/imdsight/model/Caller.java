package io.imdsight.model;

import java.util.List;
import java.util.Objects;

/**
 * A process as it was when it opened a connection or, where another had opened it, when it sent. Every text is escaped ({@link Escaped}) and free of secrets.
 *
 * @param pid process id (thread group id) in the agent's pid namespace
 * @param executable path of the program, as /proc/PID/exe has it; null where it could not be read
 * @param arguments the command line, one element an argument; null where it could not be read, empty for a kernel thread
 * @param title the name that a person would use: the script for an interpreter, otherwise the command name; null where not known
 * @param userId real user id; -1 where not known
 * @param owner the user's name; null where there is none
 * @param startTimeNanos when the process started, nanoseconds since 1970-01-01T00:00:00Z; 0 where not known
 * @param startBootNanos the same on CLOCK_BOOTTIME, which nobody sets: what start times are compared by; 0 where not known
 * @param systemdUnit the unit it runs in, as {@code nightly.service}; null outside systemd
 * @param containerId the container's full id; null outside a container
 * @param podUid the Kubernetes pod's uid with hyphens; null outside Kubernetes
 * @param parents its ancestors, the parent first, pid 1 last; empty where not known. An ancestor's own {@code parents} is empty
 */
public record Caller(
        int pid,
        String executable,
        List<String> arguments,
        String title,
        int userId,
        String owner,
        long startTimeNanos,
        long startBootNanos,
        String systemdUnit,
        String containerId,
        String podUid,
        List<Caller> parents) {
    /** One that is not compared with others by its start: read from a file, or all but unknown. */
    public Caller(
            int pid,
            String executable,
            List<String> arguments,
            String title,
            int userId,
            String owner,
            long startTimeNanos,
            String systemdUnit,
            String containerId,
            String podUid,
            List<Caller> parents) {
        this(
                pid,
                executable,
                arguments,
                title,
                userId,
                owner,
                startTimeNanos,
                0,
                systemdUnit,
                containerId,
                podUid,
                parents);
    }

    /** Written out, as {@link #hashCode}: what the platform makes of a record makes some fifteen classes at run time (docs/performance.md). */
    @Override
    public boolean equals(Object other) {
        return other == this
                || other instanceof Caller c
                        && pid == c.pid
                        && userId == c.userId
                        && startTimeNanos == c.startTimeNanos
                        && startBootNanos == c.startBootNanos
                        && Objects.equals(executable, c.executable)
                        && Objects.equals(arguments, c.arguments)
                        && Objects.equals(title, c.title)
                        && Objects.equals(owner, c.owner)
                        && Objects.equals(systemdUnit, c.systemdUnit)
                        && Objects.equals(containerId, c.containerId)
                        && Objects.equals(podUid, c.podUid)
                        && Objects.equals(parents, c.parents);
    }

    @Override
    public int hashCode() {
        return 31 * pid + Long.hashCode(startBootNanos ^ startTimeNanos);
    }

    /** The same with other ancestors. */
    public Caller withParents(List<Caller> others) {
        return new Caller(
                pid,
                executable,
                arguments,
                title,
                userId,
                owner,
                startTimeNanos,
                startBootNanos,
                systemdUnit,
                containerId,
                podUid,
                others);
    }

    /** The arguments joined by blanks, those with blanks or quotes in them quoted as a shell would; null where {@link #arguments} is. */
    public String commandLine() {
        if (arguments == null) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (String a : arguments) {
            if (!out.isEmpty()) {
                out.append(' ');
            }
            if (!a.isEmpty() && a.chars().allMatch(Caller::needsNoQuotes)) {
                out.append(a);
            } else {
                out.append('\'').append(a.replace("'", "'\\''")).append('\'');
            }
        }
        return out.toString();
    }

    private static boolean needsNoQuotes(int c) {
        return c > ' ' && c != '\'' && c != '"' && c != '`' && c != '$' && c != '&' && c != '|' && c != ';' && c != '<'
                && c != '>' && c != '(' && c != ')';
    }
}
