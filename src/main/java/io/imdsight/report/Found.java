package io.imdsight.report;

import java.util.List;

/**
 * What was looked up on the machine about a caller; every text is escaped and free of secrets.
 *
 * @param packageName the package that owns its script or program; null where none does, or that is not known
 * @param packageVersion the package's version; null where {@code packageName} is
 * @param lines lines of its scripts that call without a token; empty where none were found
 * @param image the image that its container was made from; null where it is in none, or that is not known
 * @param pod its Kubernetes pod, as {@code namespace/name}; null where it is in none, or that is not known
 */
public record Found(String packageName, String packageVersion, List<ScriptLine> lines, String image, String pod) {
    /** Nothing. */
    public static final Found NOTHING = new Found(null, null, List.of());

    public Found {
        lines = List.copyOf(lines);
    }

    /** Of a caller in no container. */
    public Found(String packageName, String packageVersion, List<ScriptLine> lines) {
        this(packageName, packageVersion, lines, null, null);
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
