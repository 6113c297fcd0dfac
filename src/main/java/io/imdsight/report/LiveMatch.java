package io.imdsight.report;

import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which code at rest was also seen calling without a token: by its file, or as a program of the same kind. */
final class LiveMatch {
    private LiveMatch() {}

    /** What is to be said of each; those that were not seen are left out. */
    static Map<PossibleCaller, String> of(ScanResult scan, List<AuditReport.Entry> entries) {
        List<AuditReport.Entry> tokenless = entries.stream()
                .filter(e ->
                        e.finding().standing() != Standing.V2 && e.finding().standing() != Standing.FOREIGN)
                .toList();
        Map<PossibleCaller, String> out = new HashMap<>();
        for (PossibleCaller c : scan.found()) {
            tokenless.stream()
                    .filter(e -> isFile(c, e))
                    .findFirst()
                    .ifPresent(e -> out.put(
                            c, "this file was seen calling: " + e.finding().name()));
            if (!out.containsKey(c) && c.clientId() != null) {
                tokenless.stream()
                        .filter(e -> c.clientId().equals(e.clientId()))
                        .findFirst()
                        .ifPresent(e -> out.put(
                                c,
                                "a caller of this kind was seen, perhaps from here: "
                                        + e.finding().name()));
            }
        }
        return out;
    }

    /** The caller's program, its script, the one that it works for, or a file that its command line names. */
    private static boolean isFile(PossibleCaller c, AuditReport.Entry e) {
        CallerFinding f = e.finding();
        if (f.key().containerId() != null) {
            return false; // the same path is another file there
        }
        boolean script = e.found().lines().stream().anyMatch(l -> l.file().equals(c.place()));
        boolean argument = f.profile() != null
                && f.profile().example() != null
                && f.profile().example().arguments() != null
                && f.profile().example().arguments().contains(c.place());
        return script
                || argument
                || c.place().equals(f.key().executable())
                || c.place().equals(f.key().script());
    }
}
