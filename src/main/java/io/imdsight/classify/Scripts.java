package io.imdsight.classify;

import io.imdsight.model.Caller;
import java.util.List;
import java.util.Set;

/** Tells an interpreter at work on a script from one that waits for a person. */
final class Scripts {
    private static final Set<String> INTERPRETERS =
            Set.of("sh", "dash", "bash", "ash", "zsh", "ksh", "busybox", "python", "perl", "ruby", "node", "php");

    private Scripts() {}

    /** Whether a process is an interpreter that was given a script or a command; a login or interactive shell was not. */
    static boolean runsScript(Caller process) {
        List<String> arguments = process.arguments();
        if (arguments == null || arguments.size() < 2) {
            return false;
        }
        String program = process.executable() != null ? process.executable() : arguments.get(0);
        String name = program.substring(program.lastIndexOf('/') + 1);
        int end = name.length();
        while (end > 0 && (Character.isDigit(name.charAt(end - 1)) || name.charAt(end - 1) == '.')) {
            end--;
        }
        if (!INTERPRETERS.contains(name.substring(0, end))) {
            return false;
        }
        for (String a : arguments.subList(1, arguments.size())) {
            if (a.equals("-c") || a.equals("-e") || a.equals("-m") || !a.startsWith("-")) {
                return true;
            }
        }
        return false;
    }
}
