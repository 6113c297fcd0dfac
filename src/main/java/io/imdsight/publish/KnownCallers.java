package io.imdsight.publish;

import io.imdsight.record.CallerKey;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When each caller last made a call without a token. Bounded: the one that was silent for longest is forgotten, and is new when it comes again.
 *
 * <p>A process that was gone before its executable's path could be read is not somebody else: without a path it is whoever has the same title,
 * script, unit, container and user, and without a script whoever has the rest. Each caller is therefore known by up to three keys, its own and the same
 * with less in it. Of two programs of one title at different paths each is news of its own, but for the first one behind a call without a path, which is
 * taken for that caller.
 */
final class KnownCallers {
    /** Far more programs than a machine has; with texts cut to {@link CallerText#CHARS_MAX}, which its keys share, some 3 MB. */
    static final int CALLERS_MAX = 2048;

    private static final int KEYS_MAX = 3;

    /** A job that runs once a day is no news every day. */
    static final long RETURN_NANOS = 25 * 3_600_000_000_000L;

    /**
     * What is known of a key.
     *
     * @param lastNanos the last call
     * @param bare no caller of which more is known has had this key yet
     */
    private record Last(long lastNanos, boolean bare) {}

    private final Map<CallerKey, Last> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CallerKey, Last> eldest) {
            return size() > KEYS_MAX * CALLERS_MAX;
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
        Last before = null;
        CallerKey key = caller;
        for (CallerKey less = CallerText.less(key); !less.equals(key); less = CallerText.less(key)) {
            Last known = this.known.put(less, new Last(nanos, false));
            before = before == null ? known : before;
            key = less;
        }
        known.put(caller, new Last(nanos, last == null || last.bare()));
        return news(last == null && before != null && before.bare() ? before : last, nanos);
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
