package io.imdsight.attribute;

import io.imdsight.model.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of a command line before anything else sees it. Where in doubt it takes out too much: a name that reads like a secret's
 * loses its value. Texts are bytes as ISO 8859-1. Works in time proportional to the text, whatever is in it.
 */
final class Redaction {
    static final String REDACTED = Secrets.REDACTED;

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

    /** {@code aws configure set NAME VALUE}. */
    private static final Pattern BARE_NAME = Pattern.compile(
            "(?:[\\w-]{1,40}\\.){0,3}(?:aws_)?(?:secret_access_key|session_token|access_key_id)",
            Pattern.CASE_INSENSITIVE);

    /** Options that take {@code user:password}. */
    private static final Set<String> USER_OPTIONS =
            Set.of("-u", "-U", "-a", "--user", "--proxy-user", "--auth", "--login", "--creds", "--userpwd");

    private static final Pattern USER_IN_SCRIPT = Pattern.compile(
            "(?<![\\w-])(?:-[uU]|--(?:user|proxy-user|auth))[ \\t=]{1,4}[\"']?[^\\s:'\"]{1,200}:([^\\s'\"]+)");

    private static final Pattern IDS = Pattern.compile("[0-9]+:[0-9]+");

    /** Programs whose {@code -pSECRET} or {@code -p SECRET} and the like are passwords. */
    private static final Pattern ATTACHED_P = Pattern.compile("(?:mysql|mariadb)[a-z_-]*|sshpass");

