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
 */
record NamespaceScope(boolean others, IntPredicate processes) {
    /** No other namespace. */
    static final NamespaceScope OWN = new NamespaceScope(false, pid -> false);

    /** /proc, the machine's. */
    static final Path PROC = Path.of("/proc");

    /** All of the machine for an agent in the machine's own namespace, otherwise none. */
    static NamespaceScope ofMachine() {
        try {
            boolean machine = new NetworkNamespaces(PROC).of(1) == NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
            return machine ? new NamespaceScope(true, pid -> true) : OWN;
        } catch (IOException e) {
            return OWN;
        }
    }
}
