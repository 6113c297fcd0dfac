package io.imdsight.record;

import java.nio.file.Path;

/**
 * Where the ledger is and how large it may grow.
 *
 * @param directory the state directory; made, with mode 0750, where it is missing
 * @param retentionDays minutes older than that are deleted; above 0
 * @param bytesMax how large the database's file may be before the oldest days are deleted
 * @param callersPerDayMax how many callers are told apart in a day (UTC); the rest is counted under {@link CallerKey#OTHER}
 */
public record LedgerOptions(Path directory, int retentionDays, long bytesMax, int callersPerDayMax) {
    /** A year and a month: last year's same month stays comparable. */
    public static final int RETENTION_DAYS = 400;

    /** At some 20 bytes a tally, a hundred tallies a minute for three months, or eight for a year. */
    public static final long BYTES_MAX = 256L << 20;

    /** Machines have tens. Bounds what a user who invents callers can make the agent remember: about 1 KiB each. */
    public static final int CALLERS_PER_DAY_MAX = 1000;

    /** The defaults in a directory. */
    public static LedgerOptions in(Path directory) {
        return new LedgerOptions(directory, RETENTION_DAYS, BYTES_MAX, CALLERS_PER_DAY_MAX);
    }
}