    private static final Pattern URL_USER = Pattern.compile(
            "(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://(?:[^\\s/?#'\"@:]{0,256}:)?([^\\s/?#'\"]{1,1024})@",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern ACCESS_KEY = Pattern.compile("(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])");
    private static final Pattern SECRET_KEY = Pattern.compile("[A-Za-z0-9/+=]{40}");

    /**
     * What is a secret by its look.
     *
     * @param hint is in every text that matches, so that most are told from it quickly
     * @param pattern its first group is what is taken out
     */
    private record Look(String hint, Pattern pattern) {
        static Look of(String hint, String pattern) {
            return new Look(hint, Pattern.compile(pattern));
        }
    }

    private static final List<Look> LOOKS = List.of(
            // IMDS session tokens: AQAEA…, 56 characters of base64; behind a slash, too, as part of a URL
            Look.of("AQAEA", "(?<![A-Za-z0-9+_-])(AQAEA[A-Za-z0-9+/_=-]{16,})"),
            Look.of("==", "(?<![A-Za-z0-9+_=-])([A-Za-z0-9+/_-]{54}==)"),
            Look.of("IA", "(?<![A-Z0-9])(A[KS]IA[A-Z0-9]{16}(?:[:/,;\\s]{1,3}[A-Za-z0-9/+=]{40})?)(?![A-Z0-9])"),
            // session tokens of STS
            Look.of("IQoJ", "(?<![A-Za-z0-9+/=])(IQoJ[A-Za-z0-9+/=%]{80,})"),
            Look.of("QoG", "(?<![A-Za-z0-9+/=])(F[wQ]oG[A-Za-z0-9+/=%]{80,})"),
            Look.of("woG", "(?<![A-Za-z0-9+/=])(F[wQ]oG[A-Za-z0-9+/=%]{80,})"),
            Look.of("eyJ", "(?<![\\w-])(eyJ[\\w-]{8,}+\\.[\\w-]{8,}+(?:\\.[\\w-]*+)?)"),
            Look.of("gh", "(?<![\\w-])(gh[pousr]_[\\w-]{16,})"),
            Look.of("pat", "(?<![\\w-])((?:github_pat_|glpat-)[\\w-]{16,})"),
            Look.of("xox", "(?<![\\w-])(xox[abprs]-[\\w-]{16,})"),
            Look.of("AIza", "(?<![\\w-])(AIza[\\w-]{16,})"),
            Look.of("sk-", "(?<![\\w-])(sk-[\\w-]{16,})"),
            Look.of(" ", "(?i)(?<![\\w-])(?:bearer|basic)[ \\t]{1,4}([A-Za-z0-9+/=._~-]{8,})"),
            Look.of("-----BEGIN", "(?s)(-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*+)"),
            new Look("@", URL_USER),
            new Look(":", USER_IN_SCRIPT));

    private Redaction() {}

    /** The arguments of a command line, without secrets. */
    static List<String> of(List<String> arguments) {
        List<String> out = new ArrayList<>(arguments.size());
        String program = arguments.isEmpty()
                ? ""
                : arguments.get(0).substring(arguments.get(0).lastIndexOf('/') + 1);
        String before = "";
        boolean hideNext = false;
        for (String a : arguments) {
            boolean names = out.size() > 0 && namesNext(a, program);
            if (hideNext) {
                out.add(a.isEmpty() ? a : REDACTED);
            } else {
                out.add(argument(a, before, program));
            }
            hideNext = names;
            before = a;
        }
        return List.copyOf(out);
    }

    /** Whether the argument after this one is a secret. */
    private static boolean namesNext(String a, String program) {
        if (a.startsWith("-p") && a.length() == 2 && "sshpass".equals(program)
                || "-a".equals(a) && "redis-cli".equals(program)
                || "-w".equals(a) && program.startsWith("ldap")) {
            return true;
        }
        if (a.length() > 128) {
            return false;
        }
        if (a.indexOf('_') > 0 && BARE_NAME.matcher(a).matches()) {
            return true;
        }
        boolean attached = a.startsWith("-p")
                && a.length() > 2
                && ATTACHED_P.matcher(program).matches();
        if (!a.startsWith("-") || attached || a.chars().anyMatch(c -> c == '=' || c == ':' || c <= ' ')) {
            return false;
        }
        Matcher m = NAME.matcher(a);
        int from = 0;
        while (m.find(from)) {
            if (m.end() == a.length()) {
                return true;
            }
            from = m.end();
        }
        return false;
    }

    private static String argument(String a, String before, String program) {
        if (USER_OPTIONS.contains(before) || a.startsWith("-u") && "curl".equals(program) && a.length() > 2) {
            int colon = a.indexOf(':');
            if (colon > 0
                    && colon < a.length() - 1
                    && a.indexOf("://") < 0
                    && !IDS.matcher(a).matches()) {
                return a.substring(0, colon + 1) + REDACTED;
            }
        }
        if (a.startsWith("-p") && a.length() > 2 && ATTACHED_P.matcher(program).matches()) {
            return "-p" + REDACTED;
        }
        if ("-b".equals(before) && "curl".equals(program)) {
            return REDACTED;
        }
        if (ACCESS_KEY.matcher(before).find() && SECRET_KEY.matcher(a).matches()) {
            return REDACTED;
        }
        boolean script = before.length() > 1
                && before.charAt(0) == '-'
                && "ceE".indexOf(before.charAt(before.length() - 1)) >= 0;
        String out = named(a, script);
        for (Look look : LOOKS) {
            out = out.contains(look.hint()) ? looks(out, look.pattern()) : out;
        }
        return out;
    }

    private static String looks(String text, Pattern look) {
        Matcher m = look.matcher(text);
        StringBuilder out = null;
        int copied = 0;
        while (m.find()) {
            if (out == null) {
                out = new StringBuilder();
            }
            out.append(text, copied, m.start(1)).append(REDACTED);
            copied = m.end(1);
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }

    /** Takes out the values that follow names. */
    private static String named(String text, boolean script) {
        if (text.chars().noneMatch(c -> c == '=' || c == ':' || c == ' ' || c == '\t' || c == ',' || c == '%')) {
            return text; // a name alone: what follows is the next argument
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
            out.append(text, copied, start).append(REDACTED);
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
