package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ProcessDirectory;
import io.imdsight.linux.ProcessStat;
import io.imdsight.linux.ProcessTable;
import io.imdsight.linux.ProcessText;
import io.imdsight.model.Caller;
import java.nio.charset.StandardCharsets;
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

    /** A line for each of some 15 hierarchies. */
    private static final int CGROUP_BYTES_MAX = 16 * 1024;

    private static final int PLACES_MAX = 64;

    private static final int STATUS_BYTES_MAX = 8 * 1024;

    /** Clocks of /proc and of connects are compared: a tick's rounding is on the safe side, this is for reading two clocks one after the other. */
    private static final long CLOCK_NANOS = 2_000_000;

    private static final int WARM_UP_ROUNDS = 30;

    /**
     * What is gone when the process is gone.
     *
     * @param status null where it could not be read, and where the kernel's copy is to say what is in it
     * @param mounts number of its mount namespace; 0 where it is not known, as for {@code status}
     * @param network number of its network namespace; the same
     */
    record Raw(
            int pid,
            ProcessStat stat,
            byte[] commandLine,
            byte[] executable,
            byte[] status,
            byte[] cgroup,
            long mounts,
            long network) {}

    private final ProcessTable processes;
    private final CgroupPlaces cgroups;
    private final UserNames users;
    private final KnownExecutables executables = new KnownExecutables();
    private final Repeats repeats = new Repeats();
    private final ProcessWords words;
    private final Ancestry ancestry;

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
        this.words = new ProcessWords(repeats, clock);
        this.ancestry = new Ancestry(processes, words, clock);
    }

    /** Reads ourselves a few times: the first reading takes 40 ms, for its classes are loaded, and a caller may live for one. */
    void warmUp() {
        int self = ProcessTable.ownPid();
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

    /** The same without what the kernel's copy of a process says: three files fewer of seven. See {@link #withRest}. */
    Raw readBesideCopy(int pid) {
        try (ProcessDirectory process = processes.open(pid)) {
            return process == null ? null : readFirst(process);
        }
    }

    /** Reads the rest where there was no copy; what was read first stays. */
    Raw withRest(Raw first) {
        try (ProcessDirectory process = processes.open(first.pid())) {
            ProcessStat stat = process == null ? null : process.stat();
            return stat == null || stat.startTicks() != first.stat().startTicks() ? first : readRest(process, first);
        }
    }

    /** Reads an open process; null where it has ended. */
    static Raw read(ProcessDirectory process) {
        Raw first = readFirst(process);
        return first == null ? null : readRest(process, first);
    }

    private static Raw readFirst(ProcessDirectory process) {
        byte[] commandLine = process.read("cmdline", COMMAND_LINE_BYTES_MAX);
        byte[] executable = process.link("exe");
        ProcessStat stat = process.stat();
        byte[] cgroup = process.read("cgroup", CGROUP_BYTES_MAX);
        return stat == null || stat.isZombie() && executable == null
                ? null
                : new Raw(process.pid(), stat, commandLine, executable, null, cgroup, 0, 0);
    }

    private static Raw readRest(ProcessDirectory process, Raw first) {
        byte[] status = process.read("status", STATUS_BYTES_MAX);
        long mounts = ProcessText.namespace(process.link("ns/mnt"));
        long network = ProcessText.namespace(process.link("ns/net"));
        return new Raw(
                first.pid(),
                first.stat(),
                first.commandLine(),
                first.executable(),
                status,
                first.cgroup(),
                mounts,
                network);
    }

    /** Whether a process was there at a time: a number is given to another process only after its end. */
    boolean startedBefore(ProcessStat stat, long nanos) {
        return words.startNanos(stat) <= nanos + CLOCK_NANOS;
    }

    /** Reads its parent, which may be gone by the time that it is put into words: a script ends soon after its last call. */
    void readParent(Raw raw) {
        if (raw != null) {
            ancestry.read(raw.stat().parent());
        }
    }

    /** Puts a process into words, with its ancestors. */
    Caller describe(Raw raw) {
        int userId = raw.status() == null ? -1 : ProcessText.realUserId(raw.status());
        Caller bare = words.bare(raw.pid(), raw.stat(), raw.commandLine(), raw.executable(), CommandLine.BYTES_MAX);
        CgroupNames place = raw.cgroup() == null ? CgroupNames.NONE : place(raw.cgroup());
        String owner = users.name(raw.pid(), userId, raw.mounts(), place.containerId() != null);
        return whole(bare, userId, owner, place, ancestry.of(raw.stat()));
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
        Caller bare = words.bare(record.pid(), stat, commandLine, executable, CommandLine.BYTES_MAX);
        CgroupNames place = place(record, later == null ? null : later.cgroup());
        String owner = users.name(
                later == null ? 0 : record.pid(),
                record.userId(),
                record.mountNamespace(),
                place.containerId() != null);
        return whole(bare, record.userId(), owner, place, ancestry.of(record));
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
                bare.startBootNanos(),
                place.systemdUnit(),
                place.containerId(),
                place.podUid(),
                List.copyOf(parents)));
    }

    /** A process of which nothing but its number is known. */
    static Caller pidOnly(int pid) {
        return new Caller(pid, null, null, null, -1, null, 0, null, null, null, List.of());
    }
}
