package io.imdsight.report;

import io.imdsight.model.Escaped;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes JSON (RFC 8259) into one line: commas and quotes are its business, nesting the caller's. What is null or empty is left out. */
public final class Json {
    private final StringBuilder out = new StringBuilder();
    private boolean comma;

    /** An object. */
    public Json object(Consumer<Json> members) {
        return nested('{', members, '}');
    }

    public Json object(String key, Consumer<Json> members) {
        key(key);
        return nested('{', members, '}');
    }

    public Json array(String key, Consumer<Json> elements) {
        key(key);
        return nested('[', elements, ']');
    }

    private Json nested(char open, Consumer<Json> content, char close) {
        separate();
        out.append(open);
        comma = false;
        content.accept(this);
        out.append(close);
        comma = true;
        return this;
    }

    public Json text(String key, String value) {
        if (value != null && !value.isEmpty()) {
            key(key);
            text(value);
        }
        return this;
    }

    public Json texts(String key, Iterable<String> values) {
        if (values.iterator().hasNext()) {
            array(key, j -> values.forEach(j::text));
        }
        return this;
    }

    /** An element of an array. */
    public Json text(String value) {
        separate();
        quoted(Escaped.of(value));
        comma = true;
        return this;
    }

    public Json number(String key, long value) {
        key(key);
        separate();
        out.append(value);
        comma = true;
        return this;
    }

    /** A number that is not known where it is 0. */
    Json positive(String key, long value) {
        return value > 0 ? number(key, value) : this;
    }

    /** With two digits behind the point: what is measured here is not known better. */
    Json decimal(String key, double value) {
        key(key);
        separate();
        out.append(String.format(Locale.ROOT, "%.2f", value));
        comma = true;
        return this;
    }

    public Json flag(String key, Boolean value) {
        if (value != null) {
            key(key);
            separate();
            out.append(value.booleanValue());
            comma = true;
        }
        return this;
    }

    private void key(String key) {
        separate();
        quoted(key);
        out.append(':');
        comma = false;
    }

    private void separate() {
        if (comma) {
            out.append(',');
            comma = false;
        }
    }

    /** The text holds no control character any more. */
    private void quoted(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
