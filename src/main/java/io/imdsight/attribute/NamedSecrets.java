package io.imdsight.attribute;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Secrets that are known by the name in front of them, as {@code --token=…} or {@code "password": "…"}. */
final class NamedSecrets {
    /**
     * Names whose value is a secret, with any prefix ({@code AWS_}, {@code X-…-}). Names of things about a secret (its file, its lifetime) are
     * none: {@code --token-file}, {@code X-aws-ec2-metadata-token-ttl-seconds}.
     */
    private static final Pattern NAME = Pattern.compile(
            "(?=[tpsacjble])(?:token(?!s)|passw(?:or)?d|passphrase|passcode|(?<![a-z])pass(?![a-z])|pwd|secret(?:string|binary)?|api[_-]?key"
                    + "|access[_-]?key(?:[_-]?id)?|(?:private|account|shared|auth|encryption|signing|license)[_-]?key"
                    + "|credentials?|signature|authorization|cookie|jwt|bearer|(?<![a-z])(?:tok|pw|sas|sig)(?==)|(?<![a-z-])auth(?==))"
                    + "(?!s?[_-](?:[\\w-]{0,30}[_-])?(?:ttl|seconds|file|path|dir|stdin|url|uri|endpoint|type|length|size|count"
                    + "|name|arn|expiry|expiration|lifetime|timeout|policy|prompt)(?![\\w-]))"
                    + "s?[0-9]{0,3}(?:[_-][\\w-]{0,40})?",
            Pattern.CASE_INSENSITIVE);

    private NamedSecrets() {}

    /** Whether a text ends with such a name. */
    static boolean endsWithName(String text) {
        Matcher m = NAME.matcher(text);
        int from = 0;
        while (m.find(from)) {
            if (m.end() == text.length()) {
                return true;
            }
            from = m.end();
        }
        return false;
    }

    private static boolean isNameAlone(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '=' || c == ':' || c == ' ' || c == '\t' || c == ',' || c == '%') {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes out the values that follow names.
     *
     * @param script whether the text is one of a shell or the like, and not a plain argument
     */
    static String redact(String text, boolean script) {
        if (isNameAlone(text)) {
            return text; // what follows is the next argument
        }
        Matcher m = NAME.matcher(text);
        StringBuilder out = null;
        int copied = 0;
        int from = 0;
        while (m.find(from)) {
            int start = valueStart(text, m);
            int end = start < 0 ? start : valueEnd(text, m, start, script);
            if (end <= start) {
                from = m.end();
                continue;
            }
            if (out == null) {
                out = new StringBuilder();
            }
            out.append(text, copied, start).append(Redaction.REDACTED);
            copied = end;
            from = end;
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    /** Where the value begins, behind {@code =}, {@code :}, a comma between quotes or, for an option, a blank; -1 where there is none. */
    private static int valueStart(String text, Matcher name) {
        int i = name.end();
        while (i < text.length() && "\\\"'])".indexOf(text.charAt(i)) >= 0 && i < name.end() + 3) {
            i++;
        }
        int afterQuote = i;
        i = skipBlanks(text, i);
        if (i < text.length() && (text.charAt(i) == '=' || text.charAt(i) == ':')) {
            while (i < text.length() && "=:>".indexOf(text.charAt(i)) >= 0) {
                i++;
            }
            return skipBlanks(text, i);
        }
        if (text.startsWith("%3", i) && i + 2 < text.length() && "AaDd".indexOf(text.charAt(i + 2)) >= 0) {
            i += 3; // = or : as URLs write them
            while (text.startsWith("%20", i)) {
                i += 3;
            }
            return i;
        }
        if (afterQuote > name.end() && i < text.length() && text.charAt(i) == ',') {
            i = skipBlanks(text, i + 1);
            return i < text.length() && "\"'".indexOf(text.charAt(i)) >= 0 ? i : -1;
        }
        boolean option =
                afterQuote == name.end() && i > afterQuote && text.charAt(wordStart(text, name.start())) == '-';
        return option && i < text.length() && !text.startsWith("--", i) ? i : -1;
    }

    private static int valueEnd(String text, Matcher name, int start, boolean script) {
        if (start >= text.length()) {
            return start;
        }
        char first = text.charAt(start);
        if (first == '"' || first == '\'') {
            return quotedEnd(text, start + 1, first);
        }
        if (text.startsWith("\\\"", start)) {
            int close = text.indexOf('"', start + 2);
            return close < 0 ? text.length() : close + 1;
        }
        char separator = separator(text, start);
        if (!script && separator == '=' && wordStart(text, name.start()) == 0) {
            return text.length();
        }
        boolean header = separator == ':' && (!script || text.charAt(start - 1) != ':');
        int i = start;
        while (i < text.length() && !(header ? "\r\n'\"" : " \t\r\n'\"&;|<>)").contains(text.substring(i, i + 1))) {
            i++;
        }
        return i;
    }

    /** What stands before the value, blanks aside. */
    private static char separator(String text, int start) {
        int i = start - 1;
        while (i > 0 && isBlank(text.charAt(i))) {
            i--;
        }
        return text.charAt(i);
    }

    private static int quotedEnd(String text, int from, char quote) {
        int i = from;
        while (i < text.length() && text.charAt(i) != quote) {
            i += text.charAt(i) == '\\' && quote == '"' ? 2 : 1;
        }
        return Math.min(i + 1, text.length());
    }

    private static int skipBlanks(String text, int from) {
        int i = from;
        while (i < text.length() && isBlank(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** Where the word begins that a name is part of. */
    private static int wordStart(String text, int from) {
        int i = from;
        while (i > 0
                && i > from - 80
                && (Character.isLetterOrDigit(text.charAt(i - 1)) || "_-.".indexOf(text.charAt(i - 1)) >= 0)) {
            i--;
        }
        return i;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
