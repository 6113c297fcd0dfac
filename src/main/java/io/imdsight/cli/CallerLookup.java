package io.imdsight.cli;

import io.imdsight.linux.PackageOwners;
import io.imdsight.model.Caller;
import io.imdsight.model.Escaped;
import io.imdsight.model.Script;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.report.CallerFinding;
import io.imdsight.report.Found;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks up on the machine what helps with a caller: its script while it lives, on a thread of its own, because a file may be slow; its package at the end.
 * What cannot be looked up in time is left out.
 */
final class CallerLookup {
    /** Scripts waiting to be read; a new one comes with a new caller. */
    private static final int WAITING_MAX = 256;

    /** Callers of which lines are kept. */
    private static final int CALLERS_MAX = 512;

    /** Lines kept of one caller: its script may call in several places, and there may be several of the same name. */
    private static final int LINES_MAX = 6;

    private static final int END_SECONDS_MAX = 2;

    private final ScriptFinder scripts;
    private final PackageOwners packages;
    private final ContainerImages images;
    private final Map<CallerKey, Set<Found.ScriptLine>> lines = new ConcurrentHashMap<>();
    private final Set<List<String>> asked = new HashSet<>();
    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING_MAX),
            Thread.ofPlatform().name("scripts").daemon().factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    CallerLookup(ScriptFinder scripts, PackageOwners packages, ContainerImages images) {
        this.scripts = scripts;
        this.packages = packages;
        this.images = images;
    }

    /** A call was seen. To be called by one thread. */
    void saw(CallerKey key, Sighting s) {
        Caller caller = s.caller();
        if (caller == null || s.classification().version() != Version.V1 || asked.size() >= CALLERS_MAX) {
            return;
        }
        List<String> who = new ArrayList<>();
        who.add(key.toString());
        caller.parents().stream().limit(2).forEach(p -> who.add(String.valueOf(p.title())));
        if (asked.add(who)) {
            thread.execute(() -> lines.merge(key, new LinkedHashSet<>(scripts.lines(caller)), CallerLookup::union));
        }
    }

    /** A caller that only a ledger tells of, or whose script was gone when it was seen: its file may be there. */
    private void readRecorded(CallerFinding f) {
        Caller example = f.profile() == null ? null : f.profile().example();
        if (example != null && lines.getOrDefault(f.key(), Set.of()).isEmpty()) {
            thread.execute(
                    () -> lines.merge(f.key(), new LinkedHashSet<>(scripts.lines(example)), CallerLookup::union));
        }
    }

    private static Set<Found.ScriptLine> union(Set<Found.ScriptLine> a, Set<Found.ScriptLine> b) {
        Set<Found.ScriptLine> out = new LinkedHashSet<>(a);
        b.stream().limit(Math.max(0, LINES_MAX - a.size())).forEach(out::add);
        return out;
    }

    /** What is known of these callers now. Waits a little for what is still being read. */
    Map<CallerKey, Found> found(List<CallerFinding> callers) throws InterruptedException {
        callers.forEach(this::readRecorded);
        thread.shutdown();
        if (!thread.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS)) {
            thread.shutdownNow();
        }
        Set<String> paths = new HashSet<>();
        callers.forEach(f -> paths.addAll(paths(f)));
        Map<String, PackageOwners.Owner> owners = packages.owners(paths);
        Map<CallerKey, Found> out = new HashMap<>();
        for (CallerFinding f : callers) {
            PackageOwners.Owner owner = paths(f).stream()
                    .map(owners::get)
                    .filter(o -> o != null)
                    .findFirst()
                    .orElse(null);
            out.put(
                    f.key(),
                    new Found(
                            owner == null ? null : Escaped.of(owner.name()),
                            owner == null || owner.version() == null ? null : Escaped.of(owner.version()),
                            List.copyOf(lines.getOrDefault(f.key(), Set.of())),
                            images.image(f.key().containerId()),
                            images.pod(f.key().podUid())));
        }
        return out;
    }

    /** The files whose package says what a caller is: its script before its interpreter. None of a container's, for its packages are others. */
    private static List<String> paths(CallerFinding f) {
        List<String> out = new ArrayList<>();
        if (f.key().containerId() != null) {
            return out;
        }
        Caller example = f.profile() == null ? null : f.profile().example();
        String script = example == null ? null : Script.argument(example);
        if (script != null && script.startsWith("/")) {
            out.add(script);
        }
        if (f.key().executable() != null) {
            out.add(f.key().executable());
        }
        return out;
    }
}
