package io.imdsight.attribute;

import io.imdsight.linux.KernelException;
import io.imdsight.linux.ProcessTable;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.EvidenceMethod;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/**
 * Names the process behind a connection. The kernel's connect probe is asked first, the socket table second; where neither knows, the answer
 * is none, with the reason.
 */
public final class Attributor implements Closeable {
    /** How long {@link #find} waits for either way: a look-up with some thousand processes takes half of it. */
    static final long WAIT_NANOS_MAX = 250_000_000;

    /** For the probe, which answers within a millisecond unless it gets no CPU: on a machine with ten threads waiting for each CPU that is a second. */
    static final long PROBE_WAIT_NANOS_MAX = 2_000_000_000;

    private static final String COST = "callers that live a few milliseconds will often stay unnamed";

    private final AttributorOptions options;
    private final ConnectProbe probe;
    private final SocketLookup lookup;
    private final CgroupPlaces cgroups;
    private final Translator translator;
    private final AttributorState state;
    private final AtomicLongArray found = new AtomicLongArray(EvidenceMethod.values().length);

    private Attributor(
            AttributorOptions options,
            ConnectProbe probe,
            SocketLookup lookup,
            CgroupPlaces cgroups,
            Translator translator,
            AttributorState state) {
        this.options = options;
        this.probe = probe;
        this.lookup = lookup;
        this.cgroups = cgroups;
        this.translator = translator;
        this.state = state;
    }

    /**
     * Starts what this machine and its privileges allow; {@link #state} says what that is. The socket table is that of the calling thread's
     * network namespace, the probe sees all of them.
     */
    public static Attributor start(AttributorOptions options) {
        ProcessTable processes = new ProcessTable(options.procRoot());
        UserNames users = new UserNames(
                options.procRoot(), options.passwd(), options.clock().monotonic());
        CgroupPlaces cgroups = new CgroupPlaces(options.procRoot());
        ConnectProbe probe = null;
        String probeProblem = null;
        if (options.probe()) {
            try {
                probe = ConnectProbe.start(options, new CallerReader(processes, cgroups, users, options.clock()));
            } catch (IOException | IllegalArgumentException e) {
                probeProblem =
                        "the connect probe is off (" + e.getMessage() + "); " + COST + "; " + StateSource.remedy(e);
            }
        } else {
            probeProblem = "the connect probe is switched off; " + COST;
        }
        SocketLookup lookup = null;
        String tableProblem = null;
        if (options.socketTable()) {
            try {
                ConnectProbe seeded = probe;
                lookup = new SocketLookup(
                        options,
                        new SocketHolders(processes, options.clock().monotonic()),
                        new CallerReader(processes, cgroups, users, options.clock()),
                        (connection, attribution) -> {
                            if (seeded != null) {
                                seeded.seed(connection, attribution);
                            }
                        });
            } catch (KernelException e) {
                tableProblem = "sockets cannot be looked up (" + e.getMessage()
                        + "); connections older than imdsight stay unnamed; needs netlink sockets, see docs/attribution.md";
            }
        } else {
            tableProblem = "the socket table is switched off; connections older than imdsight stay unnamed";
        }
        String copyProblem = probe == null ? null : probe.copyProblem();
        Translator translator = Translator.open(options.procRoot());
        AttributorState state = new AttributorState(
                probe != null,
                probeProblem,
                probe == null ? null : probe.detour(),
                probe != null && copyProblem == null,
                copyProblem,
                probe != null && probe.sendProblem() == null,
                probe == null ? null : probe.sendProblem(),
                lookup != null,
                tableProblem,
                translator.problem());
        return new Attributor(options, probe, lookup, cgroups, translator, state);
    }

    /** Which ways are open. */
    public AttributorState state() {
        return state;
    }

    /**
     * A connection was seen for the first time. Does not wait: for the capture's thread. The probe saw it, too, and earlier; without the probe
     * the socket's look-up begins, while the process is there.
     *
     * @param timestampNanos when its first packet was captured, nanoseconds since 1970-01-01T00:00:00Z
     */
    public void opened(Connection connection, long timestampNanos) {
        if (probe != null) {
            probe.witness().captured(connection, timestampNanos);
        }
        if (probe == null && lookup != null) {
            lookup.submit(connection, timestampNanos);
        }
    }

