package io.imdsight.report.scan;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What a scan of the disk found, and how far it came.
 *
 * @param roots the directories that were scanned
 * @param found possible callers, in order of what they are and where they lie
 * @param newEnough how many packages the table knows and finds new enough
 * @param unlisted how many possible callers are left out of {@code found}: too many
 * @param files how many files were looked at
 * @param bytesRead how much was read
 * @param elapsedMillis how long it took
 * @param misses what was not looked at
 */
public record ScanResult(
        List<String> roots,
        List<PossibleCaller> found,
        long newEnough,
        long unlisted,
        long files,
        long bytesRead,
        long elapsedMillis,
        List<Miss> misses) {
    public ScanResult {
        roots = List.copyOf(roots);
        found = List.copyOf(found);
        misses = List.copyOf(misses);
    }

    /**
     * Something that was not looked at.
     *
     * @param code why: docs/audit.md has them
     * @param reason the same as a phrase
     * @param count how many there were
     * @param example where the first was, escaped; null where it is everywhere
     */
    public record Miss(String code, String reason, long count, String example) {}

    /** Says of each which package of the distribution it belongs to, by the path of its file. */
    public ScanResult owned(Map<String, String> owners) {
        return with(c -> owners.containsKey(c.place()) ? c.owned(owners.get(c.place())) : c);
    }

    /** Says of each which caller was seen. */
    public ScanResult live(Map<PossibleCaller, String> seen) {
        return with(c -> seen.containsKey(c) ? c.live(seen.get(c)) : c);
    }

    private ScanResult with(UnaryOperator<PossibleCaller> change) {
        return new ScanResult(
                roots,
                found.stream().map(change).toList(),
                newEnough,
                unlisted,
                files,
                bytesRead,
                elapsedMillis,
                misses);
    }
}
