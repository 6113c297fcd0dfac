package io.imdsight.report.scan;

import io.imdsight.model.Escaped;
import io.imdsight.report.Client;
import io.imdsight.report.Ecosystem;
import io.imdsight.report.Found;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Collects what a scan finds. Read by another thread than the one that writes: a scan may hang in a file system. */
public final class ScanBook {
    /** A machine with more has another problem; they are counted. */
    private static final int FOUND_MAX = 2000;

    /** Each has a directory. */
    private static final int LIBRARIES_MAX = 10_000;

    private static final int VERSION_CHARACTERS_MAX = 64;
    private static final int INSIDE_CHARACTERS_MAX = 1024;

    /** The surest first: a version, a call that stands there, an address, a library that somebody may use. */
    private static final Comparator<PossibleCaller> ORDER = Comparator.comparing(ScanBook::rank)
            .thenComparing(PossibleCaller::kind)
            .thenComparing(PossibleCaller::name)
            .thenComparing(PossibleCaller::place)
            .thenComparing(c -> c.inside() == null ? "" : c.inside())
            .thenComparing(c -> c.version() == null ? "" : c.version());

    private final PackageTable table;
    private final Set<PossibleCaller> found = new TreeSet<>(ORDER);
    private final Set<String> libraries = new HashSet<>();
    private final Map<String, ScanResult.Miss> misses = new LinkedHashMap<>();
    private long newEnough;
    private long unlisted;

    /** An empty book. */
    public ScanBook(PackageTable table) {
        this.table = table;
    }

    /** A package was found; the table may know it. */
    public void add(RestingPackage p) {
        Client c = table.find(p.ecosystem(), p.name());
        if (c != null) {
            add(c, p);
        }
    }

    /** A package was found that a section of the table knows. */
    synchronized void add(Client c, RestingPackage p) {
        boolean distribution = p.ecosystem() == Ecosystem.SYSTEM || p.ecosystem() == Ecosystem.BUILT_USING;
        Boolean speaks = distribution ? c.packageSpeaksV2(p.version()) : c.speaksV2(p.version());
        if (Boolean.TRUE.equals(speaks)) {
            newEnough++;
            return;
        }
        list(new PossibleCaller(
                p.ecosystem().label(),
                c.id(),
                c.name(),
                p.version() == null || p.version().isEmpty() ? null : cut(p.version(), VERSION_CHARACTERS_MAX),
                Escaped.of(p.place()),
                p.inside() == null ? null : cut(p.inside(), INSIDE_CHARACTERS_MAX),
                why(c, speaks, p),
                c.change(),
                c.source(),
                List.of(),
                null,
                null));
    }

    private static int rank(PossibleCaller c) {
        return c.clientId() != null
                ? 0
                : c.kind().equals(PossibleCaller.LIBRARY_CODE) ? 3 : c.why().equals(ScriptAtRest.NAMES) ? 2 : 1;
    }

    /** Safe to be shown, and to be kept by the thousand. */
    private static String cut(String text, int charactersMax) {
        return Escaped.of(text.length() <= charactersMax ? text : text.substring(0, charactersMax) + "…");
    }

    private static String why(Client c, Boolean speaks, RestingPackage p) {
        String subject = p.ecosystem() == Ecosystem.JAR_ENTRY ? "" : Escaped.of(p.name()) + ": ";
        String first = p.ecosystem() == Ecosystem.SYSTEM && c.packageSince() != null ? c.packageSince() : c.since();
        if (c.since().equals(Client.NEVER)) {
            return subject + "no version asks for a token";
        }
        if (c.since().equals(Client.UNKNOWN)) {
            return subject + "some versions call without a token; since which it asks for one is not known";
        }
        return speaks == null
                ? subject + "its version could not be read; " + first + " is the first that asks for a token"
                : subject + "older than " + first + ", the first that asks for a token";
    }

    /**
     * A script, unit, cron table or the like was found.
     *
     * @param lines its lines, escaped and without secrets
     */
    public synchronized void addScript(String place, String why, List<Found.ScriptLine> lines) {
        list(script(PossibleCaller.SCRIPT, place, why, lines));
    }

    /**
     * Source text of a library was found. One that the table knows is judged by its version, and one with many such files is listed once.
     *
     * @param directory the library's
     */
    public synchronized void addLibraryCode(
            Ecosystem ecosystem, String name, String directory, String why, List<Found.ScriptLine> lines) {
        if (!table.knows(ecosystem, name) && libraries.size() < LIBRARIES_MAX && libraries.add(directory)) {
            list(script(PossibleCaller.LIBRARY_CODE, directory, why, lines));
        }
    }

    private static PossibleCaller script(String kind, String place, String why, List<Found.ScriptLine> lines) {
        String file = Escaped.of(place);
        return new PossibleCaller(
                kind,
                null,
                file.substring(file.lastIndexOf('/') + 1),
                null,
                file,
                null,
                why,
                kind.equals(PossibleCaller.SCRIPT)
                        ? "ask for a session token first and send it; where nothing runs this any more, nothing needs to be done"
                        : "see whether the program that uses this library calls it, and whether a newer version sends a token",
                null,
                lines,
                null,
                null);
    }

    private void list(PossibleCaller c) {
        if (found.size() < FOUND_MAX) {
            found.add(c);
        } else if (!found.contains(c)) {
            unlisted++;
        }
    }

    /**
     * Something was not looked at.
     *
     * @param code a word for programs
     * @param reason the same for people
     * @param where a path; null where it is everywhere
     */
    public synchronized void missed(String code, String reason, String where) {
        misses.merge(
                code,
                new ScanResult.Miss(code, reason, 1, where == null ? null : Escaped.of(where)),
                (a, b) -> new ScanResult.Miss(a.code(), a.reason(), a.count() + 1, a.example()));
    }

    /** What was found so far. */
    public synchronized ScanResult result(List<String> roots, long files, long bytesRead, long elapsedMillis) {
        return new ScanResult(
                roots.stream().map(Escaped::of).toList(),
                List.copyOf(found),
                newEnough,
                unlisted,
                files,
                bytesRead,
                elapsedMillis,
                List.copyOf(misses.values()));
    }
}
