package io.imdsight.cli;

import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.KernelException;
import io.imdsight.linux.LiveProcess;
import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.NetworkNamespaces;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Captures in other network namespaces: those that lead to the service over an interface of their own, as a task's ENI or a macvlan. A namespace whose
 * packets come out through a veth pair into one that is watched is seen there.
 *
 * <p>A packet socket keeps its namespace alive, so one process in it stands for the namespace: when that ends, and no other is in there, the captures
 * are closed, and the kernel takes the namespace away. Nothing else of ours stays in there: threads only visit, to open.
 *
 * <p>Used by the captures' thread, {@link #connected} and {@link #covers} aside.
 */
final class NamespaceCaptures {
    /** Two threads and a ring of 2 MiB each. The first ones found have them. */
    static final int CAPTURES_MAX = 64;

    /** Namespaces known; each pod and each sandboxed service has one. */
    private static final int KNOWN_MAX = 8192;

    /** Processes that connected and wait to be looked at. */
    private static final int CONNECTED_MAX = 256;

    /** Visits in one step: the rest waits for the next, so that own interfaces are not kept waiting. */
    private static final int VISITS_MAX = 32;

    /** How often every process is asked for its namespace, though nothing seems to have changed. */
    private static final long SCAN_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** How soon after one scan links that change cause another. */
    private static final long SCAN_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Endpoints endpoints;
    private final NamespaceScope scope;
    private final Captures.Opener opener;
    private final CaptureNotices notices;
    private final Consumer<OpenCapture> runner;
    private final Consumer<Throwable> onFault;
    private final NetworkNamespaces processes = new NetworkNamespaces(NamespaceScope.PROC);
    private final NetworkNamespace own;
    private final long ownInode;
    private final Map<Long, NetworkSpace> known = new ConcurrentHashMap<>();
    private final BlockingQueue<Integer> connected = new LinkedBlockingQueue<>(CONNECTED_MAX);
    private final Set<String> said = new HashSet<>();
    private long scannedNanos = System.nanoTime() - SCAN_NANOS;
    private boolean scanSoon = true;

    private NamespaceCaptures(
            Endpoints endpoints,
            NamespaceScope scope,
            Captures.Opener opener,
            CaptureNotices notices,
            Consumer<OpenCapture> runner,
            Consumer<Throwable> onFault,
            NetworkNamespace own)
            throws IOException {
        this.endpoints = endpoints;
        this.scope = scope;
        this.opener = opener;
        this.notices = notices;
        this.runner = runner;
        this.onFault = onFault;
        this.own = own;
        this.ownInode = own.inode();
    }

    /**
     * Those besides the calling thread's namespace; null where no other is looked at.
     *
     * @param onFault gets faults of ours on a capture's thread
     */
    static NamespaceCaptures open(
            Endpoints endpoints,
            NamespaceScope scope,
            Captures.Opener opener,
            CaptureNotices notices,
            Consumer<OpenCapture> runner,
            Consumer<Throwable> onFault)
            throws IOException {
        return scope.others()
                ? new NamespaceCaptures(endpoints, scope, opener, notices, runner, onFault, NetworkNamespace.open())
                : null;
    }

    /** A process connects. Whether its namespace is one to look at. */
    boolean connected(int pid) {
        long inode = processes.of(pid);
        NetworkSpace space = known.get(inode);
        return inode > 0 && inode != ownInode && (space == null || !space.covered) && connected.offer(pid);
    }

    boolean covers(long inode) {
        NetworkSpace space = known.get(inode);
        return inode == ownInode || space != null && space.covered;
    }

    /** The captures that are open. Any thread. */
    Stream<LiveCapture> live() {
        return known.values().stream().flatMap(s -> s.captures.stream()).map(OpenCapture::live);
    }

    /** The processes whose end is waited for. */
    List<LiveProcess> processes() {
        return known.values().stream()
                .map(s -> s.process)
                .filter(p -> p != null)
                .toList();
    }

    /** When there is something to do again. */
    int nextLookMillis() {
        long now = System.nanoTime();
        long next = scannedNanos + (scanSoon ? SCAN_AGAIN_NANOS : SCAN_NANOS) - now;
        for (NetworkSpace s : known.values()) {
            next = Math.min(next, s.lookNanos - now);
        }
        return (int) Math.max(10, Math.min(next / 1_000_000, 60_000));
    }

