package io.imdsight.attribute;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Secrets that are known by their look, whatever stands before them. */
final class SecretLooks {
    private static final Pattern URL_USER = Pattern.compile(
            "(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}://(?:[^\\s/?#'\"@:]{0,256}:)?([^\\s/?#'\"]{1,1024})@",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern USER_IN_SCRIPT = Pattern.compile(
            "(?<![\\w-])(?:-[uU]|--(?:user|proxy-user|auth))[ \\t=]{1,4}[\"']?[^\\s:'\"]{1,200}:([^\\s'\"]+)");

    /**
     * One of them.
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

    private SecretLooks() {}

    /** Takes them out. */
    static String redact(String text) {
        String out = text;
        for (Look look : LOOKS) {
            out = out.contains(look.hint()) ? without(out, look.pattern()) : out;
        }
        return out;
    }

    private static String without(String text, Pattern look) {
        Matcher m = look.matcher(text);
        StringBuilder out = null;
        int copied = 0;
        while (m.find()) {
            if (out == null) {
                out = new StringBuilder();
            }
            out.append(text, copied, m.start(1)).append(Redaction.REDACTED);
            copied = m.end(1);
        }
        return out == null ? text : out.append(text, copied, text.length()).toString();
    }
}
