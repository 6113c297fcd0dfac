package io.imdsight.publish;

import io.imdsight.model.Labelled;
import java.util.Map;

/** Writes one JSON object a line into a {@link LineBuffer}. What is null or empty is left out. One thread at a time. */
final class JsonLine {
    private final LineBuffer out;
    private boolean first;

    JsonLine(LineBuffer out) {
        this.out = out;
    }

    /** Begins the line's object. */
    JsonLine begin() {
        out.raw('{');
        first = true;
        return this;
    }

    /** Ends it, with the line feed. */
    void end() {
        out.raw('}');
        out.raw('\n');
    }

    /** Begins an object within. */
    JsonLine open(String name) {
        name(name);
        out.raw('{');
        first = true;
        return this;
    }

    /** Ends it. */
    JsonLine close() {
        out.raw('}');
        first = false;
        return this;
    }

    JsonLine text(String name, String value) {
        if (value != null && !value.isEmpty()) {
            name(name);
            out.json(value);
        }
        return this;
    }

    JsonLine number(String name, long value) {
        name(name);
        out.decimal(Math.max(0, value));
        return this;
    }

    JsonLine truth(String name, boolean value) {
        name(name);
        out.text(value ? "true" : "false");
        return this;
    }

    JsonLine time(String name, long nanos, Timestamps timestamps) {
        name(name);
        out.raw('"');
        timestamps.iso(nanos, out);
        out.raw('"');
        return this;
    }

    /** An object with a count for each label; left out where there is none. */
    JsonLine counts(String name, Map<? extends Labelled, Long> counts) {
        if (counts.isEmpty()) {
            return this;
        }
        open(name);
        counts.forEach((label, count) -> number(label.label(), count));
        return close();
    }

    /** An object with one text in it, as {@code "systemd":{"unit":"a.service"}}. */
    JsonLine within(String object, String name, String value) {
        if (value == null || value.isEmpty()) {
            return this;
        }
        return open(object).text(name, value).close();
    }

    private void name(String name) {
        if (!first) {
            out.raw(',');
        }
        first = false;
        out.json(name);
        out.raw(':');
    }
}
