package io.imdsight.record;

import io.imdsight.model.Classification;
import java.util.List;
import java.util.function.Predicate;

/**
 * A minute of which a destination does not have everything yet, as it was when it was read.
 *
 * @param minute whole minutes since 1970-01-01T00:00Z
 * @param coverage how well it was watched; null where the capture was not up at all, as for a minute that only a clock set wrong has touched
 * @param acknowledgements how often the destination has acknowledged this minute; 0 the first time, when zeros are due as well
 * @param tallies every count of the minute, those wholly acknowledged included; empty where there was no request
 */
public record PendingMinute(long minute, Coverage coverage, int acknowledgements, List<PendingTally> tallies) {
    public PendingMinute {
        tallies = List.copyOf(tallies);
    }

    /** Whether a zero of this minute is evidence, and may be published. */
    public boolean sound() {
        return coverage != null && coverage.sound();
    }

    /** How many requests of a sort there were, acknowledged or not. */
    public long recorded(Predicate<Classification> sort) {
        return tallies.stream()
                .filter(t -> sort.test(t.key().classification()))
                .mapToLong(PendingTally::recorded)
                .sum();
    }

    /** How many requests of a sort the destination does not have: what to send, a further delta of the minute where it had some already. */
    public long pending(Predicate<Classification> sort) {
        return tallies.stream()
                .filter(t -> sort.test(t.key().classification()))
                .mapToLong(PendingTally::pending)
                .sum();
    }
}
