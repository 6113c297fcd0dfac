package io.imdsight.model;

import java.util.Locale;

/** Takes secrets out of text from a request: tokens where the service does not expect them, signatures, keys. */
public final class Secrets {
    /** What stands in the place of a secret. */
    public static final String REDACTED = "[redacted]";

    /** What stands in the place of a query that holds a secret. */
    public static final String REDACTED_QUERY = "?" + REDACTED;

    /** Words in the name of a query parameter whose value is a secret. */
    private static final String[] NAMES = {
        "token",
        "secret",
        "passw",
        "pwd",
        "signature",
        "credential",
        "apikey",
        "api_key",
        "api-key",
        "accesskey",
        "access_key",
        "authorization"
    };

    /** A session token has 56 characters; nothing in a path or a User-Agent that is this long looks like one by chance. */
    private static final int TOKEN_LENGTH_MIN = 40;

    private static final int ACCESS_KEY_LENGTH = 20;

    private Secrets() {}

    /** A request target without secrets: of a query that holds one nothing is left but {@link #REDACTED_QUERY}. */
    public static String inTarget(String target) {
        int query = target.indexOf('?');
        if (query < 0) {
            return inText(target);
        }
        String rest = target.substring(query + 1);
        boolean secret = namesSecret(rest) || !inText(rest).equals(rest);
        return inText(target.substring(0, query)) + (secret ? REDACTED_QUERY : "?" + rest);
    }

    /** Text without what looks like a session token ({@code AQAE…==}) or an access key id ({@code ASIA…}). */
    public static String inText(String text) {
        StringBuilder out = null;
        int kept = 0;
        int i = 0;
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && isTokenCharacter(text.charAt(end))) {
                end++;
            }
            if (looksSecret(text, i, end)) {
                out = out == null ? new StringBuilder() : out;
                out.append(text, kept, i).append(REDACTED);
                kept = end;
            }
            i = end + 1;
        }
        return out == null ? text : out.append(text, kept, text.length()).toString();
    }

    private static boolean looksSecret(String text, int from, int end) {
        int length = end - from;
        if (length == ACCESS_KEY_LENGTH) {
            return text.startsWith("ASIA", from) || text.startsWith("AKIA", from);
        }
        return length >= TOKEN_LENGTH_MIN && (text.startsWith("AQA", from) || text.startsWith("==", end - 2));
    }

    private static boolean namesSecret(String query) {
        for (String parameter : query.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0 && equals < parameter.length() - 1) {
                String name = parameter.substring(0, equals).toLowerCase(Locale.ROOT);
                for (String secret : NAMES) {
                    if (name.contains(secret)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean isTokenCharacter(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '-'
                || c == '+'
                || c == '=';
    }
}
