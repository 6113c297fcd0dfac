package io.imdsight.cli;

import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.TypeConversionException;

/** Reads the values of flags, environment variables and the configuration file: one grammar for all three. */
final class Values {
    /** A hundred years: more is a slip of the finger, and it keeps arithmetic in nanoseconds from overflowing. */
    private static final Duration DURATION_MAX = Duration.ofDays(36_500);

    private static final int NUMBER_DIGITS_MAX = 15;

    private Values() {}

    /** A whole number and one of {@code ms s m h d}: {@code 30s}, {@code 10m}. */
    static Duration duration(String text) {
        int digits = digits(text);
        long number = number(text, digits, "a duration such as 30s, 10m or 2h");
        long unitMillis = switch (text.substring(digits)) {
            case "ms" -> Unit.MS.millis;
            case "s" -> Unit.S.millis;
            case "m" -> Unit.M.millis;
            case "h" -> Unit.H.millis;
            case "d" -> Unit.D.millis;
            default ->
                throw new TypeConversionException("'" + text
                        + "' is not a duration: give a whole number and a unit of ms, s, m, h or d, as in 30s");
        };
        if (number > DURATION_MAX.toMillis() / unitMillis) {
            throw new TypeConversionException("'" + text + "' is too long: 36500d is the most");
        }
        return Duration.ofMillis(number * unitMillis);
    }

    /** The other way round, in the largest unit that fits. */
    static String text(Duration d) {
        long millis = d.toMillis();
        for (Unit u : Unit.values()) {
            if (millis % u.millis == 0) {
                return millis / u.millis + u.name().toLowerCase(Locale.ROOT);
            }
        }
        throw new IllegalStateException("less than a millisecond: " + d);
    }

    private enum Unit {
        D(86_400_000),
        H(3_600_000),
        M(60_000),
        S(1_000),
        MS(1);

        final long millis;

        Unit(long millis) {
            this.millis = millis;
        }
    }

    /** A whole number and one of {@code B KiB MiB GiB}, as bytes: {@code 64KiB}. */
    static long sizeBytes(String text) {
        int digits = digits(text);
        long number = number(text, digits, "a size such as 64KiB or 8MiB");
        int shift = switch (text.substring(digits)) {
            case "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default ->
                throw new TypeConversionException("'" + text
                        + "' is not a size: give a whole number and a unit of B, KiB, MiB or GiB, as in 64KiB");
        };
        if (number > Long.MAX_VALUE >> shift) {
            throw new TypeConversionException("'" + text + "' is too large");
        }
        return number << shift;
    }

    /** A TCP port. */
    static int port(String text) {
        int digits = digits(text);
        if (digits != text.length()
                || digits == 0
                || digits > 5
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > 65_535) {
            throw new TypeConversionException("'" + text + "' is not a port: give a number from 1 to 65535");
        }
        return Integer.parseInt(text);
    }

    /** How many digits it begins with. */
    static int digits(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) >= '0' && text.charAt(i) <= '9') {
            i++;
        }
        return i;
    }

    /**
     * The number that it begins with.
     *
     * @param expected what it is to be, for the error
     */
    static long number(String text, int digits, String expected) {
        if (digits == 0 || digits > NUMBER_DIGITS_MAX) {
            throw new TypeConversionException("'" + text + "' is not " + expected);
        }
        return Long.parseLong(text.substring(0, digits));
    }
}
