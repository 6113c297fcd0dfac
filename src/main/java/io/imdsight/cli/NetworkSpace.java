package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.Interfaces;
import io.imdsight.linux.LiveProcess;
import io.imdsight.linux.NetworkLinks;
import io.imdsight.linux.NetworkNamespace;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Another network namespace, and the captures in it. Used by the captures' thread, {@link #covered} and {@link #captures} aside. */
final class NetworkSpace {
    /** What was just made has no routes yet: it is looked at again soon, then less and less often. */
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LOOK_AGAIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);

    /** The number of its link. */
    final long inode;

    /** Since when something may lead to the service, uncaptured, nanoseconds since 1970. */
    private long leadsSinceNanos = OpenCapture.nowNanos();

    final List<OpenCapture> captures = new CopyOnWriteArrayList<>();

    /** A process in it. */
    int pid;

    /** The same, to wait for its end; null while there is no capture. */
    LiveProcess process;

    /** Whether what is sent from here to the service passes a capture. */
    volatile boolean covered;

    /** When it is to be looked at again, on the monotonic clock. */
    long lookNanos = System.nanoTime();

    private final Set<OpenCapture> begun = new HashSet<>();
    private long waitNanos = LOOK_AGAIN_NANOS;

    NetworkSpace(long inode, int pid) {
        this.inode = inode;
        this.pid = pid;
    }

    void lookLater() {
        waitNanos = Math.min(waitNanos * 2, LOOK_AGAIN_NANOS_MAX);
        lookNanos = System.nanoTime() + waitNanos;
    }

    /** Whether a capture in here has ended by itself. */
    boolean hasEnded() {
        return captures.stream().anyMatch(OpenCapture::hasEnded);
    }

    /**
     * Lets captures go that have ended by themselves.
     *
     * @param onFault gets why, where that is no fault of the interface's but of ours
     */
    void removeEnded(Consumer<Throwable> onFault) {
        for (OpenCapture c : List.copyOf(captures)) {
            if (c.hasEnded()) {
                if (c.failure() != null && !(c.failure() instanceof CaptureException)) {
                    onFault.accept(c.failure());
                }
                leadsSinceNanos = c.endedNanos();
                covered = false;
                c.close();
                captures.remove(c);
            }
        }
        begun.retainAll(captures);
    }

    /** Hands over what was opened since. Not inside: a thread that is started there would stay there. */
    void begin(Consumer<OpenCapture> runner, CaptureNotices notices) {
        for (OpenCapture c : captures) {
            if (begun.add(c)) {
                runner.accept(c);
                notices.say(
                        "capturing in network namespace " + inode + ", of process " + pid + ", on " + c.description());
                notices.outage(new CaptureOutage(c.name(), leadsSinceNanos, OpenCapture.nowNanos()));
            }
        }
        if (!captures.isEmpty() && process == null) {
            process = LiveProcess.open(pid);
        }
    }

    /**
     * Runs inside: opens captures on the interfaces that lead to the service, unless they are veths into namespaces that are watched.
     *
     * @param watched the agent's own namespace, and those with captures
     * @param problem gets a sentence where a capture cannot be opened
     * @return whether all ways to the service are captured now, here or there
     */
    boolean visit(Endpoints endpoints, List<NetworkNamespace> watched, Captures.Opener opener, Consumer<String> problem)
            throws IOException {
        Set<String> leading;
        try {
            leading = Interfaces.leadingTo(endpoints, InterfaceChoice.ROUTES);
        } catch (CaptureException e) {
            leadsSinceNanos = OpenCapture.nowNanos();
            return false; // nothing leads to the service from here, yet
        }
        boolean all = true;
        try (NetworkLinks links = new NetworkLinks()) {
            Set<Integer> watchedIds = new HashSet<>();
            for (NetworkNamespace n : watched) {
                watchedIds.add(links.idOf(n));
            }
            watchedIds.remove(NetworkLinks.NO_NAMESPACE);
            for (NetworkLinks.Entry link : links.list()) {
                boolean leads = leading.contains(link.name()) && !link.name().equals("lo");
                boolean elsewhere = link.kind().equals("veth") && watchedIds.contains(link.lowerNamespaceId());
                boolean have = captures.stream().anyMatch(c -> c.index() == link.index());
                if (leads && !elsewhere && !have) {
                    all &= open(link, opener, problem);
                }
            }
        }
        return all;
    }

    private boolean open(NetworkLinks.Entry link, Captures.Opener opener, Consumer<String> problem) {
        try {
            captures.add(new OpenCapture(opener.open(link.name(), false), link.name(), link.index()));
            return true;
        } catch (CaptureException e) {
            problem.accept("network namespace " + inode + ": " + e.getMessage());
            return false;
        }
    }

    void letProcessGo() {
        if (process != null) {
            process.close();
            process = null;
        }
    }

    void close() {
        captures.forEach(OpenCapture::close);
        letProcessGo();
    }
}
