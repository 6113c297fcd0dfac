package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The kernel's descriptions of connecting processes, until the connect that each belongs to is known. Used by one thread. */
final class PendingRecords {
    /** Four times what the kernel's ring holds: between two drains no more can come than that, and what each brings is joined at once. */
    static final long BYTES_MAX = 4L * 1024 * 1024;

    /** Besides the command line. */
    private static final int RECORD_BYTES = 1024;

    /**
     * Both records are made within the same passing of the tracepoint, some microseconds apart, unless the machine itself is stopped in
     * between. The socket may be used for another connect much later only.
     */
    static final long APART_NANOS_MAX = 50_000_000;

    private static final Deque<ConnectRecord> NONE = new ArrayDeque<>(1);

    private final Map<Long, Deque<ConnectRecord>> bySocket = new LinkedHashMap<>();
    private long bytes;

    /** Takes records, the oldest first. */
    void add(List<ConnectRecord> records) {
        for (ConnectRecord r : records) {
            bySocket.computeIfAbsent(r.socket(), s -> new ArrayDeque<>(1)).add(r);
            bytes += bytes(r);
        }
        Iterator<Deque<ConnectRecord>> oldest = bySocket.values().iterator();
        while (bytes > BYTES_MAX && oldest.hasNext()) {
            oldest.next().forEach(r -> bytes -= bytes(r));
            oldest.remove();
        }
    }

    /**
     * The description of a connect's process, which is then no longer here. Connects of one socket ask in their order: what is older on it goes.
     *
     * @return null where there is none
     */
    ConnectRecord take(Connect c) {
        Deque<ConnectRecord> of = bySocket.get(c.socket);
        ConnectRecord found = null;
        while (of != null && found == null && !of.isEmpty()) {
            if (isTooLate(of.peek(), c)) {
                break;
            }
            ConnectRecord r = of.poll();
            bytes -= bytes(r);
            found = describes(r, c) ? r : null;
        }
        if (of != null && of.isEmpty()) {
            bySocket.remove(c.socket);
        }
        return found;
    }

    /**
     * The same out of turn: it stays, and so does what earlier connects of the socket may still ask for. See {@link #remove}.
     *
     * @return null where there is none
     */
    ConnectRecord find(Connect c) {
        for (ConnectRecord r : bySocket.getOrDefault(c.socket, NONE)) {
            if (isTooLate(r, c)) {
                break;
            }
            if (describes(r, c)) {
                return r;
            }
        }
        return null;
    }

    /** Takes what was found: this one, not one that is equal. */
    @SuppressWarnings("ReferenceEquality")
    void remove(ConnectRecord found) {
        Deque<ConnectRecord> of = bySocket.get(found.socket());
        of.removeIf(r -> r == found);
        bytes -= bytes(found);
        if (of.isEmpty()) {
            bySocket.remove(found.socket());
        }
    }

    private static boolean isTooLate(ConnectRecord r, Connect c) {
        return r.timeNanos() - c.startedMonotonicNanos > APART_NANOS_MAX;
    }

    private static boolean describes(ConnectRecord r, Connect c) {
        return r.timeNanos() - c.startedMonotonicNanos >= -APART_NANOS_MAX && r.pid() == c.pid;
    }

    /** Forgets what nobody will ask for: its connect was lost, or was to another peer. */
    void expire(long nowNanos) {
        bySocket.values().removeIf(of -> {
            of.removeIf(r -> {
                boolean old = nowNanos - r.timeNanos() > Connect.JOIN_NANOS_MAX;
                bytes -= old ? bytes(r) : 0;
                return old;
            });
            return of.isEmpty();
        });
    }

    private static int bytes(ConnectRecord r) {
        return RECORD_BYTES + (r.arguments() == null ? 0 : r.arguments().length);
    }

    int size() {
        return bySocket.size();
    }

    long bytes() {
        return bytes;
    }
}
