package io.imdsight.report;

import io.imdsight.model.Escaped;

/** Writes HTML: markup is the program's own, everything else goes through {@link #escape}. */
public final class Html {
    private final StringBuilder out = new StringBuilder();

    /** Markup, written as it is: constants only. */
    public Html raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Text from anywhere. */
    public Html text(String text) {
        out.append(escape(text));
        return this;
    }

    /** An element that holds text. */
    public Html element(String tag, String text) {
        return raw("<" + tag + ">").text(text).raw("</" + tag.split(" ", 2)[0] + ">");
    }

    /** A term and its description; nothing where there is none. */
    public Html term(String name, String value) {
        if (value != null && !value.isEmpty()) {
            element("dt", name).element("dd", value);
        }
        return this;
    }

    /** The five characters that mean something in markup and in quoted attributes; control characters are escaped before. */
    static String escape(String text) {
        String safe = Escaped.of(text);
        StringBuilder out = new StringBuilder(safe.length() + 16);
        for (int i = 0; i < safe.length(); i++) {
            char c = safe.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
