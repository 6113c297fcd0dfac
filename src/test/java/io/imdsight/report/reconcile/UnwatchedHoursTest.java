package io.imdsight.report.reconcile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fifteen days of AWS's hours before an agent ran; the last day began 2026-06-20, a Saturday. */
class UnwatchedHoursTest {
    private static final long T0 = 29_698_560;
    private static final long DAY = 1440;
    private static final int DAYS = 15;

    private final List<AwsPoint> points = new ArrayList<>();
    private Ledgered ledger = new Ledgered();

    private void hour(int daysAgo, int hour, long count) {
        points.add(new AwsPoint(AwsMetric.NO_TOKEN, T0 - daysAgo * DAY + hour * 60L, 60, count));
    }

    private UnwatchedHours hours() {
        return UnwatchedHours.of(points, ledger.record(0, 0), T0 - DAYS * DAY);
    }

    @Test
    void aNightlyJobIsFoundWithItsHourAndTheAuditThatWouldSeeIt() {
        for (int day = 1; day <= DAYS; day++) {
            for (int hour = 0; hour < 24; hour++) {
                hour(day, hour, hour == 3 ? 2 : 0);
            }
        }
        UnwatchedHours found = hours();
        assertEquals(30, found.calls());
        assertEquals(1, found.clockHours().size());
        assertEquals("every day", HourWords.when(found.clockHours().getFirst()));
        assertEquals("03:00-04:00", HourWords.hours(found.clockHours().getFirst()));
        assertTrue(HourWords.advice(found.clockHours()).contains("*-*-* 02:55:00 UTC"));
    }

    @Test
    void aWeeklyJobIsNamedByItsDayAndOneDayOffEndsNoHabit() {
        for (int day = 1; day <= DAYS; day++) {
            hour(day, 5, day % 7 == 1 ? 1 : 0);
            hour(day, 0, day == 4 ? 0 : 1);
        }
        List<UnwatchedHours.ClockHour> found = hours().clockHours();
        assertEquals("nearly every day (14 of 15)", HourWords.when(found.getFirst()));
        assertEquals("on 3 days, each a Friday", HourWords.when(found.get(1)));
        assertTrue(HourWords.advice(found).contains("*-*-* 23:55:00 UTC"), "the hour before midnight's");
    }

    @Test
    void hoursThatAnAgentWatchedAreNotTold() {
        hour(1, 3, 2);
        hour(2, 3, 2);
        ledger.watched(T0 - DAY + 180, T0, "stopped");
        UnwatchedHours found = hours();
        assertEquals(2, found.calls());
        assertEquals("on 1 of 1 day", HourWords.when(found.clockHours().getFirst()));
        assertEquals("2026-06-18", HourWords.lastDay(found.clockHours().getFirst()));
    }

    @Test
    void anHourThatWasMostlyAGapWasNotWatched() {
        hour(1, 3, 2);
        long at = (T0 - DAY + 180) * Ledgered.MINUTE_NANOS;
        ledger.watched(T0 - DAY, T0, "stopped").gap(at, at + 40 * Ledgered.MINUTE_NANOS, "ens5 went away");
        assertEquals(2, hours().calls());
        ledger = new Ledgered().watched(T0 - DAY, T0, "stopped").gap(at, at + 20 * Ledgered.MINUTE_NANOS, "ens5");
        assertEquals(0, hours().calls());
    }

    @Test
    void callsAllDayLongAreNoTimeOfDay() {
        for (int hour = 0; hour < 24; hour++) {
            hour(1, hour, 9);
        }
        assertTrue(HourWords.advice(hours().clockHours()).startsWith("they come at all times"));
    }
}
