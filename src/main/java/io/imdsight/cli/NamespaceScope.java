package io.imdsight.cli;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.NetworkNamespaces;
import java.io.IOException;
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

    /** What is missing. */
    static final String NEEDS = "network namespaces with an interface of their own to the service are not captured:"
            + " needs CAP_SYS_ADMIN and CAP_SYS_PTRACE";

    /** All of the machine for an agent in the machine's own namespace, otherwise none. */
    static NamespaceScope ofMachine() {
        long machine = new NetworkNamespaces(PROC).of(1);
        if (machine == NetworkNamespaces.REFUSED) {
            return new NamespaceScope(false, pid -> false, NEEDS);
        }
        try {
            boolean own = machine == NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
            return own ? new NamespaceScope(true, pid -> true, null) : OWN;
        } catch (IOException e) {
            return OWN;
        }
    }
}
