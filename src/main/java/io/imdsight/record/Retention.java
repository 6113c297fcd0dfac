package io.imdsight.record;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Keeps the file within its bounds, a little at a time: a commit never waits for more than one step. */
final class Retention {
    /** How much later than its last recorded call a caller is forgotten: that moment is written once a minute, and clocks are set. */
    static final long CALLER_MARGIN_MINUTES = 120;

    private static final long DAY_MINUTES = 1440;

    /** How much goes at once: an hour of a busy machine is a few thousand rows. */
    private static final long STEP_MINUTES = 60;

    /** Pages given back to the file system at once. */
    private static final int VACUUM_PAGES = 256;

    /** Room for what is written between two looks, a second apart: an eighth of the bound, at most this. */
    private static final long SLACK_BYTES_MAX = 4L << 20;

    private static final int SLACK_SHARE = 8;

    private final LedgerOptions options;
    private boolean unfinished;

    Retention(LedgerOptions options) {
        this.options = options;
    }

    /**
     * One step.
     *
     * @return how many requests that a destination still waited for were deleted
     */
    long step(Connection c, LedgerWriter writer, long nowMinute) throws SQLException {
        unfinished = true;
        long oldest = LedgerSchema.number(c, "SELECT coalesce(min(minute), " + Long.MAX_VALUE + ") FROM minute");
        long before = nowMinute - options.retentionDays() * DAY_MINUTES;
        long lost = 0;
        if (oldest < before) {
            lost = writer.expire(Math.min(before, oldest + STEP_MINUTES));
        } else if (oldest < Long.MAX_VALUE && usedBytes(c) > options.bytesMax() - slack()) {
            long newest = LedgerSchema.number(c, "SELECT max(minute) FROM minute");
            lost = writer.expire(Math.min(newest, oldest + STEP_MINUTES));
        } else {
            unfinished = false;
        }
        if (LedgerSchema.number(c, "PRAGMA freelist_count") > VACUUM_PAGES) {
            try (Statement s = c.createStatement()) {
                s.execute("PRAGMA incremental_vacuum(" + VACUUM_PAGES + ")");
            }
            unfinished = true;
        }
        return lost;
    }

    /** Whether the last step deleted something, so that there may be more; also where it failed. */
    boolean isUnfinished() {
        return unfinished;
    }

    private long slack() {
        return Math.min(SLACK_BYTES_MAX, options.bytesMax() / SLACK_SHARE);
    }

    private static long usedBytes(Connection c) throws SQLException {
        long pages = LedgerSchema.number(c, "PRAGMA page_count") - LedgerSchema.number(c, "PRAGMA freelist_count");
        return pages * LedgerSchema.number(c, "PRAGMA page_size");
    }
}
