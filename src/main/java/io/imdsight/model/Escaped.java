package io.imdsight.model;

import java.nio.charset.StandardCharsets;

/**
 * Turns hostile bytes into text that is safe on a terminal, in a log and on a page: well-formed UTF-8 stays; each byte that is not, and each
 * byte of a control, format (bidirectional overrides, zero width), surrogate, private-use or unassigned character, line or paragraph separator,
 * or one that nothing is drawn for becomes {@code \xHH}.
 */
public final class Escaped {
    private static final char[] HEX = "0123456789abcdef".toCharArray();

    private Escaped() {}

    /** Escapes a run of bytes. */
    public static String of(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int i = offset;
        while (i < end && bytes[i] >= 0x20 && bytes[i] < 0x7f) {
            i++;
        }
        if (i == end) {
            return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
        }
        StringBuilder out = new StringBuilder(length + 16);
        i = offset;
        while (i < end) {
            int size = sequenceLength(bytes, i, end);
            int codePoint = size == 0 ? -1 : decode(bytes, i, size);
            if (codePoint >= 0 && isPlain(codePoint)) {
                out.appendCodePoint(codePoint);
                i += size;
            } else {
                for (int stop = i + Math.max(size, 1); i < stop; i++) {
                    out.append("\\x").append(HEX[bytes[i] >> 4 & 15]).append(HEX[bytes[i] & 15]);
                }
            }
        }
        return out.toString();
    }

    /** Escapes a whole array. */
    public static String of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** Escapes a text that is already decoded, for sources that give no bytes. A lone surrogate becomes a question mark. */
    public static String of(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) >= 0x7f) {
                return of(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        return text;
    }

    private static boolean isPlain(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> !isIgnorable(codePoint);
        };
    }

    /** Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties.txt), where the type does not say it: two names that differ only in one look alike. */
    private static boolean isIgnorable(int c) {
        return c == 0x34f
                || c == 0x115f
                || c == 0x1160
                || c == 0x17b4
                || c == 0x17b5
                || c >= 0x180b && c <= 0x180f
                || c == 0x3164
                || c >= 0xfe00 && c <= 0xfe0f
                || c == 0xffa0
                || c >= 0xe0100 && c <= 0xe01ef;
    }

    /** The length of the well-formed UTF-8 sequence at i (RFC 3629 section 4), 0 where there is none. */
    private static int sequenceLength(byte[] b, int i, int end) {
        int first = b[i] & 0xff;
        if (first < 0x80) {
            return 1;
        }
        int size = first >= 0xc2 && first <= 0xdf
                ? 2
                : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
        if (size == 0 || i + size > end) {
            return 0;
        }
        for (int k = 1; k < size; k++) {
            if ((b[i + k] & 0xc0) != 0x80) {
                return 0;
            }
        }
        int second = b[i + 1] & 0xff;
        boolean overlongOrOutOfRange = first == 0xe0 && second < 0xa0
                || first == 0xed && second > 0x9f
                || first == 0xf0 && second < 0x90
                || first == 0xf4 && second > 0x8f;
        return overlongOrOutOfRange ? 0 : size;
    }

    private static int decode(byte[] b, int i, int size) {
        int first = b[i] & 0xff;
        if (size == 1) {
            return first;
        }
        int codePoint = first & (0xff >> (size + 1));
        for (int k = 1; k < size; k++) {
            codePoint = codePoint << 6 | b[i + k] & 0x3f;
        }
        return codePoint;
    }
}
