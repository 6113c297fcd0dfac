package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.model.Attribution;
import io.imdsight.model.Caller;
import io.imdsight.model.Connection;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Evidence;
import io.imdsight.model.IpAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/**
 * Reads the processes that connect and send, and puts them into words: in two steps, so that what vanishes with a process is read first for all
 * that wait. Used by the probe's thread only.
 */
final class Readings {
    private static final Evidence DETAILS_GONE =
            new Evidence(Evidence.CONNECT_PROBE.method(), "the process ended before its command line could be read");

    /** Readings that wait to be put into words: those of a second's 4,000 connects. Where more come, words go first, and the kernel's rings take what they can. */
    static final int UNNAMED_MAX = 4096;

    /** The same in bytes of what was read, an eighth of the agent's heap: a command line may be 64 KiB long. */
    static final long UNNAMED_BYTES_MAX = 16 * 1024 * 1024;

    /** Besides the command line: what the kernel wrote down and what /proc says. */
    private static final int READING_BYTES = 3 * 1024;

    /**
     * What has been read of a process that connected or sent.
     *
     * @param bytes how much memory that takes
     */
    private record Reading(Runnable naming, long bytes) {}

    private final ConnectCopies copies;
    private final CallerReader reader;
    private final RecentCallers recent = new RecentCallers();
    private final ConnectTable table;
    private final Endpoints endpoints;
    private final KernelClock clock;

    /** What has been read and is to be put into words, in order. */
    private final Deque<Reading> unnamed = new ArrayDeque<>();

    private long unnamedBytes;

    private long named;
    private long namingNanos;
    private final Latencies naming = new Latencies();

    Readings(AttributorOptions options, ConnectCopies copies, CallerReader reader, ConnectTable table) {
        this.copies = copies;
        this.reader = reader;
        this.table = table;
        this.endpoints = options.endpoints();
        this.clock = options.clock();
    }

    /** See {@link CallerReader#warmUp}. */
    void warmUp() {
        reader.warmUp();
    }

    /**
     * Several connects of one process at once are read once: a process that only connects cannot make us busier than itself.
     *
     * @param pids gets each that was read, and each whose network namespace is not captured
     */
    void read(List<Connect> connects, IntConsumer pids) {
        Map<Integer, CallerReader.Raw> read = new HashMap<>();
        for (Connect c : connects) {
            if (!recent.has(c.pid)) {
                readOnce(c.pid, read);
            }
        }
        List<Connect> others = new ArrayList<>();
        for (Connect c : connects) {
            if (!recent.has(c.pid) || !isAgain(c, pids)) {
                readOnce(c.pid, read);
                others.add(c);
            }
        }
        read.values().forEach(reader::readParent); // what it works for; itself it is in the kernel's copy
        for (int pid : read.keySet()) {
            pids.accept(pid);
        }
        Map<Integer, CallerReader.Raw> whole = new HashMap<>();
        for (Connect c : others) {
            ConnectRecord record = copies.take(c); // after /proc, which will not wait
            namingNanos += clock.monotonicNanos() - c.startedMonotonicNanos;
            CallerReader.Raw first = read.get(c.pid);
            CallerReader.Raw raw = record != null || first == null || first.status() != null
                    ? first
                    : whole.computeIfAbsent(c.pid, pid -> reader.withRest(first));
            add(raw, record, () -> name(c, raw, record));
        }
    }

    private void readOnce(int pid, Map<Integer, CallerReader.Raw> read) {
        if (pid > 0 && !read.containsKey(pid)) {
            read.put(pid, copies.areComing() ? reader.readBesideCopy(pid) : reader.read(pid));
        }
    }

    /**
     * Whether it is another connect of a process of which the kernel says what it said a moment ago. Then it is described.
     *
     * @param pids gets it only where its network namespace is not captured: else nobody need look there again
     */
    private boolean isAgain(Connect c, IntConsumer pids) {
        ConnectRecord record = copies.find(c);
        Caller caller = record == null ? null : recent.find(record);
        if (caller == null) {
            return false;
        }
        copies.use(record);
        namingNanos += clock.monotonicNanos() - c.startedMonotonicNanos;
        named(c, caller, record.networkNamespace());
        if (table.known().isElsewhere(c)) {
            pids.accept(c.pid);
        }
        return true;
    }

