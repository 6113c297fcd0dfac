package io.imdsight.cli;

/** The width of text on a terminal: one column a character, two for East Asian wide ones, none for combining marks. */
final class Columns {
    private Columns() {}

    /** The text, or as much of it as fits with an ellipsis. */
    static String cut(String text, int columnsMax) {
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
    static String pad(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - width(text)));
    }

    static int width(String text) {
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
