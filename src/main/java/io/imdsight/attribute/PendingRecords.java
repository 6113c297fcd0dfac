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
    /** Four times what the kernel's ring holds: between two drains no more can come than that, and each drain joins what it brings. */
    static final long BYTES_MAX = 4L * 1024 * 1024;

    /** Besides the command line. */
    private static final int RECORD_BYTES = 1024;

    /**
     * Both records are made within the same passing of the tracepoint, some microseconds apart, unless the machine itself is stopped in
     * between. The socket may be used for another connect much later only.
     */
    static final long APART_NANOS_MAX = 50_000_000;

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
     * The description of a connect's process, which is then no longer here.
     *
     * @return null where there is none
     */
    ConnectRecord take(Connect c) {
        ConnectRecord found = find(c);
        if (found != null) {
            dropFirst(c.socket);
        }
        return found;
    }

    /**
     * The same, and it stays. What is older on that socket goes.
     *
     * @return null where there is none
     */
    ConnectRecord find(Connect c) {
        for (Deque<ConnectRecord> of = bySocket.get(c.socket); of != null; of = bySocket.get(c.socket)) {
            ConnectRecord r = of.peek();
            long laterNanos = r.timeNanos() - c.startedMonotonicNanos;
            if (laterNanos > APART_NANOS_MAX) {
                return null;
            }
            if (laterNanos >= -APART_NANOS_MAX && r.pid() == c.pid) {
                return r;
            }
            dropFirst(c.socket);
        }
        return null;
    }

    private void dropFirst(long socket) {
        Deque<ConnectRecord> of = bySocket.get(socket);
        bytes -= bytes(of.poll());
        if (of.isEmpty()) {
            bySocket.remove(socket);
        }
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
