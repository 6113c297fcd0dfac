package io.imdsight.report.fleet;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was read, and what of it was not used: nothing is left out in silence. */
public final class Inputs {
    /** Reasons are a dozen; a hostile feed.version makes more. */
    private static final int REASONS_MAX = 32;

    long bytes;
    long lines;
    long callerRecords;
    long heartbeats;
    long events;
    long otherLines;
    long damaged;
    /** Of another time than the report is about. */
    long before;

    long after;
    /** Heartbeats of a time that another one had covered. */
    long repeated;
    /** Records of instances beyond the bound. */
    long instancesBeyond;
    /** Blocking records counted under {@code other}, for a bound of callers was reached. */
    long callersBeyond;
    /** Instances whose event lines were left out, as their feed says the same. */
    long eventsBesideFeed;
    /** The latest record of all; {@link Instance#NEVER} without one. */
    long latest = Instance.NEVER;

    final Map<String, Long> reasons = new LinkedHashMap<>();

    Inputs() {}

    void damaged(String reason) {
        damaged++;
        if (reasons.size() < REASONS_MAX || reasons.containsKey(reason)) {
            reasons.merge(reason, 1L, Long::sum);
        }
    }

    /** Lines that are no records. */
    public long damagedLines() {
        return damaged;
    }

    /** All lines. */
    public long lines() {
        return lines;
    }
}
