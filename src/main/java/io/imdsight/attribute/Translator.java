package io.imdsight.attribute;

import io.imdsight.linux.Conntrack;
import io.imdsight.linux.KernelException;
import io.imdsight.model.Connection;
import io.imdsight.model.IpAddress;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Turns the name that a connection has behind masquerade into the one that its process knows, by the kernel's own table of translations. It never
 * guesses: what the table does not have stays as it is.
 */
final class Translator implements Closeable {
    /** There once the kernel tracks connections. A question would load what is not there: a machine that translates nothing stays as it is. */
    private static final String TRACKING = "sys/net/netfilter/nf_conntrack_max";

    private final Conntrack conntrack;
    private final Path tracking;
    private final String problem;

    private Translator(Conntrack conntrack, Path tracking, String problem) {
        this.conntrack = conntrack;
        this.tracking = tracking;
        this.problem = problem;
    }

    /** Opens the table of the calling thread's network namespace, where that is permitted. */
    static Translator open(Path proc) {
        Path tracking = proc.resolve(TRACKING);
        Conntrack conntrack = null;
        try {
            conntrack = new Conntrack();
            if (Files.exists(tracking)) {
                conntrack.original(new Conntrack.Tuple(new byte[4], 0, new byte[4], 0));
            }
            return new Translator(conntrack, tracking, null);
        } catch (KernelException e) {
            if (conntrack != null) {
                conntrack.close();
            }
            String remedy = e.isPermission() ? "needs CAP_NET_ADMIN" : "needs the kernel module nf_conntrack_netlink";
            return new Translator(
                    null,
                    tracking,
                    "translated addresses cannot be mapped back (" + e.getMessage()
                            + "); callers behind masquerade stay unnamed unless capture is on any; " + remedy);
        }
    }

    /** Why the table cannot be read, what that costs and how to mend it, as a sentence without a full stop; null where it can. */
    String problem() {
        return problem;
    }

    /** The connection as whoever opened it names it; null where it was not translated, or that is not known. */
    Connection original(Connection c) {
        if (conntrack == null || !Files.exists(tracking)) {
            return null;
        }
        try {
            Conntrack.Tuple t = ask(new Conntrack.Tuple(
                    c.responder().bytes(), c.responderPort(), c.originator().bytes(), c.originatorPort()));
            if (t == null || t.sourcePort() == 0) {
                return null;
            }
            Connection found = new Connection(address(t.source()), t.sourcePort(), c.responder(), c.responderPort());
            return found.equals(c) ? null : found;
        } catch (KernelException e) {
            return null; // it could be read at start: an answer that fails is no translation
        }
    }

    private synchronized Conntrack.Tuple ask(Conntrack.Tuple reply) throws KernelException {
        return conntrack.original(reply);
    }

    private static IpAddress address(byte[] bytes) {
        try {
            return IpAddress.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has four or sixteen bytes", e);
        }
    }

    @Override
    public synchronized void close() {
        if (conntrack != null) {
            conntrack.close();
        }
    }
}
