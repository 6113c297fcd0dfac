package io.imdsight.cli;

import io.imdsight.capture.CaptureException;
import io.imdsight.capture.LiveCapture;
import io.imdsight.linux.NetworkLinks;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The captures in the agent's own network namespace. Used by the captures' thread, {@link #live} aside. */
final class OwnCaptures {
    /** What fails is tried again no sooner. */
    private static final long TRY_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** An interface that no longer leads to the service is captured on for so long: a renewed lease takes its route away for a moment. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long ALL_CAPTURED = Long.MIN_VALUE;

    private final InterfaceChoice choice;
    private final Captures.Opener opener;
    private final CaptureNotices notices;
    private final Consumer<OpenCapture> runner;
    private final Consumer<Throwable> onFailure;
    private final List<OpenCapture> open = new CopyOnWriteArrayList<>();
    private final Map<String, Long> missingSinceNanos = new HashMap<>();
    private final Map<String, Long> triedNanos = new HashMap<>();
    private final Set<String> said = new HashSet<>();
    private NetworkLinks links;
    private boolean waiting;

    /** On the monotonic clock; {@link #ALL_CAPTURED} where there is none. */
    private volatile long uncapturedSinceNanos = ALL_CAPTURED;

    /**
     * @param runner sets a capture going that was opened
     * @param onFailure gets what no other interface mends: a missing privilege, a fault of ours
     */
    OwnCaptures(
            InterfaceChoice choice,
            Captures.Opener opener,
            CaptureNotices notices,
            Consumer<OpenCapture> runner,
            Consumer<Throwable> onFailure) {
        this.choice = choice;
        this.opener = opener;
        this.notices = notices;
        this.runner = runner;
        this.onFailure = onFailure;
    }

    /**
     * Opens what can be opened.
     *
     * @param newLinks the interfaces here; null where the kernel does not list them
     * @param patient whether interfaces that are not there, or not up, or lead nowhere, may come later
     */
    void open(NetworkLinks newLinks, boolean patient) throws CaptureException, IOException {
        links = newLinks;
        try {
            for (String name : choice.names()) {
                openFirst(name, patient);
            }
        } catch (CaptureException e) {
            if (!patient || e.kind() != CaptureException.Kind.NO_ROUTE) {
                throw e;
            }
        }
        waiting = open.isEmpty();
    }

    private void openFirst(String name, boolean patient) throws CaptureException, IOException {
        try {
            int index = indexOf(name);
            OpenCapture c = new OpenCapture(opener.open(name, true), name, index);
            open.add(c); // should another have got the name meanwhile, the first step finds this one gone
        } catch (CaptureException e) {
            boolean absent = e.kind() == CaptureException.Kind.NO_SUCH_INTERFACE
                    || e.kind() == CaptureException.Kind.INTERFACE_DOWN;
            if (!patient || !absent) {
                throw e;
            }
        }
    }

    /** java.net knows no interface without an address. */
    private int indexOf(String name) throws IOException {
        if (links == null) {
            return 0;
        }
        for (NetworkLinks.Entry l : links.list()) {
            if (l.name().equals(name)) {
                return l.index();
            }
        }
        return 0;
    }

    /** Sets those going that are open. */
    void start() {
        open.forEach(runner);
    }

    /** Whether there is nothing to wait for but changes. */
    boolean isComplete() {
        return missingSinceNanos.isEmpty() && !open.isEmpty();
    }

    /** Whether one of them is to be closed soon. */
    boolean hasUnwanted() {
        for (OpenCapture c : open) {
            if (c.unwantedNanos != OpenCapture.WANTED) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Those that are open. Any thread. */
    Stream<LiveCapture> live() {
        return open.stream().map(OpenCapture::live);
    }

    /** See {@link PipelineState#uncapturedNanos}. Any thread. */
    long uncapturedNanos() {
        long since = uncapturedSinceNanos;
        return since == ALL_CAPTURED ? 0 : System.nanoTime() - since;
    }

    /** Opens and closes what these interfaces, and the routes as they are now, ask for. */
    void step() throws IOException {
        List<NetworkLinks.Entry> now = links.list();
        if (choice.isAny()) {
            endedAny();
            return;
        }
        Set<String> wanted = choice.names(now);
        letGo(now, wanted);
        openMissing(wanted);
        if (missingSinceNanos.isEmpty()) {
            uncapturedSinceNanos = ALL_CAPTURED;
        } else if (uncapturedSinceNanos == ALL_CAPTURED) {
            uncapturedSinceNanos = System.nanoTime();
        }
        sayWhetherWaiting(now);
    }

    /** The capture on all interfaces goes with none of them. */
    private void endedAny() {
        for (OpenCapture c : open) {
            if (c.hasEnded() && c.failure() != null) {
                onFailure.accept(c.failure());
            }
        }
    }

    private void letGo(List<NetworkLinks.Entry> now, Set<String> wanted) {
        long nowNanos = System.nanoTime();
        for (OpenCapture c : open) {
            NetworkLinks.Entry link =
                    now.stream().filter(l -> l.index() == c.index()).findFirst().orElse(null);
            if (c.failure() != null && !(c.failure() instanceof CaptureException)) {
                onFailure.accept(c.failure());
                return;
            }
            if (link == null) {
                close(c, c.name() + " is gone");
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
                close(c, down ? link.name() + " is down" : c.failure().getMessage());
            } else if (nowNanos - c.unwantedNanos > GRACE_NANOS && !leads) {
                close(c, link.name() + (link.up() ? " no longer leads to the service" : " is down"));
            }
        }
    }

    private void close(OpenCapture c, String why) {
        c.close();
        open.remove(c);
        notices.say(why + "; capture there has ended");
    }

    private void openMissing(Set<String> wanted) throws IOException {
        Set<String> captured = new HashSet<>();
        for (OpenCapture c : open) {
            captured.add(c.name());
        }
        missingSinceNanos.keySet().retainAll(wanted);
        for (String name : wanted) {
            if (!captured.contains(name) && mayTry(name)) {
                openOne(name);
            }
        }
    }

    /** At once for what has just appeared; for what fails again and again, once a second. */
    private boolean mayTry(String name) {
        long now = System.nanoTime();
        triedNanos.values().removeIf(tried -> now - tried > TRY_AGAIN_NANOS);
        return triedNanos.putIfAbsent(name, now) == null;
    }

    private void openOne(String name) throws IOException {
        missingSinceNanos.putIfAbsent(name, OpenCapture.nowNanos());
        try {
            int index = indexOf(name);
            OpenCapture c = new OpenCapture(opener.open(name, true), name, index);
            if (index == 0 || index != indexOf(name)) {
                c.close(); // another one has the name by now: the next look opens it
                return;
            }
            open.add(c);
            runner.accept(c);
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

    private void sayWhetherWaiting(List<NetworkLinks.Entry> now) {
        if (open.isEmpty() && !waiting) {
            notices.say("nothing is captured now: " + choice.waiting(now) + "; capture begins as soon as that changes");
        }
        waiting = open.isEmpty();
    }

    String description() throws IOException {
        if (open.isEmpty()) {
            return "waiting: " + choice.waiting(links.list()) + "; capture begins as soon as that changes";
        }
        StringJoiner out = new StringJoiner("; on ", "capturing on ", "");
        for (OpenCapture c : open) {
            out.add(c.description());
        }
        return out.toString();
    }

    void close() {
        open.forEach(OpenCapture::close);
        open.clear();
        missingSinceNanos.forEach(
                (name, since) -> notices.outage(new CaptureOutage(name, since, OpenCapture.nowNanos())));
    }
}
