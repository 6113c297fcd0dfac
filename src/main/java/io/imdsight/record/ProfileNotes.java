package io.imdsight.record;

import io.imdsight.model.Caller;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** A caller's profile in the making. */
final class ProfileNotes {
    /** Of a text that a caller chooses: as much as a person reads. */
    private static final int CHARACTERS_MAX = 512;

    /** An object and its fields, in characters: what a caller costs beside its texts. */
    private static final int OBJECT_CHARACTERS = 128;

    /** Ancestors that tell one process from another: the scripts that it works for, not who started those. */
    private static final int LINEAGE_MAX = 4;

    private final CallerKey key;
    private final Set<String> paths = new LinkedHashSet<>();
    private final List<Caller> more = new ArrayList<>();
    private final Set<List<String>> lineages = new LinkedHashSet<>();
    private Caller example;
    private boolean exampleIsV1;
    private long firstSeenNanos = Long.MAX_VALUE;
    private long lastSeenNanos = Long.MIN_VALUE;
    private int headers;

    ProfileNotes(CallerKey key) {
        this.key = key;
    }

    /**
     * Takes note of a request.
     *
     * @param room how many characters may be added; a little more may be
     * @return how many were
     */
    long add(Sighting s, long room) {
        long time = s.exchange().timestampNanos();
        firstSeenNanos = Math.min(firstSeenNanos, time);
        lastSeenNanos = Math.max(lastSeenNanos, time);
        headers |= s.exchange().request().headers();
        long added = 0;
        String path = cut(s.exchange().request().target());
        if (path != null && paths.size() < CallerProfile.PATHS_MAX && room > 0 && paths.add(path)) {
            added += path.length();
        }
        return s.caller() == null ? added : added + addProcess(s, room - added);
    }

    private long addProcess(Sighting s, long room) {
        Caller caller = s.caller();
        boolean v1 = s.classification().version() == Version.V1;
        if (example == null) {
            example = caller;
            exampleIsV1 = v1;
            lineages.add(lineage(caller));
            return weight(caller);
        }
        boolean better = v1 && !exampleIsV1;
        if (!better && !v1 || more.size() >= CallerProfile.MORE_MAX || room <= 0) {
            return 0;
        }
        if (better) {
            lineages.clear();
            lineages.add(lineage(caller));
            example = caller;
            exampleIsV1 = true;
            return weight(caller);
        }
        if (!lineages.add(lineage(caller))) {
            return 0;
        }
        more.add(caller);
        return weight(caller);
    }

    private static List<String> lineage(Caller caller) {
        return caller.parents().stream()
                .limit(LINEAGE_MAX)
                .map(Caller::title)
                .map(Objects::toString)
                .toList();
    }

    CallerProfile profile() {
        return new CallerProfile(key, example, List.copyOf(paths), firstSeenNanos, lastSeenNanos, headers, more);
    }

    static String cut(String text) {
        if (text == null || text.length() <= CHARACTERS_MAX) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(CHARACTERS_MAX - 1)) ? CHARACTERS_MAX - 1 : CHARACTERS_MAX;
        return text.substring(0, end) + "…";
    }

    static long weight(CallerKey k) {
        long sum = OBJECT_CHARACTERS;
        for (String text : k.texts()) {
            sum += text == null ? 0 : text.length();
        }
        return sum;
    }

    private static long weight(Caller caller) {
        long sum = OBJECT_CHARACTERS;
        if (caller.arguments() != null) {
            for (String a : caller.arguments()) {
                sum += a.length() + OBJECT_CHARACTERS / 8;
            }
        }
        for (Caller parent : caller.parents()) {
            sum += weight(parent);
        }
        return sum;
    }
}
