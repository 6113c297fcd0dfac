package io.imdsight.report.reconcile;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Hours in which AWS saw calls without a token and no agent watched for at least half of the hour: before imdsight was there, or while it was down.
 *
 * @param fromMinute how far back was looked
 * @param calls AWS's count of such calls in these hours, served and refused
 * @param clockHours these hours by hour of the day, the most regular first
 */
public record UnwatchedHours(long fromMinute, long calls, List<ClockHour> clockHours) {
    private static final int HOUR_MINUTES = 60;
    private static final long HALF_HOUR_MILLIS = 30 * 60_000L;
    private static final int HOURS = 24;

    public UnwatchedHours {
        clockHours = List.copyOf(clockHours);
    }

    /**
     * An hour of the day, in UTC.
     *
     * @param hour 0 to 23
     * @param days the days on which AWS saw calls in it and nobody watched, as days since 1970-01-01
     * @param daysKnown on how many days nobody watched in it and AWS has a point, zeros included
     * @param calls AWS's count
     */
    public record ClockHour(int hour, SortedSet<Long> days, int daysKnown, long calls) {
        public ClockHour {
            days = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(days));
        }
    }

    /**
     * Sorts them out.
     *
     * @param points of both metrics, by the hour
     */
    public static UnwatchedHours of(List<AwsPoint> points, OurRecord ours, long fromMinute) {
        Watch watch = new Watch(ours);
        List<SortedSet<Long>> seen = sets();
        List<SortedSet<Long>> known = sets();
        long[] calls = new long[HOURS];
        for (AwsPoint p : points) {
            long hour = Math.floorDiv(p.minute(), HOUR_MINUTES);
            int clock = Math.floorMod(hour, HOURS);
            if (watch.watchedMillis(p.minute(), p.minute() + HOUR_MINUTES) >= HALF_HOUR_MILLIS) {
                continue;
            }
            long day = Math.floorDiv(hour, HOURS);
            known.get(clock).add(day);
            if (p.count() > 0) {
                seen.get(clock).add(day);
                calls[clock] += p.count();
            }
        }
        List<ClockHour> out = new ArrayList<>();
        long all = 0;
        for (int h = 0; h < HOURS; h++) {
            all += calls[h];
            if (!seen.get(h).isEmpty()) {
                out.add(new ClockHour(h, seen.get(h), known.get(h).size(), calls[h]));
            }
        }
        out.sort(java.util.Comparator.comparingInt((ClockHour h) -> -h.days().size())
                .thenComparingInt(ClockHour::hour));
        return new UnwatchedHours(fromMinute, all, out);
    }

    private static List<SortedSet<Long>> sets() {
        List<SortedSet<Long>> out = new ArrayList<>();
        for (int i = 0; i < HOURS; i++) {
            out.add(new TreeSet<>());
        }
        return out;
    }
}
