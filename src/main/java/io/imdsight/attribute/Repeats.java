package io.imdsight.attribute;

import io.imdsight.model.Caller;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes equal things one thing: the same program calls again and again, and thousands of its calls are remembered at a time. Keeps what it saw last; a
 * miss costs memory and nothing else. One thread at a time.
 */
final class Repeats {
    /** Longer texts seldom repeat, and what is kept here is bounded by it: 128 KiB. */
    private static final int CHARACTERS_MAX = 128;

    /** Programs, owners, titles, arguments of what a machine runs often. Powers of two. */
    private static final int TEXTS = 512;

    /** Processes that call at the same time. Their command lines are bounded by the table of connects, too, which held them last. */
    private static final int CALLERS = 32;

    private final String[] texts = new String[TEXTS];
    private final Caller[] callers = new Caller[CALLERS];

    /** The text, or one like it that was seen before; null for null. */
    String text(String text) {
        if (text == null || text.length() > CHARACTERS_MAX) {
            return text;
        }
        int h = text.hashCode();
        int slot = (h ^ h >>> 9 ^ h >>> 18) & TEXTS - 1;
        if (!text.equals(texts[slot])) {
            texts[slot] = text;
        }
        return texts[slot];
    }

    /** The same for a list of texts. */
    List<String> texts(List<String> list) {
        if (list == null || list.isEmpty()) {
            return list;
        }
        List<String> out = new ArrayList<>(list.size());
        for (String s : list) {
            out.add(text(s));
        }
        return List.copyOf(out);
    }

    /** The same for a whole caller, whose process may have become another program since. */
    Caller caller(Caller caller) {
        int slot = caller.pid() & CALLERS - 1;
        if (!caller.equals(callers[slot])) {
            callers[slot] = caller;
        }
        return callers[slot];
    }
}
