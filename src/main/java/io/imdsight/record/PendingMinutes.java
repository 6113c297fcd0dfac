package io.imdsight.record;

import java.util.List;

/**
 * What is still to be published. For each destination, acknowledged + pending = what the ledger has. Any thread may call; one thread a destination.
 *
 * <p>What was sent counts as sent only once it is acknowledged, and an acknowledgement is durable when {@link #acknowledge} has returned, unless
 * the disk refuses it: then it is held in memory, nothing further is given out until it is written, and only the process's death can lose it.
 * Whoever sends and dies before the acknowledgement sends again: at least once, never not at all.
 */
public interface PendingMinutes {
    /**
     * Says that this destination is in use. From now on its minutes are kept as pending; without this nothing is.
     *
     * @param fromMinute the first time, minutes recorded before this one are taken as of no interest to the destination; later calls change nothing
     */
    void register(Destination destination, long fromMinute);

    /**
     * Minutes with something pending, oldest first. A minute comes once the capture was up in it or a request was counted in it; it is complete some 40 s
     * after its end (a request without an answer is waited for 30 s), and comes again with what arrives later still.
     *
     * @param beforeMinute this one and later ones are not closed yet
     * @param max how many at most, above 0; fewer may come although more are pending
     */
    List<PendingMinute> closedMinutes(Destination destination, long beforeMinute, int max);

    /** The destination has these minutes' counts as they are here, no more; what was counted since stays pending. In order, and all or none. */
    void acknowledge(Destination destination, List<PendingMinute> sent);

    /**
     * Minutes that the destination would not take any more (CloudWatch: older than two weeks) are no longer pending. They count as not published.
     *
     * @return how many requests were in them that had not been acknowledged
     */
    long giveUp(Destination destination, long beforeMinute);

    /** What has been recorded for this destination since it was registered, and how much of it is acknowledged. */
    PublishedCounts published(Destination destination);
}
