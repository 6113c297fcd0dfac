package io.imdsight.report;

import java.util.List;

/**
 * What was looked up on the machine about a caller; every text is escaped and free of secrets.
 *
 * @param packageName the package that owns its script or program; null where none does, or that is not known
 * @param packageVersion the package's version; null where {@code packageName} is
 * @param lines lines of its scripts that call without a token; empty where none were found
 */
public record Found(String packageName, String packageVersion, List<ScriptLine> lines) {
    /** Nothing. */
    public static final Found NOTHING = new Found(null, null, List.of());

    public Found {
        lines = List.copyOf(lines);
    }

    /**
     * A line of a script.
     *
     * @param file its path
     * @param number the line's, counted from 1
     * @param text the line, without secrets
     */
    public record ScriptLine(String file, int number, String text) {}
}
