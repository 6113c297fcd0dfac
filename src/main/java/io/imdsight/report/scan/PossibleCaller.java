package io.imdsight.report.scan;

import io.imdsight.report.Found;
import java.util.List;

/**
 * Code at rest that may call the metadata service without a token; every text is escaped and free of secrets.
 *
 * @param kind {@code script}, {@code library-code}, or an ecosystem's label
 * @param clientId the table's section; null for scripts
 * @param name what a person would call it
 * @param version its version; null where not known, or where it has none
 * @param place the file, or the directory, where it lies
 * @param inside where in that file, if it is an archive; otherwise null
 * @param why why it is listed
 * @param change what to do
 * @param source where that is from; null where it follows from what was read
 * @param lines the script's lines that say so
 * @param owner the distribution's package that it belongs to, with version; null where there is none, or it is not known
 * @param seenLive which caller of the same audit it may be, and by what; null where none was seen
 */
public record PossibleCaller(
        String kind,
        String clientId,
        String name,
        String version,
        String place,
        String inside,
        String why,
        String change,
        String source,
        List<Found.ScriptLine> lines,
        String owner,
        String seenLive) {
    /** The kind of a file that calls by itself. */
    public static final String SCRIPT = "script";

    /** The kind of a library that no table knows, by its source text. */
    public static final String LIBRARY_CODE = "library-code";

    public PossibleCaller {
        lines = List.copyOf(lines);
    }

    /** Name and version. */
    public String title() {
        return version == null ? name : name + " " + version;
    }

    /** Where it lies, with the way into archives. */
    public String where() {
        return inside == null ? place : place + " → " + inside;
    }

    PossibleCaller owned(String by) {
        return new PossibleCaller(
                kind, clientId, name, version, place, inside, why, change, source, lines, by, seenLive);
    }

    PossibleCaller live(String seen) {
        return new PossibleCaller(
                kind, clientId, name, version, place, inside, why, change, source, lines, owner, seen);
    }
}
