package io.imdsight.report;

import java.util.List;

/**
 * How fast a caller calls.
 *
 * @param perSecond its calls by the time that was watched
 * @param peakMinute its calls in its busiest minute of the clock
 * @param peakPercent about how much of an interface's packets to link-local services that minute took, in percent; null where packets were not counted
 * @param habits what it fetches more often than it can change
 */
public record CallerRate(double perSecond, long peakMinute, Double peakPercent, List<Habit> habits) {
    /** Of a caller that was not counted. */
    static final CallerRate NONE = new CallerRate(0, 0, null, List.of());

    public CallerRate {
        habits = List.copyOf(habits);
    }

    /**
     * Something fetched that should be kept.
     *
     * @param code {@code credentials}, {@code constants}, {@code tokens} or {@code polling}
     * @param count how many requests of this kind
     * @param sentence what it does and should do
     */
    public record Habit(String code, long count, String sentence) {}
}
