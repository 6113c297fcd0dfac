package io.imdsight.report.fleet;

import java.time.Duration;
import java.time.Instant;

/**
 * What a report is about. Times are seconds since 1970, UTC.
 *
 * @param sinceSeconds where the history begins: a midnight
 * @param windowSeconds where the time begins over which an instance is judged
 * @param untilSeconds the end of both: as of when
 * @param silentAfterSeconds an instance without a heartbeat for so long is silent
 * @param watchedSeconds how much of the window must have been watched for a zero to be evidence
 */
public record Period(
        long sinceSeconds, long windowSeconds, long untilSeconds, long silentAfterSeconds, long watchedSeconds) {
    /** Days in which instances are told apart: their bits are kept for each instance. */
    static final int DAYS_MAX = 400;

    /** A day less: it begins at a midnight. */
    public static final Duration LONGEST = Duration.ofDays(DAYS_MAX - 1);

    static final long SECONDS_PER_DAY = 86_400;

    /** Of the time to be watched, what may be missing: heartbeats end in whole seconds, and an agent is restarted. The audit allows as much. */
    private static final double MISSING_MAX = 0.01;

    /**
     * A period that ends at a time.
     *
     * @param since how far back the history goes; begun at midnight
     * @param window how far back an instance is judged; the history is at least as long
     * @param watched at most the window
     */
    public static Period until(Instant until, Duration since, Duration window, Duration silentAfter, Duration watched) {
        long end = until.getEpochSecond();
        long windowBegins = end - window.toSeconds();
        long begins = Math.min(end - since.toSeconds(), windowBegins);
        long oldest = end - (DAYS_MAX - 1) * SECONDS_PER_DAY;
        long midnight = Math.floorDiv(Math.max(begins, oldest), SECONDS_PER_DAY) * SECONDS_PER_DAY;
        return new Period(
                midnight, Math.max(windowBegins, midnight), end, silentAfter.toSeconds(), watched.toSeconds());
    }

    /** From 0, the first. */
    int day(long seconds) {
        return (int) ((seconds - sinceSeconds) / SECONDS_PER_DAY);
    }

    int days() {
        return day(untilSeconds) + 1;
    }

    long epochDay(int day) {
        return sinceSeconds / SECONDS_PER_DAY + day;
    }

    long windowLength() {
        return untilSeconds - windowSeconds;
    }

    /**
     * How much of the window has to be watched of an instance that was heard last at a time. What came after is not held against it: that is what
     * {@link #silentAfterSeconds} is for.
     */
    long neededSeconds(long lastHeard) {
        long wanted = Math.min(watchedSeconds, windowLength());
        long most = (long) (windowLength() * (1 - MISSING_MAX)) - (untilSeconds - lastHeard);
        return Math.max(0, Math.min((long) (wanted * (1 - MISSING_MAX)), most));
    }
}
