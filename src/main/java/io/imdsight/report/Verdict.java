package io.imdsight.report;

import java.util.List;

/**
 * The answer.
 *
 * @param decision the answer itself
 * @param reasons what keeps it from being {@code ready} beside blocking callers; where it is {@code blocked}, why there may be more of them
 * @param notes what a reader should know and what changes nothing
 * @param callers all that called, the worst first
 * @param evidence what it rests on
 */
public record Verdict(
        Decision decision, List<Reason> reasons, List<Reason> notes, List<CallerFinding> callers, Evidence evidence) {
    public Verdict {
        reasons = List.copyOf(reasons);
        notes = List.copyOf(notes);
        callers = List.copyOf(callers);
    }

    /** Those whose worst request stands so. */
    public List<CallerFinding> callers(Standing standing) {
        return callers.stream().filter(c -> c.standing() == standing).toList();
    }
}
