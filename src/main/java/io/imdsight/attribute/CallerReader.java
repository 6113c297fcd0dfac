package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ProcessDirectory;
import io.imdsight.linux.ProcessStat;
import io.imdsight.linux.ProcessTable;
import io.imdsight.linux.ProcessText;
import io.imdsight.model.Caller;
import io.imdsight.model.Escaped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Describes processes from /proc. In two steps, so that what a short life takes away is read first and for all that wait: {@link #read}, then
 * {@link #describe}. Used by one thread at a time.
 */
final class CallerReader {
    /** Room for any command line that people write; what generated ones have beyond it (class paths) says little. */
    static final int COMMAND_LINE_BYTES_MAX = 64 * 1024;

    /** Ancestors kept; the deepest chains seen (container, CI runner, build tool, shells) have some 15. */
    static final int PARENTS_MAX = 32;

    /** A parent runs on while its children call: what was read of it is used again, but not for long, for it may run another program by then. */
    private static final long PARENT_NANOS_MAX = 5_000_000_000L;

    private static final int PARENTS_CACHED_MAX = 512;

    /** A line for each of some 15 hierarchies. */
    private static final int CGROUP_BYTES_MAX = 16 * 1024;

    private static final int PLACES_MAX = 64;

    private static final int STATUS_BYTES_MAX = 8 * 1024;

    /** Clocks of /proc and of connects are compared: a tick's rounding is on the safe side, this is for reading two clocks one after the other. */
    private static final long CLOCK_NANOS = 2_000_000;

    private static final int WARM_UP_ROUNDS = 30;

    /** What is gone when the process is gone. */
    record Raw(
            int pid,
            ProcessStat stat,
            byte[] commandLine,
            byte[] executable,
            byte[] status,
            byte[] cgroup,
            long mounts,
            long network) {}

    private record Parent(long startTicks, byte[] name, int parent, long readNanos, Caller caller) {}

    private final ProcessTable processes;
    private final CgroupPlaces cgroups;
    private final UserNames users;
    private final KernelClock clock;
    private final Map<Integer, Parent> parents = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Parent> eldest) {
            return size() > PARENTS_CACHED_MAX;
        }
    };

    private final KnownExecutables executables = new KnownExecutables();
    private final Repeats repeats = new Repeats();

    /** Few distinct ones: as many as there are units and containers that call. Reading one takes longer than all else. */
    private final Map<String, CgroupNames> places = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CgroupNames> eldest) {
            return size() > PLACES_MAX;
        }
    };

    CallerReader(ProcessTable processes, CgroupPlaces cgroups, UserNames users, KernelClock clock) {
        this.processes = processes;
        this.cgroups = cgroups;
        this.users = users;
        this.clock = clock;
    }

    /** Reads ourselves a few times: the first reading takes 40 ms, for its classes are loaded, and a caller may live for one. */
    void warmUp() {
        int self = (int) ProcessHandle.current().pid();
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            Raw raw = read(self);
            if (raw != null) {
                describe(raw);
            }
        }
    }

    /** Reads a process; null where there is none, or it has ended. */
    Raw read(int pid) {
        try (ProcessDirectory process = processes.open(pid)) {
            return process == null ? null : read(process);
        }
    }

    /** Reads an open process; null where it has ended. */
    static Raw read(ProcessDirectory process) {
        byte[] commandLine = process.read("cmdline", COMMAND_LINE_BYTES_MAX);
        byte[] executable = process.link("exe");
        ProcessStat stat = process.stat();
        byte[] cgroup = process.read("cgroup", CGROUP_BYTES_MAX);
        byte[] status = process.read("status", STATUS_BYTES_MAX);
        if (stat == null || stat.isZombie() && executable == null) {
            return null;
        }
        long mounts = ProcessText.namespace(process.link("ns/mnt"));
        long network = ProcessText.namespace(process.link("ns/net"));
        return new Raw(process.pid(), stat, commandLine, executable, status, cgroup, mounts, network);
    }

    /** When a process started, nanoseconds since 1970. */
    long startNanos(ProcessStat stat) {
        return stat.startTicks() * ProcessStat.TICK_NANOS + clock.epochMinusBootNanos();
    }

    /** Whether a process was there at a time: a number is given to another process only after its end. */
    boolean startedBefore(ProcessStat stat, long nanos) {
        return startNanos(stat) <= nanos + CLOCK_NANOS;
    }

    /** Reads its parent, which may be gone by the time that it is put into words: a script ends soon after its last call. */
    void readParent(Raw raw) {
        if (raw != null) {
            parent(raw.stat().parent());
        }
    }

    /** Puts a process into words, with its ancestors. */
    Caller describe(Raw raw) {
        int userId = raw.status() == null ? -1 : ProcessText.realUserId(raw.status());
        Caller bare = bare(raw.pid(), raw.stat(), raw.commandLine(), raw.executable(), CommandLine.BYTES_MAX);
        List<Caller> parents = new ArrayList<>();
        addAncestors(raw.stat(), parents);
        CgroupNames place = raw.cgroup() == null ? CgroupNames.NONE : place(raw.cgroup());
        String owner = users.name(raw.pid(), userId, raw.mounts(), place.containerId() != null);
        return whole(bare, userId, owner, place, parents);
    }

    /**
     * Puts a process into words as the kernel described it when it connected.
     *
     * @param raw the same process in /proc a little later, or another that has its number by now; null where there is none
     */
    Caller describe(ConnectRecord record, Raw raw) {
        ProcessStat stat = record.process();
        Raw later = raw != null && raw.stat().startTicks() == stat.startTicks() ? raw : null;
        boolean sameProgram = later != null
                && Arrays.equals(later.stat().name(), stat.name())
                && isSameCommandLine(record, later.commandLine());
        byte[] commandLine = record.whole() || !sameProgram ? record.arguments() : later.commandLine();
        byte[] executable = sameProgram ? later.executable() : null;
        if (executable == null) {
            executable = executables.path(record.executable());
        } else {
            executables.learn(record.executable(), executable);
        }
        Caller bare = bare(record.pid(), stat, commandLine, executable, CommandLine.BYTES_MAX);
        CgroupNames place = place(record, later == null ? null : later.cgroup());
        String owner = users.name(
                later == null ? 0 : record.pid(),
                record.userId(),
                record.mountNamespace(),
                place.containerId() != null);
        return whole(bare, record.userId(), owner, place, ancestors(record));
    }

    /** Whether the process runs what it ran, as far as can be told. */
    private static boolean isSameCommandLine(ConnectRecord record, byte[] later) {
        byte[] then = record.arguments();
        if (then == null || later == null || later.length == 0) {
            return true;
        }
        int common = Math.min(then.length, later.length);
        return Arrays.equals(then, 0, common, later, 0, common)
                && (then.length == later.length || !record.whole() || later.length == COMMAND_LINE_BYTES_MAX);
    }

    private CgroupNames place(byte[] cgroup) {
        return places.computeIfAbsent(new String(cgroup, StandardCharsets.ISO_8859_1), text -> CgroupNames.of(cgroup));
    }

    /** Where a process ran, by its own word, otherwise by the kernel's copy. */
    private CgroupNames place(ConnectRecord record, byte[] cgroup) {
        if (cgroup == null) {
            return cgroups.find(record.cgroupId());
        }
        cgroups.learn(record.cgroupId(), cgroup);
        return place(cgroup);
    }

    private Caller whole(Caller bare, int userId, String owner, CgroupNames place, List<Caller> parents) {
        return repeats.caller(new Caller(
                bare.pid(),
                bare.executable(),
                bare.arguments(),
                bare.title(),
                userId,
                owner,
                bare.startTimeNanos(),
                place.systemdUnit(),
                place.containerId(),
                place.podUid(),
                List.copyOf(parents)));
    }

    private Caller bare(int pid, ProcessStat stat, byte[] commandLine, byte[] executable, int bytesMax) {
        String path = executable == null ? null : repeats.text(Escaped.of(executable));
        String name = Escaped.of(stat.name());
        List<String> arguments = stat.isKernelThread()
                ? List.of()
                : commandLine == null || commandLine.length == 0
                        ? null
                        : repeats.texts(CommandLine.arguments(commandLine, bytesMax));
        String title = repeats.text(Title.of(arguments, path, name));
        return new Caller(pid, path, arguments, title, -1, null, startNanos(stat), null, null, null, List.of());
    }

    /** Ancestors as they were at the connect; what /proc says of one is taken where it still is the same process. */
    private List<Caller> ancestors(ConnectRecord record) {
        List<Caller> out = new ArrayList<>();
        Parent last = null;
        for (ConnectRecord.Ancestor a : record.ancestors()) {
            Parent p = parent(a.pid());
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
        if (known != null && known.startTicks() == a.startTicks() && Arrays.equals(known.name(), a.name())) {
            return known.caller();
        }
        ProcessStat stat = new ProcessStat(a.name(), 'X', 0, 0, a.startTicks());
        return bare(a.pid(), stat, null, null, CommandLine.PARENT_BYTES_MAX);
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
                && clock.monotonicNanos() - known.readNanos() < PARENT_NANOS_MAX) {
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
            byte[] commandLine = process.read("cmdline", COMMAND_LINE_BYTES_MAX);
            Caller caller = bare(pid, stat, commandLine, process.link("exe"), CommandLine.PARENT_BYTES_MAX);
            Parent read = new Parent(stat.startTicks(), stat.name(), stat.parent(), clock.monotonicNanos(), caller);
            parents.put(pid, read);
            return read;
        }
    }

    /** A process of which nothing but its number is known. */
    static Caller pidOnly(int pid) {
        return new Caller(pid, null, null, null, -1, null, 0, null, null, null, List.of());
    }

    /** How much text a caller holds, in characters; texts of ancestors are counted each time though they are shared. */
    static int weight(Caller caller) {
        if (caller == null) {
            return 0;
        }
        int sum = ownWeight(caller);
        for (Caller p : caller.parents()) {
            sum += ownWeight(p);
        }
        return sum;
    }

    /** The same, without its ancestors. */
    static int ownWeight(Caller caller) {
        int sum = 200; // the object itself
        if (caller.arguments() != null) {
            for (String a : caller.arguments()) {
                sum += a.length() + 40;
            }
        }
        return sum;
    }
}
