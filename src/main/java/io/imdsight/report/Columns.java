package io.imdsight.report;

import java.util.ArrayList;
import java.util.List;

/** The width of text on a terminal: one column a character, two for East Asian wide ones, none for combining marks. */
public final class Columns {
    /** What must be left beside the indentation for breaking lines to help. */
    private static final int WORDS_COLUMNS_MIN = 20;

    private Columns() {}

    /** The text, or as much of it as fits with an ellipsis. */
    public static String cut(String text, int columnsMax) {
        if (width(text) <= columnsMax) {
            return text;
        }
        StringBuilder out = new StringBuilder();
        int used = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            if (used + width(c) > columnsMax - 1) {
                break;
            }
            used += width(c);
            out.appendCodePoint(c);
            i += Character.charCount(c);
        }
        return columnsMax < 1 ? "" : out + "…";
    }

    /** The text with blanks behind it. */
    public static String pad(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - width(text)));
    }

    /**
     * Lines of a text, broken at blanks. A word that is longer than a line stays whole: it may be a path that somebody will copy.
     *
     * @param hang how far lines after the first are indented
     * @param columnsMax how wide a line may be; 0 where nothing is to be broken, as in a file
     */
    public static List<String> wrap(String text, int hang, int columnsMax) {
        if (columnsMax < hang + WORDS_COLUMNS_MIN || width(text) <= columnsMax) {
            return List.of(text);
        }
        List<String> out = new ArrayList<>();
        String rest = text;
        while (width(rest) > columnsMax) {
            int at = blank(rest, hang, columnsMax);
            if (at < 0) {
                break;
            }
            out.add(rest.substring(0, at));
            rest = " ".repeat(hang) + rest.substring(at).strip();
        }
        out.add(rest);
        return out;
    }

    /** The last blank that a line may end at, or else the first one at all; behind the indentation, and not the last thing of the text; -1 for none. */
    private static int blank(String text, int hang, int columnsMax) {
        int last = -1;
        int used = 0;
        int end = text.stripTrailing().length();
        for (int i = 0; i < end; ) {
            int c = text.codePointAt(i);
            if (used > columnsMax && last >= 0) {
                return last;
            }
            if (c == ' ' && i > hang && text.charAt(i - 1) != ' ') {
                last = i;
                if (used > columnsMax) {
                    return last;
                }
            }
            used += width(c);
            i += Character.charCount(c);
        }
        return last;
    }

    /** Columns that a text takes. */
    public static int width(String text) {
        return text.codePoints().map(Columns::width).sum();
    }

    /** Unicode's East Asian Width (UAX 11), its wide blocks; marks take no column. */
    private static int width(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = c >= 0x1100 && c <= 0x115f
                || c >= 0x2e80 && c <= 0xa4cf
                || c >= 0xac00 && c <= 0xd7a3
                || c >= 0xf900 && c <= 0xfaff
                || c >= 0xfe30 && c <= 0xfe6f
                || c >= 0xff00 && c <= 0xff60
                || c >= 0xffe0 && c <= 0xffe6
                || c >= 0x1f300 && c <= 0x1faff
                || c >= 0x20000 && c <= 0x3fffd;
        return wide ? 2 : 1;
    }
}
