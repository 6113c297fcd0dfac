package io.imdsight.publish;

import io.imdsight.record.CallerKey;
import java.util.LinkedHashMap;
import java.util.Map;

/** When each caller last made a call without a token. Bounded: the one that was silent for longest is forgotten, and is new when it comes again. */
final class KnownCallers {
    /** Far more programs than a machine has; with texts cut to {@link CallerText#CHARS_MAX} some 2 MB. */
    static final int CALLERS_MAX = 2048;

    /** A job that runs once a day is no news every day. */
    static final long RETURN_NANOS = 25 * 3_600_000_000_000L;

    private final Map<CallerKey, Long> lastNanos = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<CallerKey, Long> eldest) {
            return size() > CALLERS_MAX;
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
        Long last = lastNanos.put(caller, nanos);
        if (last == null) {
            return News.FIRST;
        }
        return nanos - last >= RETURN_NANOS ? News.RETURNED : News.NONE;
    }

    /** Known from an earlier run. */
    void known(CallerKey caller, long nanos) {
        lastNanos.merge(caller, nanos, Math::max);
    }
}
