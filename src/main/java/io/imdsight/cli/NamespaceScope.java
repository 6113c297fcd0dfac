package io.imdsight.cli;

import io.imdsight.linux.Capabilities;
import io.imdsight.linux.Capabilities.Name;
import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntPredicate;

/**
 * In whose network namespaces captures may be opened besides the agent's own. The namespace of process 1 is never entered: an agent that was put into
 * a namespace of its own has no business in the machine's.
 *
 * @param others whether other namespaces are looked at, at all
 * @param processes which processes' namespaces are looked at
 * @param problem why no other is looked at though it should be, as a sentence without a full stop; null where nothing is wrong
 */
record NamespaceScope(boolean others, IntPredicate processes, String problem) {
    /** No other namespace. */
    static final NamespaceScope OWN = new NamespaceScope(false, pid -> false, null);

    /** /proc, the machine's. */
    static final Path PROC = Path.of("/proc");

    private static final String NOT_CAPTURED =
            "network namespaces with an interface of their own to the service are not captured: ";

    /** What is missing. */
    static final String NEEDS = NOT_CAPTURED + "needs CAP_SYS_ADMIN and CAP_SYS_PTRACE";

    /** What is wrong where nothing is missing. */
    static final String HIDDEN =
            NOT_CAPTURED + "that of process 1 cannot be seen, though CAP_SYS_ADMIN and CAP_SYS_PTRACE"
                    + " are there (in a user namespace they hold for that alone; a security module may forbid it)";

    /** All of the machine for an agent in the machine's own namespace, otherwise none. */
    static NamespaceScope ofMachine() {
        return of(new NetworkNamespaces(PROC).of(1), NetworkNamespace.OF_THREAD, capabilities(PROC));
    }

    /**
     * The same from what was read.
     *
     * @param machine the number of process 1's namespace, or below 0 where that is not told
     * @param link to the own namespace
     */
    static NamespaceScope of(long machine, Path link, Capabilities own) {
        if (machine < 0) {
            return new NamespaceScope(false, pid -> false, mayEnter(own) ? HIDDEN : NEEDS);
        }
        try {
            return machine == NetworkNamespace.inode(link) ? new NamespaceScope(true, pid -> true, null) : OWN;
        } catch (IOException e) {
            return OWN;
        }
    }

    /** The process's own; none where they cannot be read. */
    static Capabilities capabilities(Path proc) {
        try {
            return Capabilities.parse(Files.readAllBytes(proc.resolve("self/status")));
        } catch (IOException e) {
            return new Capabilities(0);
        }
    }

    /** Whether other namespaces can be entered, as far as capabilities tell. */
    static boolean mayEnter(Capabilities own) {
        return own.has(Name.CAP_SYS_ADMIN) && own.has(Name.CAP_SYS_PTRACE);
    }
}
