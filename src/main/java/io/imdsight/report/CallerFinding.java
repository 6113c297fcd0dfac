package io.imdsight.report;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Script;
import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import java.util.List;
import java.util.Map;

/**
 * One caller and what it did.
 *
 * @param key who
 * @param profile what else is known of it; null where nothing is
 * @param standing the worst of its requests
 * @param counts its requests, by standing; their sum is all of them
 * @param causes of its blocking and possible requests of version 1, by cause
 * @param evidence how it is known, by method
 * @param credentials how often it was given credentials without a token
 * @param tokensUnanswered how many of its token requests got no answer
 */
public record CallerFinding(
        CallerKey key,
        CallerProfile profile,
        Standing standing,
        Map<Standing, Long> counts,
        Map<Cause, Long> causes,
        Map<EvidenceMethod, Long> evidence,
        long credentials,
        long tokensUnanswered) {
    private static final String TOKEN_PATH = "/api/token";

    public CallerFinding {
        counts = Map.copyOf(counts);
        causes = Map.copyOf(causes);
        evidence = Map.copyOf(evidence);
    }

    /** How many of its requests stand so. */
    public long count(Standing s) {
        return counts.getOrDefault(s, 0L);
    }

    /** What a person would call it, as {@code curl, run by /opt/backup/nightly.sh}; never empty. */
    public String name() {
        if (key.equals(CallerKey.OTHER)) {
            return "other callers, too many to be told apart";
        }
        String program = program();
        if (program != null) {
            return key.script() == null ? program : program + ", run by " + key.script();
        }
        return "a process that could not be named" + (key.sourceAddress() == null ? "" : ", at " + key.sourceAddress());
    }

    /** The same where there is little room, as {@code curl (nightly.sh)}. */
    public String shortName() {
        return key.equals(CallerKey.OTHER) || program() == null ? name() : Script.label(program(), key.script());
    }

    /** One of its targets where there is room for one only: rather not that of a token request; empty where none is known. */
    public String path() {
        List<String> paths = profile == null ? List.of() : profile.paths();
        return paths.stream()
                .filter(p -> !p.endsWith(TOKEN_PATH))
                .findFirst()
                .orElse(paths.isEmpty() ? "" : paths.getFirst());
    }

    private String program() {
        return key.title() != null ? key.title() : key.executable();
    }
}
