package io.imdsight.attribute;

import io.imdsight.linux.ProcessDirectory;
import io.imdsight.linux.ProcessTable;
import io.imdsight.linux.ThreadPriority;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Finds the processes that hold sockets, by looking through their open files: first the youngest, then those that were found lately, then all.
 * One pass serves many sockets.
 */
final class SocketHolders {
    /** Daemons call again and again: as many as there are likely to be of them. */
    private static final int RECENT_MAX = 16;

    /** Numbers back from the last one given out, before all processes are looked at: a young caller is found in some 0.2 ms. */
    private static final int YOUNGEST = 256;

    /** For one pass. 100,000 open files take some 400 ms; who waits for more than this is better served by the next look-up. */
    static final long PASS_NANOS_MAX = 150_000_000;

    /** What is wanted. */
    interface Wanted {
        /** Whether every socket has been found. */
        boolean isEmpty();

        /** Whether this one is wanted. */
        boolean has(long inode);

        /** A process that holds it, open for reading. */
        void found(long inode, ProcessDirectory process);
    }

    /** How a pass ended. */
    enum End {
        /** All were found. */
        FOUND,
        /** Everything was looked at. */
        SEARCHED,
        /** Some processes' files may not be looked at. */
        REFUSED,
        /** Time was up. */
        LATE
    }

    private final ProcessTable processes;
    private final LongSupplier monotonicNanos;
    private final Deque<Integer> recent = new ArrayDeque<>();

    SocketHolders(ProcessTable processes, LongSupplier monotonicNanos) {
        this.processes = processes;
        this.monotonicNanos = monotonicNanos;
    }

    /** Looks for what is wanted. The short way at the thread's own priority, the long one at an ordinary thread's. */
    End search(Wanted wanted) {
        long deadlineNanos = monotonicNanos.getAsLong() + PASS_NANOS_MAX;
        Set<Integer> visited = new HashSet<>();
        End end = visit(likely(), visited, wanted, deadlineNanos);
        if (end == End.FOUND || end == End.LATE) {
            return end;
        }
        ThreadPriority.ordinary();
        try {
            End rest = visit(processes.newestFirst(), visited, wanted, deadlineNanos);
            return rest == End.SEARCHED ? end : rest;
        } finally {
            ThreadPriority.urgent();
        }
    }

    /** The youngest and those found lately. The youngest come first: they vanish first. */
    private int[] likely() {
        int[] youngest = processes.youngest(YOUNGEST);
        int[] out = Arrays.copyOf(youngest, youngest.length + recent.size());
        int count = youngest.length;
        for (int pid : recent) {
            out[count++] = pid;
        }
        return out;
    }

    private End visit(int[] pids, Set<Integer> visited, Wanted wanted, long deadlineNanos) {
        boolean refused = false;
        for (int pid : pids) {
            if (wanted.isEmpty()) {
                return End.FOUND;
            }
            if (monotonicNanos.getAsLong() > deadlineNanos) {
                return End.LATE;
            }
            if (pid > 0 && visited.add(pid)) {
                refused |= look(pid, wanted) == ProcessDirectory.Sockets.REFUSED;
            }
        }
        return wanted.isEmpty() ? End.FOUND : refused ? End.REFUSED : End.SEARCHED;
    }

    private ProcessDirectory.Sockets look(int pid, Wanted wanted) {
        try (ProcessDirectory process = processes.open(pid)) {
            if (process == null) {
                return ProcessDirectory.Sockets.GONE;
            }
            return process.sockets(inode -> {
                if (wanted.has(inode)) {
                    wanted.found(inode, process);
                    remember(pid);
                }
                return !wanted.isEmpty();
            });
        }
    }

    private void remember(int pid) {
        recent.remove(pid);
        recent.addFirst(pid);
        if (recent.size() > RECENT_MAX) {
            recent.removeLast();
        }
    }
}
