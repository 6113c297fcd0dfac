package io.imdsight.report.scan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON (RFC 8259) of package managers: objects as maps, arrays as lists, everything else as text. Damaged text gives what was read before. */
final class JsonText {
    /** Such files have some five levels. */
    private static final int DEPTH_MAX = 32;

    /** The list of a large PHP application has half of that; each costs some hundred bytes of memory. */
    private static final int VALUES_MAX = 100_000;

    private final String text;
    private int at;
    private int values;

    private JsonText(String text) {
        this.text = text;
    }

    /** The value: a Map, a List or a String; null where there is none. */
    static Object read(String text) {
        return new JsonText(text.startsWith("\ufeff") ? text.substring(1) : text).value(0);
    }

    /** A member of what may be an object; null where it is none, or has none. */
    static Object member(Object of, String key) {
        return of instanceof Map<?, ?> map ? map.get(key) : null;
    }

    /** A member that is text; null otherwise. */
    static String string(Object of, String key) {
        return member(of, key) instanceof String s ? s : null;
    }

    private Object value(int depth) {
        char c = next();
        if (depth > DEPTH_MAX || ++values > VALUES_MAX) {
            at = text.length();
            return null;
        }
        return switch (c) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, Object> object(int depth) {
        Map<String, Object> out = new LinkedHashMap<>();
        at++;
        while (next() == '"') {
            String key = string();
            if (next() != ':') {
                break;
            }
            at++;
            out.put(key, value(depth + 1));
            if (next() != ',') {
                break;
            }
            at++;
        }
        at++;
        return out;
    }

    private List<Object> array(int depth) {
        List<Object> out = new ArrayList<>();
        at++;
        while (next() != ']' && at < text.length()) {
            out.add(value(depth + 1));
            if (next() != ',') {
                break;
            }
            at++;
        }
        at++;
        return out;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                c = text.charAt(++at);
                if (c == 'u' && at + 4 < text.length()) {
                    c = hex(text.substring(at + 1, at + 5));
                    at += 4;
                }
            }
            out.append(c);
        }
        at++;
        return out.toString();
    }

    private static char hex(String digits) {
        try {
            return (char) Integer.parseInt(digits, 16);
        } catch (NumberFormatException e) {
            return '?';
        }
    }

    private String word() {
        int from = at;
        while (at < text.length() && ",]} \t\r\n:\"[{".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String out = text.substring(from, at);
        if (out.isEmpty()) { // nothing that JSON has: no further
            at = text.length();
            return null;
        }
        return out;
    }

    /** The next character that is no blank, without taking it; a zero at the end. */
    private char next() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : 0;
    }
}
