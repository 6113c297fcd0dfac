package io.imdsight.publish.cloudwatch;

/**
 * Part of a metric's name in CloudWatch. Within CloudWatch's limits and alphabet by construction: what is not ASCII, or a control character,
 * becomes {@code ?}, and what is too long is cut.
 *
 * @param name 1 to 255 characters, not beginning with a colon
 * @param value 1 to 1,024 characters, not blank
 */
public record Dimension(String name, String value) {
    /** CloudWatch API reference, Dimension. */
    private static final int NAME_CHARS_MAX = 255;

    /** CloudWatch takes 1,024; more than this is nobody's name and costs memory in every datum. */
    private static final int VALUE_CHARS_MAX = 255;

    public Dimension {
        int colons = 0;
        while (name.startsWith(":", colons)) {
            colons++;
        }
        name = fitted(name.substring(colons), NAME_CHARS_MAX);
        value = fitted(value, VALUE_CHARS_MAX);
    }

    private static String fitted(String text, int charsMax) {
        StringBuilder out = new StringBuilder(Math.min(text.length(), charsMax));
        for (int i = 0; i < text.length() && out.length() < charsMax; i++) {
            char c = text.charAt(i);
            out.append(c >= 0x20 && c < 0x7f ? c : '?');
        }
        return out.toString().isBlank() ? "?" : out.toString();
    }
}
