package io.imdsight.model;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which script a process runs or works for. A tool such as curl is not what somebody has to change, the script that runs it is; so a tool's identity has
 * that script in it. Rules: docs/attribution.md.
 *
 * <p>Told from titles and command lines alone: a title of two words is an interpreter and what it runs ({@code sh nightly.sh}, {@code java app.jar},
 * {@code python3 -m reports}), and the same must stand on the command line, for a program may write what it likes into its own name.
 */
public final class Script {
    /**
     * How far up a script is looked for: between a tool and its script stand {@code sh -c}, subshells, {@code sudo}, {@code timeout}, {@code make}, some
     * of each. What is further up has started a session, a runner or a service, and not this call.
     */
    public static final int ANCESTORS_MAX = 8;

    /** What Linux takes as a path (PATH_MAX); a longer argument runs nothing. */
    private static final int CHARACTERS_MAX = 4096;

    private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "rbash");

    /** Nothing was found. */
    private static final int NONE = -1;

    /** What is made up at each run: a UUID, a long number in hexadecimal or decimal, the end of a name by mktemp. */
    private static final Pattern MADE_UP = Pattern.compile(
            "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-f]{12,}|[0-9]{6,}|(?<=/tmp\\.)[0-9A-Za-z]{6,}");

    private Script() {}

    /**
     * The script, module, class or archive that an interpreter was given, as its command line has it, without what is made up at each run.
     *
     * @return null where the process is no interpreter, was given the program's text ({@code -c}) or nothing, or its command line is not known
     */
    public static String of(Caller c) {
        int blank = c.title() == null ? -1 : c.title().indexOf(' ');
        List<String> arguments = c.arguments();
        if (blank <= 0 || arguments == null || arguments.size() < 2) {
            return null;
        }
        String name = c.title().substring(blank + 1);
        if (name.startsWith("-m ")) {
            return arguments.get(0).endsWith(c.title().substring(0, blank)) ? c.title() : null;
        }
        String argument = argument(name, arguments);
        return argument == null || argument.length() > CHARACTERS_MAX || isDescriptor(argument)
                ? null
                : lasting(argument);
    }

    /** Whether a program of this name is a shell. */
    public static boolean isShell(String program) {
        return SHELLS.contains(program);
    }

    /**
     * Whether a process is an interpreter that was given something to do: a script, a module, or the program's text, which has no name that {@link #of}
     * could give. One that waits for a person was not.
     */
    public static boolean isAtWork(Caller c) {
        int blank = c.title() == null ? -1 : c.title().indexOf(' ');
        List<String> arguments = c.arguments();
        if (blank <= 0 || arguments == null || arguments.size() < 2) {
            return false;
        }
        String what = c.title().substring(blank + 1);
        return what.startsWith("-") ? hasOption(what.split(" ", 2)[0], arguments) : argument(what, arguments) != null;
    }

    /** Whether an option stands on a command line, a letter also among others: {@code -xc}. */
    private static boolean hasOption(String option, List<String> arguments) {
        boolean letter = option.length() == 2;
        for (String a : arguments.subList(1, arguments.size())) {
            boolean among = letter && a.startsWith("-") && !a.startsWith("--") && a.indexOf(option.charAt(1)) > 0;
            if (among || a.equals(option)) {
                return true;
            }
        }
        return false;
    }

    /** {@code bash <(…)} and the like: text that has no name. */
    private static boolean isDescriptor(String path) {
        return path.startsWith("/dev/") || path.startsWith("/proc/");
    }

    /** The argument that names a script, as it stands on the command line; null where none does. */
    public static String argument(Caller c) {
        int blank = c.title() == null ? -1 : c.title().indexOf(' ');
        return blank <= 0 || c.arguments() == null ? null : argument(c.title().substring(blank + 1), c.arguments());
    }

    private static String argument(String name, List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String a = arguments.get(i);
            if (!a.startsWith("-") && (a.equals(name) || lastName(a).equals(name))) {
                return a;
            }
        }
        return null;
    }

    /**
     * Which ancestor runs the script that a process works for.
     *
     * @return an index into its parents; -1 where it runs a script of its own, where none of its ancestors does, where a nearer one is a person's shell, or
     *     where the command line of a nearer one is not known, so that it cannot be told
     */
    public static int ancestor(Caller c) {
        if (runsItsOwn(c)) {
            return NONE;
        }
        String own = of(c);
        int depth = Math.min(ANCESTORS_MAX, c.parents().size());
        for (int i = 0; i < depth; i++) {
            Caller parent = c.parents().get(i);
            if (parent.arguments() == null || isSession(parent)) {
                return NONE;
            }
            String script = of(parent);
            if (script != null && !script.equals(own)) {
                return i;
            }
        }
        return NONE;
    }

    /** A login shell or an interactive one: what is typed there works for no script that started the session. */
    private static boolean isSession(Caller c) {
        List<String> arguments = c.arguments();
        boolean login = !arguments.isEmpty() && arguments.get(0).startsWith("-");
        boolean asked = arguments.contains("-l") || arguments.contains("-i") || arguments.contains("--login");
        return c.title() != null && isShell(c.title()) && (login || asked);
    }

    /** Whether a process runs a script that is no tool for others. */
    public static boolean runsItsOwn(Caller c) {
        String own = of(c);
        return own != null && !isTool(own);
    }

    /** The script that a process works for, as {@link #of} has it; null where {@link #ancestor} finds none. */
    public static String workedFor(Caller c) {
        int at = ancestor(c);
        return at == NONE ? null : of(c.parents().get(at));
    }

    /** The last name of a script's path: {@code nightly.sh} of {@code /opt/backup/nightly.sh}; of a module all of it. */
    public static String lastName(String script) {
        if (script.contains(" -m ") || script.length() == 1) {
            return script;
        }
        int end = script.length();
        while (end > 1 && script.charAt(end - 1) == '/') {
            end--;
        }
        return script.substring(script.lastIndexOf('/', end - 1) + 1, end);
    }

    /** A program with the script that it works for, in short: {@code curl (nightly.sh)}; the program alone for null. */
    public static String label(String program, String script) {
        return script == null ? program : program + " (" + lastName(script) + ")";
    }

    /** Programs written in an interpreter's language are installed as {@code bin/aws}, without an ending: tools, which others' scripts run. */
    private static boolean isTool(String script) {
        int slash = script.lastIndexOf('/');
        String directory = slash < 0 ? "" : script.substring(0, slash);
        return (directory.endsWith("/bin") || directory.endsWith("/sbin")) && script.indexOf('.', slash) < 0;
    }

    private static String lasting(String path) {
        String out = path.startsWith("./") ? path.substring(2) : path;
        for (int i = 0; i < out.length(); i++) {
            char ch = out.charAt(i);
            if (ch >= '0' && ch <= '9' || ch == '.' && out.startsWith("/tmp.", i - 4)) {
                return MADE_UP.matcher(out).replaceAll("*"); // seldom: most paths have no digit
            }
        }
        return out;
    }
}
