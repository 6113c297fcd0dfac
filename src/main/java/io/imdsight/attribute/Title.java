package io.imdsight.attribute;

import io.imdsight.model.Script;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The name that a person would use for a process: {@code python3 nightly-sync.py} rather than {@code python3}. */
final class Title {
    /** Names are short; a longer one is somebody's joke. */
    private static final int CHARACTERS_MAX = 200;

    private static final Pattern PYTHON = Pattern.compile("(?:python|pypy)[0-9.]*");
    private static final Pattern PERL_OR_RUBY = Pattern.compile("(?:perl|ruby)[0-9.]*");
    private static final Pattern PHP = Pattern.compile("php[0-9.]*");
    private static final Set<String> NODES = Set.of("node", "nodejs");

    /** Options whose value is the next argument. */
    private static final Set<String> SHELL_VALUED = Set.of("-o", "+o", "-O", "+O", "--rcfile", "--init-file");

    private static final Set<String> PYTHON_VALUED = Set.of("-W", "-X", "-Q", "--check-hash-based-pycs");
    private static final Set<String> NODE_VALUED =
            Set.of("-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions", "--title");
    private static final Set<String> PERL_VALUED = Set.of("-I", "-r");
    private static final Set<String> PHP_VALUED = Set.of("-d", "-c", "-z");
    private static final Set<String> JAVA_VALUED = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--add-opens",
            "--add-exports",
            "--add-reads",
            "--limit-modules",
            "--enable-native-access",
            "--source");

    private Title() {}

    /**
     * A name.
     *
     * @param arguments redacted and escaped; null where not known
     * @param executable the program's path; null where not known
     * @param name the kernel's name for it
     */
    static String of(List<String> arguments, String executable, String name) {
        if (arguments == null || arguments.isEmpty() || arguments.get(0).isEmpty()) {
            return bounded(executable != null ? base(executable) : name);
        }
        String program = base(arguments.get(0));
        program = program.startsWith("-") && program.length() > 1 ? program.substring(1) : program; // a login shell
        if ("busybox".equals(program) && arguments.size() > 1) {
            return of(arguments.subList(1, arguments.size()), null, name);
        }
        String script = script(program, arguments);
        return bounded(script == null ? program : program + " " + script);
    }

    private static String script(String program, List<String> arguments) {
        if (Script.isShell(program)) {
            return first(arguments, SHELL_VALUED, "c", "");
        }
        if (PYTHON.matcher(program).matches()) {
            return first(arguments, PYTHON_VALUED, "c", "m");
        }
        if (PERL_OR_RUBY.matcher(program).matches()) {
            return first(arguments, PERL_VALUED, "eE", "");
        }
        if (NODES.contains(program)) {
            return first(arguments, NODE_VALUED, "ep", "");
        }
        if (PHP.matcher(program).matches()) {
            return first(arguments, PHP_VALUED, "r", "");
        }
        return "java".equals(program) ? java(arguments) : null;
    }

    /**
     * The script's base name, or the option that takes its place.
     *
     * @param valued options whose value is the next argument
     * @param code letters of options that give the program's text: {@code -c} is the title then, also out of {@code -xc}
     * @param module letter of the option that names a module
     */
    private static String first(List<String> arguments, Set<String> valued, String code, String module) {
        for (int i = 1; i < arguments.size(); i++) {
            String a = arguments.get(i);
            if ("--".equals(a)) {
                return i + 1 < arguments.size() ? base(arguments.get(i + 1)) : null;
            }
            if (a.length() < 2 || a.charAt(0) != '-' && !valued.contains(a)) {
                return "-".equals(a) || a.isEmpty() ? null : base(a);
            }
            if (valued.contains(a)) {
                i++;
            } else if (a.startsWith("--")) {
                if ("--eval".equals(a) || "--print".equals(a)) {
                    return a;
                }
            } else if (!module.isEmpty() && a.startsWith("-" + module)) {
                String name = a.length() > 2 ? a.substring(2) : i + 1 < arguments.size() ? arguments.get(i + 1) : "";
                return "-" + module + " " + name;
            } else if (code.indexOf(a.charAt(a.length() - 1)) >= 0
                    && "MmI".indexOf(a.charAt(1)) < 0
                    && a.chars().skip(1).allMatch(Character::isLetter)) {
                return "-" + a.charAt(a.length() - 1);
            }
        }
        return null;
    }

    private static String java(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String a = arguments.get(i);
            String next = i + 1 < arguments.size() ? arguments.get(i + 1) : null;
            if ("-jar".equals(a)) {
                return next == null ? null : base(next);
            }
            if ("-m".equals(a) || "--module".equals(a)) {
                return next;
            }
            if (JAVA_VALUED.contains(a)) {
                i++;
            } else if (!a.startsWith("-") && !a.startsWith("@")) {
                return base(a);
            }
        }
        return null;
    }

    private static String base(String path) {
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return end <= 1 ? path.substring(0, end) : path.substring(path.lastIndexOf('/', end - 1) + 1, end);
    }

    private static String bounded(String text) {
        return text.length() <= CHARACTERS_MAX ? text : text.substring(0, CHARACTERS_MAX) + "…";
    }
}
