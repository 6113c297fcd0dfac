package io.imdsight.report.reconcile;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times in UTC, for people and for programs. */
final class Times {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final long SECOND_NANOS = 1_000_000_000L;

    private Times() {}

    /** {@code 2026-11-27 03:00}. */
    static String minute(long minute) {
        return MINUTE.format(utc(minute * 60));
    }

    /** {@code 2026-11-27T03:00:00Z}. */
    static String iso(long minute) {
        return Instant.ofEpochSecond(minute * 60).toString();
    }

    /** {@code 2026-11-27 03:00:12}. */
    static String second(long nanos) {
        return SECOND.format(utc(Math.floorDiv(nanos, SECOND_NANOS)));
    }

    /** {@code 2026-11-27 03:00:12 to 03:04:50}. */
    static String span(long fromNanos, long toNanos) {
        LocalDateTime from = utc(Math.floorDiv(fromNanos, SECOND_NANOS));
        LocalDateTime to = utc(Math.floorDiv(toNanos, SECOND_NANOS));
        return SECOND.format(from) + " to " + (from.toLocalDate().equals(to.toLocalDate()) ? CLOCK : SECOND).format(to);
    }

    static LocalDateTime utc(long seconds) {
        return LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    }
}
