package io.imdsight.publish;

/** A strict reader of one JSON object a line (RFC 8259), which also refuses null, empty strings, empty objects and control characters. */
final class JsonCheck {
    private final String text;
    private int at;

    private JsonCheck(String text) {
        this.text = text;
    }

    /** Fails unless the line is one object followed by one line feed. */
    static void check(String line) {
        JsonCheck check = new JsonCheck(line);
        check.object();
        check.expect('\n');
        if (check.at != line.length()) {
            throw check.wrong("more than one line");
        }
    }

    private void object() {
        expect('{');
        do {
            string();
            expect(':');
            value();
        } while (more('}'));
    }

    private void array() {
        expect('[');
        do {
            value();
        } while (more(']'));
    }

    private boolean more(char end) {
        char c = text.charAt(at++);
        if (c != ',' && c != end) {
            throw wrong("expected , or " + end);
        }
        return c == ',';
    }

    private void value() {
        switch (text.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            default -> number();
        }
    }

    private void number() {
        int start = at;
        while (Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == start || at - start > 1 && text.charAt(start) == '0') {
            throw wrong("not a number");
        }
    }

    private void string() {
        expect('"');
        int start = at;
        for (; text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                throw wrong("raw control character");
            }
            if (c == '\\' && "\"\\".indexOf(text.charAt(++at)) < 0) {
                throw wrong("unknown escape");
            }
        }
        if (at == start) {
            throw wrong("empty string");
        }
        at++;
    }

    private void expect(char c) {
        if (text.charAt(at++) != c) {
            throw wrong("expected " + c);
        }
    }

    private AssertionError wrong(String what) {
        return new AssertionError(what + " at " + at + " in " + text);
    }
}