    /**
     * Names the process that sent on a connection. May wait: {@value #PROBE_WAIT_NANOS_MAX} ns for the probe, {@value #WAIT_NANOS_MAX} for the socket table.
     *
     * @param openedNanos the timestamp given to {@link #opened}
     * @param headEnd TCP sequence number behind the last byte of the request's head
     */
    public Attribution find(Connection connection, long openedNanos, int headEnd) {
        Attribution result;
        try {
            result = search(connection, openedNanos, headEnd);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result = Attribution.none("interrupted while looking");
        }
        found.incrementAndGet(result.evidence().method().ordinal());
        return result;
    }

    private Attribution search(Connection connection, long openedNanos, int headEnd) throws InterruptedException {
        if (probe != null) {
            Attribution known = probe.find(connection, openedNanos, headEnd, PROBE_WAIT_NANOS_MAX);
            if (known != null) {
                return known;
            }
            Connection original = translator.original(connection);
            if (original != null) {
                probe.witness().translated(connection, openedNanos, original);
                known = probe.find(original, openedNanos, headEnd, PROBE_WAIT_NANOS_MAX);
                return (known == null ? Attribution.none(UNKNOWN_TO_PROBE) : known).translatedFrom(original);
            }
        }
        if (lookup == null) {
            return Attribution.none(probe == null ? "no way to a process is open here" : UNKNOWN_TO_PROBE);
        }
        Attribution second = lookup.find(connection, openedNanos, WAIT_NANOS_MAX);
        return probe == null || second.caller() != null
                ? second
                : Attribution.none(UNKNOWN_TO_PROBE + "; " + second.evidence().reason());
    }

    private static final String UNKNOWN_TO_PROBE =
            "the connect probe saw no process of this machine connect from that address (older than imdsight, translated or forwarded)";

    /**
     * Nothing more will come from a connection. Does not wait. What is known of it is kept for a minute, for exchanges that wait to be named.
     *
     * @param openedNanos the timestamp given to {@link #opened}
     */
    public void closed(Connection connection, long openedNanos) {
        if (probe != null) {
            probe.closed(connection, openedNanos, options.clock().epoch().getAsLong());
            probe.witness().ended(connection, openedNanos);
        }
        if (lookup != null) {
            lookup.closed(connection, openedNanos);
        }
    }

    /**
     * Has each connecting process told to somebody, on the probe's thread, right after it was read: for whoever wants to know where it lives. Nobody
     * is told without the probe.
     */
    public void tellConnects(IntConsumer pids) {
        if (probe != null) {
            probe.tellConnects(pids);
        }
    }

    /**
     * Says what is captured: where nothing is, connects are no miss, and no packet will ask for them.
     *
     * @param captured whether the capture covers the interfaces of a network namespace, by its inode; for any thread
     */
    public void capturing(LongPredicate captured) {
        if (probe != null) {
            probe.capturing(captured);
        }
    }

    /**
     * A request was read from a connection, or it was found that there must have been one. Does not wait.
     *
     * @param openedNanos the timestamp given to {@link #opened}
     */
    public void requested(Connection connection, long openedNanos) {
        if (probe != null) {
            probe.witness().requested(connection, openedNanos);
        }
    }

    /**
     * A connection is seen under another name, too: behind address translation. Does not wait.
     *
     * @param openedNanos the timestamp given to {@link #opened}
     */
    public void translated(Connection connection, long openedNanos, Connection other) {
        if (probe != null) {
            probe.witness().translated(connection, openedNanos, other);
        }
    }

    /** How complete the capture is; null where the probe is not up: without it there is no witness. */
    public Witness witness() {
        return probe == null ? null : probe.witness();
    }

    /** Has the witness decide on all connections: to be called once the capture is over, before {@link #close}. */
    public void finishWitness() throws InterruptedException {
        if (probe != null) {
            probe.finishWitness();
        }
    }

    /** What was seen and found so far. */
    public AttributorCounts counts() {
        long[] seen = new long[ConnectProbe.COUNTS];
        try {
            seen = probe == null ? seen : probe.counts();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new AttributorCounts(
                seen[0],
                seen[1],
                seen[2],
                seen[3],
                seen[4],
                seen[5],
                seen[6],
                seen[7],
                seen[8],
                seen[9],
                lookup == null ? 0 : lookup.lookups(),
                lookup == null ? 0 : lookup.named(),
                found.get(EvidenceMethod.CONNECT_PROBE.ordinal()),
                found.get(EvidenceMethod.SOCKET_TABLE.ordinal()),
                found.get(EvidenceMethod.NONE.ordinal()));
    }

    @Override
    public void close() {
        translator.close();
        if (lookup != null) {
            lookup.close();
        }
        if (probe != null) {
            probe.close();
        }
        cgroups.close();
    }
}
