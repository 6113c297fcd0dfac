package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.KernelException;
import io.imdsight.linux.NetworkLinks;
import io.imdsight.linux.NetworkWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Keeps a capture open on each interface that should have one. The kernel says when interfaces, addresses and routes change; then, and every ten
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
    private static final int CHECK_MILLIS = 10_000;

    /** The same while a capture is missing, or there is none. */
    private static final int CHECK_MISSING_MILLIS = 1_000;

    /** Between two looks: links come in swarms when containers start. */
    private static final long PAUSE_MILLIS = 50;

    /** An interface that no longer leads to the service is captured on for so long: a renewed lease takes its route away for a moment. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final InterfaceChoice choice;
    private final Opener opener;
    private final CaptureNotices notices;
    private final Consumer<Throwable> onFailure;
    private final List<OpenCapture> open = new ArrayList<>();
    private final Map<String, Long> missingSinceNanos = new HashMap<>();
    private final Map<String, Long> triedNanos = new HashMap<>();
    private final Set<String> said = new HashSet<>();
    private NetworkWatch watch;
    private NetworkLinks links;
    private NamespaceCaptures namespaces;
    private Thread thread;
    private boolean waiting;
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
    }

    /**
     * Opens what can be opened; nothing is read yet. To be called, as {@link #start}, by a thread in the namespace that is to be watched.
     *
     * @param patient whether to wait for interfaces that are not there, or not up, or lead nowhere
     */
    void open(boolean patient, NamespaceScope scope) throws CaptureException, IOException {
        try {
            for (String name : choice.names()) {
                openFirst(name, patient);
            }
        } catch (CaptureException e) {
            if (!patient || e.kind() != CaptureException.Kind.NO_ROUTE) {
                throw e;
            }
        }
        try {
            watch = NetworkWatch.open();
            links = new NetworkLinks();
            waiting = open.isEmpty();
        } catch (KernelException e) {
            if (open.isEmpty()) {
                throw e;
            }
            notices.say(
                    "interfaces that appear later are not captured (" + e.getMessage() + "); needs netlink sockets");
            return;
        }
        if (choice.isAuto() || choice.isAny()) {
            if (scope.problem() != null) {
                notices.say(scope.problem());
            }
            namespaces = NamespaceCaptures.open(choice.endpoints(), scope, opener, notices, this::run);
        }
    }

    private void openFirst(String name, boolean patient) throws CaptureException {
        try {
            open.add(new OpenCapture(opener.open(name, true), name));
        } catch (CaptureException e) {
            boolean absent = e.kind() == CaptureException.Kind.NO_SUCH_INTERFACE
                    || e.kind() == CaptureException.Kind.INTERFACE_DOWN;
            if (!patient || !absent) {
                throw e;
            }
        }
    }

    /** Begins to read, and to look after the captures. */
    synchronized void start() {
        started = true;
        open.forEach(this::run);
        if (watch != null) {
            thread = new Thread(this::supervise, "captures");
            thread.start();
        }
    }

    private void run(OpenCapture capture) {
        capture.start(() -> {
            if (watch != null && !closing) {
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
                        missingSinceNanos.isEmpty() && !open.isEmpty() ? namespaceMillis() : CHECK_MISSING_MILLIS,
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
        return namespaces == null ? CHECK_MILLIS : Math.min(CHECK_MILLIS, namespaces.nextLookMillis());
    }

    /**
     * One look.
     *
     * @param changed whether the kernel said that something has
     */
    synchronized void step(boolean changed) {
        try {
            List<NetworkLinks.Entry> now = links.list();
            if (choice.isAny()) {
                endedAny();
            } else {
                Set<String> wanted = choice.names(now);
                letGo(now, wanted);
                openMissing(now, wanted);
                sayWhetherWaiting(now);
            }
        } catch (IOException e) {
            sayOnce("changes of interfaces cannot be followed: " + Failures.reason(e));
        }
        if (namespaces != null) {
            namespaces.step(changed);
        }
    }

    /** The capture on all interfaces goes with none of them. */
    private void endedAny() {
        for (OpenCapture c : open) {
            if (c.hasEnded() && c.failure() != null) {
                onFailure.accept(c.failure());
            }
        }
    }

    private void letGo(List<NetworkLinks.Entry> links, Set<String> wanted) {
        long nowNanos = System.nanoTime();
        for (Iterator<OpenCapture> i = open.iterator(); i.hasNext(); ) {
            OpenCapture c = i.next();
            NetworkLinks.Entry link = links.stream()
                    .filter(l -> l.index() == c.index())
                    .findFirst()
                    .orElse(null);
            if (c.failure() != null && !(c.failure() instanceof CaptureException)) {
                onFailure.accept(c.failure());
                return;
            }
            if (link == null) {
                close(i, c, c.name() + " is gone");
                continue;
            }
            if (!link.name().equals(c.name())) {
                notices.say(c.name() + " is called " + link.name() + " now");
                c.rename(link.name());
            }
            boolean leads = wanted.contains(link.name());
            c.unwantedNanos = leads ? OpenCapture.WANTED : Math.min(c.unwantedNanos, nowNanos);
            if (c.hasEnded()) {
                if (leads) {
                    missingSinceNanos.put(link.name(), c.endedNanos());
                }
                boolean down = !link.up() || c.failure() == null;
                close(i, c, down ? link.name() + " is down" : c.failure().getMessage());
            } else if (nowNanos - c.unwantedNanos > GRACE_NANOS && !leads) {
                close(i, c, link.name() + (link.up() ? " no longer leads to the service" : " is down"));
            }
        }
    }

    private void close(Iterator<OpenCapture> i, OpenCapture c, String why) {
        c.close();
        i.remove();
        notices.say(why + "; capture there has ended");
    }

    private void openMissing(List<NetworkLinks.Entry> links, Set<String> wanted) {
        Set<String> captured = open.stream().map(OpenCapture::name).collect(Collectors.toSet());
        missingSinceNanos.keySet().retainAll(wanted);
        for (String name : wanted) {
            if (!captured.contains(name) && mayTry(name)) {
                openOne(name, links);
            }
        }
    }

    /** At once for what has just appeared; for what fails again and again, once a second. */
    private boolean mayTry(String name) {
        long now = System.nanoTime();
        triedNanos.values().removeIf(tried -> now - tried > CHECK_MISSING_MILLIS * 1_000_000L);
        return triedNanos.putIfAbsent(name, now) == null;
    }

    private void openOne(String name, List<NetworkLinks.Entry> links) {
        missingSinceNanos.putIfAbsent(name, OpenCapture.nowNanos());
        try {
            OpenCapture c = new OpenCapture(opener.open(name, true), name);
            if (links.stream().noneMatch(l -> l.index() == c.index() && l.name().equals(name))) {
                c.close(); // another one has the name by now: the next look opens it
                return;
            }
            open.add(c);
            run(c);
            notices.say("capturing on " + c.description());
            notices.outage(new CaptureOutage(name, missingSinceNanos.remove(name), OpenCapture.nowNanos()));
            said.remove(name);
        } catch (CaptureException e) {
            if (e.kind() == CaptureException.Kind.NOT_PERMITTED || e.kind() == CaptureException.Kind.NO_LIBPCAP) {
                onFailure.accept(e);
            } else if (said.add(name)) {
                notices.say(e.getMessage() + "; imdsight tries again every second");
            }
        }
    }

    private void sayWhetherWaiting(List<NetworkLinks.Entry> links) {
        if (open.isEmpty() && !waiting) {
            notices.say("nothing is captured now: " + choice.waiting(links) + "; capture begins when there is");
        }
        waiting = open.isEmpty();
    }

    private void sayOnce(String sentence) {
        if (said.add(sentence)) {
            notices.say(sentence);
        }
    }

    /** A process connects to the service: should its namespace not be known, it is looked at soon. For the probe's thread. */
    void connected(int pid) {
        if (namespaces != null && started && !closing && namespaces.connected(pid)) {
            watch.wake();
        }
    }

    /** Whether connects made in a network namespace pass a capture: inside it, or on the way out of it. Any thread. */
    boolean covers(long namespaceInode) {
        return namespaces == null || namespaces.covers(namespaceInode);
    }

    /** One line on what is captured and how. */
    synchronized String description() {
        if (open.isEmpty()) {
            try {
                return "waiting: " + choice.waiting(links.list()) + "; capture begins when there is";
            } catch (KernelException e) {
                return "waiting for an interface";
            }
        }
        return "capturing on " + open.stream().map(OpenCapture::description).collect(Collectors.joining("; on "));
    }

    /** Ends all of it: no segment comes after that. */
    void close() throws InterruptedException {
        closing = true;
        if (thread != null) {
            watch.wake();
            thread.join();
        }
        synchronized (this) {
            open.forEach(OpenCapture::close);
            open.clear();
            missingSinceNanos.forEach(
                    (name, since) -> notices.outage(new CaptureOutage(name, since, OpenCapture.nowNanos())));
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