    /** The same for those who send on what others opened. */
    void readSends(List<ConnectRecord> sends) {
        Map<Integer, CallerReader.Raw> read = new HashMap<>();
        for (ConnectRecord r : sends) {
            long nanos = r.timeNanos() + clock.epochMinusMonotonicNanos();
            Caller again = recent.find(r);
            CallerReader.Raw raw = again == null ? read.computeIfAbsent(r.pid(), reader::readBesideCopy) : null;
            add(raw, r, () -> nameSender(r, raw, again, nanos));
        }
    }

    private void add(CallerReader.Raw raw, ConnectRecord record, Runnable naming) {
        long bytes = (long) READING_BYTES
                + (raw == null || raw.commandLine() == null ? 0 : raw.commandLine().length)
                + (record == null || record.arguments() == null ? 0 : record.arguments().length);
        unnamed.add(new Reading(naming, bytes));
        unnamedBytes += bytes;
        while (unnamed.size() > UNNAMED_MAX || unnamedBytes > UNNAMED_BYTES_MAX) {
            nameOne();
        }
    }

    /** Puts one reading into words; false where there is none. */
    boolean nameOne() {
        Reading r = unnamed.poll();
        if (r != null) {
            unnamedBytes -= r.bytes();
            r.naming().run();
        }
        return r != null;
    }

    /** Forgets what may no longer be used. */
    void expire(long nowNanos) {
        recent.expire(nowNanos);
    }

    boolean isEmpty() {
        return unnamed.isEmpty();
    }

    private void name(Connect c, CallerReader.Raw raw, ConnectRecord record) {
        c.byKernelThread = record != null
                ? record.process().isKernelThread()
                : raw != null && raw.stat().isKernelThread();
        named(c, caller(c, raw, record), record != null ? record.networkNamespace() : raw == null ? 0 : raw.network());
    }

    private void named(Connect c, Caller caller, long namespace) {
        c.caller = caller;
        c.namespace = namespace;
        boolean whole = caller.arguments() != null;
        c.evidence = whole ? Evidence.CONNECT_PROBE : DETAILS_GONE;
        named += whole ? 1 : 0;
        naming.add(clock.monotonicNanos() - c.startedMonotonicNanos);
        table.known().described(c);
    }

    private Caller caller(Connect c, CallerReader.Raw raw, ConnectRecord record) {
        if (record != null) {
            Caller caller = reader.describe(record, raw);
            if (raw != null && raw.stat().startTicks() == record.process().startTicks()) {
                recent.learn(record, caller);
            }
            return caller;
        }
        // A process that started after the connect has only got the number.
        boolean same = raw != null && reader.startedBefore(raw.stat(), c.startedNanos);
        return same ? reader.describe(raw) : CallerReader.pidOnly(c.pid);
    }

    private void nameSender(ConnectRecord r, CallerReader.Raw raw, Caller again, long nanos) {
        IpAddress peer = new IpAddress(r.peer().high(), r.peer().low());
        if (!endpoints.isService(peer.high(), peer.low(), r.peer().port())) {
            return;
        }
        IpAddress own = new IpAddress(r.own().high(), r.own().low());
        Connection tuple = new Connection(own, r.own().port(), peer, r.peer().port());
        Connect c = table.sent(r.socket(), r.timeNanos(), nanos, tuple, r.networkNamespace());
        if (c != null) {
            if (c.namespace == 0) {
                c.namespace = r.networkNamespace();
                table.known().described(c);
            }
            Caller caller = again == null ? reader.describe(r, raw) : again;
            table.known().sends(c, r.sequence(), new Attribution(caller, senderEvidence(c, caller)));
        }
    }

    private static Evidence senderEvidence(Connect c, Caller sender) {
        String opener;
        if (c.startedNanos == Connect.BEFORE_US) {
            opener = "the connection is older than imdsight";
        } else if (c.pid != sender.pid()) {
            opener = "process " + c.pid + " opened the connection";
        } else if (c.caller != null && runsTheSame(c.caller, sender)) {
            opener = "it opened the connection, and another process sent on it since";
        } else {
            opener = "it ran another program when it opened the connection";
        }
        return new Evidence(Evidence.CONNECT_PROBE.method(), "the kernel named it when it sent; " + opener);
    }

    private static boolean runsTheSame(Caller one, Caller other) {
        return Objects.equals(one.executable(), other.executable())
                && Objects.equals(one.arguments(), other.arguments());
    }

    long named() {
        return named;
    }

    /** From the connect to the caller's being known. */
    Latencies naming() {
        return naming;
    }

    long namingNanos() {
        return namingNanos;
    }
}
