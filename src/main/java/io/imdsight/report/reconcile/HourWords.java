package io.imdsight.report.reconcile;

import io.imdsight.model.Plural;
import io.imdsight.report.reconcile.UnwatchedHours.ClockHour;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** When calls come that nobody watched, in words, and what to do. */
final class HourWords {
    /** Fewer times are no habit. */
    private static final int HABIT_DAYS_MIN = 3;

    /** A day on which the machine was off or the job failed does not end a habit. */
    private static final double HABIT_SHARE_MIN = 0.8;

    /** From so many hours of the day on it is no time of day any more. */
    private static final int ROUND_THE_CLOCK_HOURS = 16;

    /** Before and after the hour, so that what comes a little early is seen. */
    private static final int LEAD_MINUTES = 5;

    private HourWords() {}

    /** {@code every day}, {@code every Sunday}, {@code on 4 of 15 days}. */
    static String when(ClockHour h) {
        int n = h.days().size();
        Set<DayOfWeek> week = h.days().stream()
                .map(d -> LocalDate.ofEpochDay(d).getDayOfWeek())
                .collect(Collectors.toSet());
        if (n >= HABIT_DAYS_MIN && n >= HABIT_SHARE_MIN * h.daysKnown()) {
            return n == h.daysKnown() ? "every day" : "nearly every day (" + n + " of " + h.daysKnown() + ")";
        }
        if (n >= HABIT_DAYS_MIN && week.size() == 1) {
            String day = week.iterator().next().name();
            return "on " + n + " days, each a " + day.charAt(0)
                    + day.substring(1).toLowerCase(Locale.ROOT);
        }
        return "on " + n + " of " + Plural.of(h.daysKnown(), "day");
    }

    /** {@code 03:00-04:00}. */
    static String hours(ClockHour h) {
        return "%02d:00-%02d:00".formatted(h.hour(), (h.hour() + 1) % 24);
    }

    static String lastDay(ClockHour h) {
        return LocalDate.ofEpochDay(h.days().last()).toString();
    }

    /** What to do, with a command. */
    static String advice(List<ClockHour> hours) {
        if (hours.size() >= ROUND_THE_CLOCK_HOURS) {
            return "they come at all times: an audit at any time finds who it is, as imdsight audit --for 1h";
        }
        int start = Math.floorMod(hours.getFirst().hour() * 60 - LEAD_MINUTES, 24 * 60);
        return "audit then: systemd-run --on-calendar='*-*-* %02d:%02d:00 UTC' imdsight audit --for %dm --json /var/tmp/audit.json"
                .formatted(start / 60, start % 60, 60 + 2 * LEAD_MINUTES);
    }
}
