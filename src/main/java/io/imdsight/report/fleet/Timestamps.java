package io.imdsight.report.fleet;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;

/** Times as records have them: RFC 3339 in UTC, {@code 2026-11-22T05:04:00.000000000Z}, with any fraction or none. */
final class Timestamps {
    private static final int SECONDS_PER_DAY = 86_400;

    /** {@code YYYY-MM-DDTHH:MM:SS}. */
    private static final int WHOLE_CHARS = 19;

    private Timestamps() {}

    /** Seconds since 1970; a fraction is left out. */
    static long parse(String text) throws DamagedLineException {
        boolean shaped = text.length() > WHOLE_CHARS
                && text.charAt(4) == '-'
                && text.charAt(7) == '-'
                && text.charAt(10) == 'T'
                && text.charAt(13) == ':'
                && text.charAt(16) == ':'
                && endsWell(text);
        if (!shaped) {
            throw new DamagedLineException("timestamp is none in UTC");
        }
        int hour = digits(text, 11, 13);
        int minute = digits(text, 14, 16);
        int second = digits(text, 17, WHOLE_CHARS);
        if (hour > 23 || minute > 59 || second > 60) {
            throw new DamagedLineException("timestamp has no such time");
        }
        try {
            long day = LocalDate.of(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10))
                    .toEpochDay();
            return day * SECONDS_PER_DAY + hour * 3600L + minute * 60L + second;
        } catch (DateTimeException e) {
            throw new DamagedLineException("timestamp has no such day");
        }
    }

    private static boolean endsWell(String text) {
        int last = text.length() - 1;
        if (text.charAt(last) != 'Z' || last > WHOLE_CHARS && (text.charAt(WHOLE_CHARS) != '.' || last < 21)) {
            return false;
        }
        for (int i = WHOLE_CHARS + 1; i < last; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static int digits(String text, int from, int to) throws DamagedLineException {
        int out = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new DamagedLineException("timestamp has a character that is no digit");
            }
            out = out * 10 + digit;
        }
        return out;
    }

    /** {@code 2026-11-22T05:04:00Z}. */
    static String text(long seconds) {
        return Instant.ofEpochSecond(seconds).toString();
    }

    /** {@code 2026-11-22 05:04}. */
    static String brief(long seconds) {
        String t = text(seconds);
        return t.substring(0, 10) + " " + t.substring(11, 16);
    }

    /** {@code 2026-11-22}. */
    static String day(long epochDay) {
        return LocalDate.ofEpochDay(epochDay).toString();
    }
}
