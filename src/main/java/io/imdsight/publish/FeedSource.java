package io.imdsight.publish;

import io.imdsight.record.Tally;
import java.util.List;

/** Where the feed takes its counts from. One thread asks. */
public interface FeedSource {
    /** Counts of the minutes before this one that are still to be written; the same again until {@link #written} says otherwise. */
    List<Tally> due(long beforeMinute);

    /** What {@link #due} gave last is in the file. */
    void written();

    /** How many requests could not be written, when nothing more will be. */
    long lost();
}
