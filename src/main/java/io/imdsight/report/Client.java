package io.imdsight.report;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A kind of program that calls the metadata service: a section of {@code clients.conf}. docs/audit.md describes the format.
 *
 * @param id the section's name
 * @param name what a person would call it
 * @param kind what it is
 * @param generic whether it says only in what language, or with what library, a program is written
 * @param signs expressions by what they are held against; the first group, where there is one, is the version
 * @param atRest expressions for the names that it has as a package at rest
 * @param since the first version that asks for a token, or {@code always}, {@code never}, {@code unknown}
 * @param packageSince the same with a distribution's revision, for its package at rest; null where {@code since} says it
 * @param fallback when it goes on without a token; null where not known
 * @param off how that is switched off; null where it cannot be, or that is not known
 * @param change what to do
 * @param source where all this is from
 */
public record Client(
        String id,
        String name,
        Kind kind,
        boolean generic,
        Map<Sign, List<Pattern>> signs,
        Map<Ecosystem, List<Pattern>> atRest,
        String since,
        String packageSince,
        String fallback,
        String off,
        String change,
        String source) {
    /** No version calls without a token. */
    public static final String ALWAYS = "always";

    /** No version asks for a token. */
    public static final String NEVER = "never";

    /** Not known. */
    public static final String UNKNOWN = "unknown";

    /** What a program is. */
    public enum Kind {
        PROXY,
        AGENT,
        TOOL,
        SDK,
        LANGUAGE
    }

    /** What an expression is held against. */
    public enum Sign {
        EXECUTABLE("executable", "its executable"),
        SCRIPT("script", "its script"),
        USER_AGENT("user-agent", "its User-Agent"),
        ARGUMENT("argument", "its command line"),
        PACKAGE("package", "its package"),
        CALLS("calls", "what it asks for");

        private final String key;
        private final String phrase;

        Sign(String key, String phrase) {
            this.key = key;
            this.phrase = phrase;
        }

        String key() {
            return key;
        }

        String phrase() {
            return phrase;
        }
    }

    /** Whether a first version is known at all. */
    boolean hasFirstVersion() {
        return !List.of(ALWAYS, NEVER, UNKNOWN).contains(since);
    }

    /** Whether a version asks for a token by itself: true, false, or null where that is not known. The version may be null. */
    public Boolean speaksV2(String version) {
        return speaksV2(version, since);
    }

    /** The same for a distribution's package, whose revision counts where {@link #packageSince} has one. */
    public Boolean packageSpeaksV2(String version) {
        if (packageSince == null) {
            return speaksV2(version == null ? null : Versions.upstream(version));
        }
        return speaksV2(version == null ? null : Versions.withRevision(version), Versions.withRevision(packageSince));
    }

    private static Boolean speaksV2(String version, String first) {
        return switch (first) {
            case ALWAYS -> Boolean.TRUE;
            case NEVER -> Boolean.FALSE;
            case UNKNOWN -> null;
            default -> Versions.isVersion(version) ? (Boolean) (Versions.compare(version, first) >= 0) : null;
        };
    }
}
