package io.imdsight.attribute;

import io.imdsight.model.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Takes secrets out of a command line before anything else sees it. Where in doubt it takes out too much: a name that reads like a secret's
 * loses its value. Texts are bytes as ISO 8859-1. Works in time proportional to the text, whatever is in it.
 */
final class Redaction {
    static final String REDACTED = Secrets.REDACTED;

    /** {@code aws configure set NAME VALUE}. */
    private static final Pattern BARE_NAME = Pattern.compile(
            "(?:[\\w-]{1,40}\\.){0,3}(?:aws_)?(?:secret_access_key|session_token|access_key_id)",
            Pattern.CASE_INSENSITIVE);

    /** Options that take {@code user:password}. */
    private static final Set<String> USER_OPTIONS =
            Set.of("-u", "-U", "-a", "--user", "--proxy-user", "--auth", "--login", "--creds", "--userpwd");

    private static final Pattern IDS = Pattern.compile("[0-9]+:[0-9]+");

    /** Programs whose {@code -pSECRET} or {@code -p SECRET} and the like are passwords. */
    private static final Pattern ATTACHED_P = Pattern.compile("(?:mysql|mariadb)[a-z_-]*|sshpass");

    private static final Pattern ACCESS_KEY = Pattern.compile("(?<![A-Z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])");
    private static final Pattern SECRET_KEY = Pattern.compile("[A-Za-z0-9/+=]{40}");

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
        if (!a.startsWith("-") || attached || hasValue(a)) {
            return false;
        }
        return NamedSecrets.endsWithName(a);
    }

    private static boolean hasValue(String a) {
        for (int i = 0; i < a.length(); i++) {
            if (a.charAt(i) == '=' || a.charAt(i) == ':' || a.charAt(i) <= ' ') {
                return true;
            }
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
        return SecretLooks.redact(NamedSecrets.redact(a, script));
    }
}
