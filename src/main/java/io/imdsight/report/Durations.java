package io.imdsight.report;

/** Durations for people: {@code 9m 58s}. */
public final class Durations {
    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Durations() {}

    /** The two largest units that are not zero; milliseconds for less than a second. */
    public static String of(long millis) {
        if (millis < SECOND) {
            return Math.max(0, millis) + "ms";
        }
        long[] units = {DAY, HOUR, MINUTE, SECOND};
        String[] names = {"d", "h", "m", "s"};
        for (int i = 0; i < units.length; i++) {
            if (millis >= units[i]) {
                String first = millis / units[i] + names[i];
                long rest = i + 1 < units.length ? millis % units[i] / units[i + 1] : 0;
                return rest == 0 ? first : first + " " + rest + names[i + 1];
            }
        }
        throw new AssertionError(millis);
    }
}
