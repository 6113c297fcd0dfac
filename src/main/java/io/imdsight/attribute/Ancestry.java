package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ProcessDirectory;
import io.imdsight.linux.ProcessStat;
import io.imdsight.linux.ProcessTable;
import io.imdsight.model.Caller;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Describes the ancestors of processes, which many of them share. One thread at a time. */
final class Ancestry {
    /** Ancestors kept; the deepest chains seen (container, CI runner, build tool, shells) have some 15. */
    static final int PARENTS_MAX = 32;

    /** A parent runs on while its children call: what was read of it is used again, but not for long, for it may run another program by then. */
    private static final long PARENT_NANOS_MAX = 5_000_000_000L;

    private static final int PARENTS_CACHED_MAX = 512;

    private record Parent(long startTicks, byte[] name, int parent, long readNanos, Caller caller) {}

    private final ProcessTable processes;
    private final ProcessWords words;
    private final KernelClock clock;
    private final Map<Integer, Parent> parents = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Parent> eldest) {
            return size() > PARENTS_CACHED_MAX;
        }
    };

    Ancestry(ProcessTable processes, ProcessWords words, KernelClock clock) {
        this.processes = processes;
        this.words = words;
        this.clock = clock;
    }

    /** Reads a process that may be gone by the time that it is put into words as somebody's parent. */
    void read(int pid) {
        parent(pid);
    }

    /** Ancestors as they are now. */
    List<Caller> of(ProcessStat child) {
        List<Caller> out = new ArrayList<>();
        addAncestors(child, out);
        return out;
    }

    /** Ancestors as they were at the connect; what /proc says of one is taken where it still is the same process. */
    List<Caller> of(ConnectRecord record) {
        List<Caller> out = new ArrayList<>();
        Parent last = null;
        for (ConnectRecord.Ancestor a : record.ancestors()) {
            Parent known = parents.get(a.pid());
            // the kernel has just said that it is the same; /proc could only say it again
            Parent p = known != null && isOf(known, a) && isFresh(known) ? known : parent(a.pid());
            last = p != null && p.startTicks() == a.startTicks() ? p : null;
            out.add(last != null ? last.caller() : ended(a));
        }
        if (last != null && record.ancestors().size() == ConnectRecord.ANCESTORS_MAX) {
            addAncestors(new ProcessStat(last.name(), 'R', last.parent(), 0, last.startTicks()), out);
        }
        return out;
    }

    /** One that is gone: as it was read for an earlier call, or when its child was. */
    private Caller ended(ConnectRecord.Ancestor a) {
        Parent known = parents.get(a.pid());
        if (known != null && isOf(known, a)) {
            return known.caller();
        }
        ProcessStat stat = new ProcessStat(a.name(), 'X', 0, 0, a.startTicks());
        return words.bare(a.pid(), stat, null, null, CommandLine.PARENT_BYTES_MAX);
    }

    private static boolean isOf(Parent known, ConnectRecord.Ancestor a) {
        return known.startTicks() == a.startTicks() && Arrays.equals(known.name(), a.name());
    }

    private boolean isFresh(Parent known) {
        return clock.monotonicNanos() - known.readNanos() < PARENT_NANOS_MAX;
    }

    private void addAncestors(ProcessStat child, List<Caller> out) {
        long childTicks = child.startTicks();
        int pid = child.parent();
        while (pid > 0 && out.size() < PARENTS_MAX) {
            Parent p = parent(pid);
            if (p == null || p.startTicks() > childTicks) {
                break; // it ended meanwhile, and its number may be another's
            }
            out.add(p.caller());
            childTicks = p.startTicks();
            pid = p.parent();
        }
    }

    private Parent parent(int pid) {
        ProcessStat stat = processes.stat(pid);
        if (stat == null) {
            return null;
        }
        Parent known = parents.get(pid);
        if (known != null
                && known.startTicks() == stat.startTicks()
                && Arrays.equals(known.name(), stat.name())
                && isFresh(known)) {
            return new Parent(known.startTicks(), known.name(), stat.parent(), known.readNanos(), known.caller());
        }
        return readParent(pid);
    }

    private Parent readParent(int pid) {
        try (ProcessDirectory process = processes.open(pid)) {
            ProcessStat stat = process == null ? null : process.stat();
            if (stat == null) {
                return null;
            }
            byte[] commandLine = process.read("cmdline", CallerReader.COMMAND_LINE_BYTES_MAX);
            Caller caller = words.bare(pid, stat, commandLine, process.link("exe"), CommandLine.PARENT_BYTES_MAX);
            Parent read = new Parent(stat.startTicks(), stat.name(), stat.parent(), clock.monotonicNanos(), caller);
            parents.put(pid, read);
            return read;
        }
    }
}
