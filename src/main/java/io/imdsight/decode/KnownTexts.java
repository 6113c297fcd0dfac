package io.imdsight.decode;

import io.imdsight.model.Escaped;
import io.imdsight.model.Secrets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Targets and User-Agents as text, escaped and without secrets. The same few come again with every call, so the text that was made last of the same bytes is
 * given again. Only what escaping and redaction leave as it was is remembered, and no query: what is kept here holds no secret. One thread.
 */
final class KnownTexts {
    /** The paths and agents of one kind: those of some ten clients. Beyond them a text is made anew, as it always was. */
    static final int ENTRIES = 256;

    /** Longer than the service's paths and SDKs' names. With all entries full, both tables take 160 KiB. */
    static final int BYTES_MAX = 256;

    /** So that nobody outside can choose whose place he takes; all that he could win is that a text is made anew. */
    private static final int KEY = ThreadLocalRandom.current().nextInt() | 1;

    private final String[] targets = new String[ENTRIES];
    private final String[] userAgents = new String[ENTRIES];

    /** A request target, see {@link Target#path}. */
    String target(byte[] b, int offset, int length) {
        int slot = slot(b, offset, length);
        if (slot < 0) {
            return Target.path(b, offset, length);
        }
        if (isText(targets[slot], b, offset, length)) {
            return targets[slot];
        }
        return remembered(targets, slot, Target.path(b, offset, length), b, offset, length);
    }

    /** A User-Agent, blanks round it taken away. */
    String userAgent(byte[] b, int offset, int length) {
        int slot = slot(b, offset, length);
        if (slot < 0) {
            return Secrets.inText(Escaped.of(b, offset, length));
        }
        if (isText(userAgents[slot], b, offset, length)) {
            return userAgents[slot];
        }
        return remembered(userAgents, slot, Secrets.inText(Escaped.of(b, offset, length)), b, offset, length);
    }

    private static String remembered(String[] table, int slot, String text, byte[] b, int offset, int length) {
        if (isText(text, b, offset, length) && text.indexOf('?') < 0) {
            table[slot] = text;
        }
        return text;
    }

    /** Whether a text is these bytes, character by character. */
    private static boolean isText(String text, byte[] b, int offset, int length) {
        if (text == null || text.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text.charAt(i) != (char) (b[offset + i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private static int slot(byte[] b, int offset, int length) {
        if (length > BYTES_MAX) {
            return -1;
        }
        int h = KEY;
        for (int i = offset; i < offset + length; i++) {
            h = (h ^ b[i]) * KEY;
            h ^= h >>> 15;
        }
        return h >>> 7 & ENTRIES - 1;
    }
}
