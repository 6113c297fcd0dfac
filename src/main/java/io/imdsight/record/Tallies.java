package io.imdsight.record;

import java.util.List;

/** The read side: what was counted, by whom, and how well it was watched. Minutes are whole minutes since 1970-01-01T00:00Z. */
public interface Tallies {
    /** The counts of the minutes {@code from} (included) to {@code to} (excluded), in no particular order. */
    List<Tally> tallies(long fromMinute, long toMinute);

    /** The callers that were seen in these minutes. {@link CallerKey#OTHER} has no profile. */
    List<CallerProfile> callers(long fromMinute, long toMinute);

    /** The minutes among these in which the capture was up at all, in order. */
    List<Coverage> coverage(long fromMinute, long toMinute);
}
