package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.KernelException;
import io.imdsight.linux.NetworkLinks;
import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.NetworkWatch;
import io.imdsight.model.LinkUse;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Keeps a capture open on each interface that should have one. The kernel says when interfaces, addresses and routes change; then, and every thirty
 * seconds in any case, the state is read, captures are opened where one is missing, and closed where the interface went. The others run on untouched.
 *
 * <p>One thread; {@link NamespaceCaptures} is its, too.
 */
final class Captures {
    /** Opens a capture in the calling thread's network namespace. */
    interface Opener {
        LiveCapture open(String interfaceName, boolean ownNamespace) throws CaptureException;
    }

    /** Looks without a message of the kernel: should one be lost, and for captures that could not be opened. */
    private static final int CHECK_MILLIS = 30_000;

    /** The same while an interface is captured that no longer leads to the service. */
    private static final int CHECK_UNWANTED_MILLIS = 10_000;

    /** The same while a capture is missing, or there is none. */
    private static final int CHECK_MISSING_MILLIS = 1_000;

    /** Between two looks: links come in swarms when containers start. */
    private static final long PAUSE_MILLIS = 50;

    private final InterfaceChoice choice;
    private final Opener opener;
    private final CaptureNotices notices;
    private final Consumer<Throwable> onFailure;
    private final OwnCaptures own;
    private NetworkWatch watch;
    private NetworkLinks links;
    private NamespaceCaptures namespaces;
    private Thread thread;
    private boolean saidUnreadable;
    private volatile long ownInode;
    private volatile boolean started;
    private volatile boolean closing;

    /**
     * @param onFailure gets what no other interface mends: a missing privilege, a fault of ours
     */
    Captures(InterfaceChoice choice, Opener opener, CaptureNotices notices, Consumer<Throwable> onFailure) {
        this.choice = choice;
        this.opener = opener;
        this.notices = notices;
        this.onFailure = onFailure;
        this.own = new OwnCaptures(choice, opener, notices, this::run, onFailure);
    }

    /**
     * Opens what can be opened; nothing is read yet. To be called, as {@link #start}, by a thread in the namespace that is to be watched.
     *
     * @param patient whether to wait for interfaces that are not there, or not up, or lead nowhere
     */
    void open(boolean patient, NamespaceScope scope) throws CaptureException, IOException {
        ownInode = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        try {
            watch = NetworkWatch.open();
            links = new NetworkLinks();
        } catch (KernelException e) {
            notices.say(
                    "interfaces that appear later are not captured (" + e.getMessage() + "); needs netlink sockets");
        }
        own.open(links, patient && links != null);
        if (links == null) {
            return;
        }
        if (choice.isAuto() || choice.isAny()) {
            if (scope.problem() != null) {
                notices.say(scope.problem());
            }
            namespaces = NamespaceCaptures.open(choice.endpoints(), scope, opener, notices, this::run, onFailure);
        }
    }

    /** Begins to read, and to look after the captures. */
    synchronized void start() {
        started = true;
        own.start();
        if (links != null) {
            thread = new Thread(this::supervise, "captures");
            thread.start();
        }
    }

    private void run(OpenCapture capture) {
        capture.start(() -> {
            if (links != null && !closing) {
                watch.wake();
            } else if (capture.failure() != null && !closing) {
                onFailure.accept(capture.failure());
            }
        });
    }

    private void supervise() {
        try {
            boolean changed = true;
            while (!closing) {
                long begun = System.nanoTime();
                step(changed);
                changed = watch.await(
                        own.isComplete() ? namespaceMillis() : CHECK_MISSING_MILLIS,
                        namespaces == null ? List.of() : namespaces.processes());
                long early = PAUSE_MILLIS - (System.nanoTime() - begun) / 1_000_000;
                if (early > 0 && !closing) {
                    Thread.sleep(early);
                    changed |= watch.await(0, List.of());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable t) {
            onFailure.accept(t);
        }
    }

    private int namespaceMillis() {
        int most = own.hasUnwanted() ? CHECK_UNWANTED_MILLIS : CHECK_MILLIS;
        return namespaces == null ? most : Math.min(most, namespaces.nextLookMillis());
    }

    /**
     * One look.
     *
     * @param changed whether the kernel said that something has
     */
    synchronized void step(boolean changed) {
        Fault.at(Fault.Stage.SUPERVISE);
        try {
            own.step();
        } catch (IOException e) {
            if (!saidUnreadable) {
                saidUnreadable = true;
                notices.say("changes of interfaces cannot be followed: " + Failures.reason(e));
            }
        }
        if (namespaces != null) {
            namespaces.step(changed);
        }
    }

    /** A process connects to the service: should its namespace not be known, it is looked at soon. For the probe's thread. */
    void connected(int pid) {
        Fault.at(Fault.Stage.PROBE);
        if (started && !closing && namespaces != null && namespaces.connected(pid)) {
            watch.wake();
        }
    }

    /**
     * Whether connects made in a network namespace pass a capture: inside it, or on the way out of it. Only the agent's own is known to, where no other
     * is looked at. Any thread.
     */
    boolean covers(long namespaceInode) {
        return namespaces == null ? namespaceInode == ownInode : namespaces.covers(namespaceInode);
    }

    /** One line on what is captured and how. */
    synchronized String description() {
        try {
            return own.description();
        } catch (IOException e) {
            return "waiting for an interface";
        }
    }

    /** The captures that are open now. Any thread; does not wait. */
    Stream<LiveCapture> live() {
        return namespaces == null ? own.live() : Stream.concat(own.live(), namespaces.live());
    }

    /** See {@link PipelineState#uncapturedNanos}. Any thread; does not wait. */
    long uncapturedNanos() {
        return own.uncapturedNanos();
    }

    /** What went over the interfaces of the machine's own namespace, to the service and back. Any thread. */
    List<LinkUse> use() {
        return own.live().map(LiveCapture::use).toList();
    }

    /** Ends all of it: no segment comes after that. */
    void close() throws InterruptedException {
        closing = true;
        if (thread != null) {
            watch.wake();
            thread.join();
        }
        synchronized (this) {
            own.close();
            if (namespaces != null) {
                namespaces.close();
            }
            if (watch != null) {
                watch.close();
            }
            if (links != null) {
                links.close();
            }
        }
    }
}