    /**
     * One look.
     *
     * @param changed whether interfaces have: what left this namespace may have gone into another
     */
    void step(boolean changed) {
        scanSoon |= changed;
        leaveEmptied();
        List<Integer> pids = new ArrayList<>();
        connected.drainTo(pids);
        for (int pid : pids) {
            NetworkSpace space = note(processes.of(pid), pid);
            if (space != null && !space.covered) {
                space.lookNanos = System.nanoTime();
            }
        }
        if (System.nanoTime() - scannedNanos > (scanSoon ? SCAN_AGAIN_NANOS : SCAN_NANOS)) {
            scan();
        }
        int visits = 0;
        for (NetworkSpace s : List.copyOf(known.values())) {
            if ((s.hasEnded() || s.lookNanos - System.nanoTime() <= 0) && visits++ < VISITS_MAX) {
                look(s);
            }
        }
    }

    private void scan() {
        scanSoon = false;
        Map<Long, Integer> all = processes.all();
        scannedNanos = System.nanoTime();
        if (all.containsKey(NetworkNamespaces.REFUSED)) {
            sayOnce("network namespaces of other users' processes are not looked at: needs CAP_SYS_PTRACE");
        }
        known.values().removeIf(s -> s.captures.isEmpty() && !all.containsKey(s.inode));
        for (Map.Entry<Long, Integer> e : all.entrySet()) {
            NetworkSpace space = note(e.getKey(), e.getValue());
            if (space != null && space.captures.isEmpty()) {
                space.pid = e.getValue();
                if (!space.covered) {
                    space.lookNanos = System.nanoTime();
                }
            }
        }
    }

    /** The namespace under this number, new or known; null where it is none of ours. */
    private NetworkSpace note(long inode, int pid) {
        NetworkSpace space = known.get(inode);
        boolean eligible = inode > 0
                && inode != ownInode
                && inode != processes.of(1)
                && scope.processes().test(pid);
        if (space == null && eligible && known.size() < KNOWN_MAX) {
            space = new NetworkSpace(inode, pid);
            known.put(inode, space);
        }
        return space;
    }

    /** Closes captures in namespaces that no process is in any more. */
    private void leaveEmptied() {
        Map<Long, Integer> all = null;
        for (NetworkSpace s : List.copyOf(known.values())) {
            if (s.captures.isEmpty() || processes.of(s.pid) == s.inode) {
                continue;
            }
            all = all == null ? processes.all() : all;
            Integer other = all.get(s.inode);
            s.letProcessGo();
            if (other != null) {
                s.pid = other;
                s.process = LiveProcess.open(other);
            } else {
                known.remove(s.inode);
                s.close();
                notices.say("network namespace " + s.inode + " is gone; capture there has ended");
            }
        }
    }

    private void look(NetworkSpace s) {
        s.removeEnded(onFault);
        s.lookLater();
        if (s.captures.isEmpty() && live().count() >= CAPTURES_MAX) {
            sayOnce("more than " + CAPTURES_MAX + " interfaces of other network namespaces lead to the service;"
                    + " the rest is not captured");
            return;
        }
        List<NetworkNamespace> watched = new ArrayList<>();
        try (NetworkNamespace namespace = NetworkNamespace.ofProcess(NamespaceScope.PROC, s.pid)) {
            if (namespace.inode() == s.inode) {
                openWatched(watched, s);
                List<NetworkNamespace> all = new ArrayList<>(watched);
                all.add(own);
                s.covered = namespace.visit(() -> s.visit(endpoints, all, opener, this::sayOnce));
            }
        } catch (KernelException e) {
            if (e.isPermission()) {
                sayOnce(NamespaceScope.NEEDS);
            }
        } catch (IOException e) {
            sayOnce("a network namespace cannot be looked at: " + Failures.reason(e));
        } finally {
            watched.forEach(NetworkNamespace::close);
        }
        s.begin(runner, notices);
    }

    private void openWatched(List<NetworkNamespace> out, NetworkSpace except) {
        for (NetworkSpace s : known.values()) {
            if (s != except && !s.captures.isEmpty()) {
                try {
                    out.add(NetworkNamespace.ofProcess(NamespaceScope.PROC, s.pid));
                } catch (KernelException e) {
                    sayOnce("a network namespace went while it was looked at");
                }
            }
        }
    }

    private void sayOnce(String sentence) {
        if (said.size() < KNOWN_MAX && said.add(sentence)) {
            notices.say(sentence);
        }
    }

    void close() {
        for (NetworkSpace s : known.values()) {
            s.close();
        }
        own.close();
    }
}
