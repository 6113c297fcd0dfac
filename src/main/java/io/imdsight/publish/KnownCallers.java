package io.imdsight.publish;

import io.imdsight.record.CallerKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When each caller last made a call without a token. Bounded: the one that was silent for longest is forgotten, and is new when it comes again.
 *
 * <p>A process that was gone before its executable's path could be read is not somebody else: without a path it is whoever has the same title,
 * unit, container and user. Each caller with a path is therefore known by two keys, its own and the same without the path. Of two programs of one
 * title at different paths each is news of its own, but for the first one behind a call without a path, which is taken for that caller.
 */
final class KnownCallers {
    /** Far more programs than a machine has; with texts cut to {@link CallerText#CHARS_MAX}, which both keys share, some 2 MB. */
    static final int CALLERS_MAX = 2048;

    /** A job that runs once a day is no news every day. */
    static final long RETURN_NANOS = 25 * 3_600_000_000_000L;

    /**
     * What is known of a key.
     *
     * @param lastNanos the last call
     * @param pathless no caller with a path has had this key yet
     */
    private record Last(long lastNanos, boolean pathless) {}

    private final Map<CallerKey, Last> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CallerKey, Last> eldest) {
            return size() > 2 * CALLERS_MAX;
        }
    };

    /** What a call tells. */
    enum News {
        NONE,
        FIRST,
        RETURNED
    }

    /** A call; says whether it is news. */
    News called(CallerKey caller, long nanos) {
        Last last = known.get(caller);
        CallerKey withoutPath = CallerText.withoutPath(caller);
        if (withoutPath.equals(caller)) {
            known.put(caller, new Last(nanos, last == null || last.pathless()));
            return news(last, nanos);
        }
        Last before = known.put(withoutPath, new Last(nanos, false));
        known.put(caller, new Last(nanos, false));
        return news(last == null && before != null && before.pathless() ? before : last, nanos);
    }

    private static News news(Last last, long nanos) {
        if (last == null) {
            return News.FIRST;
        }
        return nanos - last.lastNanos() >= RETURN_NANOS ? News.RETURNED : News.NONE;
    }

    /** Known from an earlier run. */
    void known(CallerKey caller, long nanos) {
        Last last = known.get(caller);
        called(caller, last == null ? nanos : Math.max(nanos, last.lastNanos()));
    }
}
