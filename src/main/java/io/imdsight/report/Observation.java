package io.imdsight.report;

import io.imdsight.record.Tallies;

/**
 * What is to be judged.
 *
 * @param tallies what was counted
 * @param source where it comes from: {@code capture}, {@code ledger}, or both
 * @param fromNanos when the watch began, nanoseconds since 1970-01-01T00:00:00Z
 * @param toNanos when it ended
 * @param askedMillis how long a watch was asked for, where the tallies may not reach so far back; 0 where the watch itself was its length
 * @param bootNanos when the machine started; 0 where not known
 * @param windowMinMillis how long the capture must have been up for silence to mean anything
 * @param witnessed whether the kernel's count of connections was compared with the capture's
 * @param failure why the capture ended early, as a phrase; null where it did not
 */
public record Observation(
        Tallies tallies,
        String source,
        long fromNanos,
        long toNanos,
        long askedMillis,
        long bootNanos,
        long windowMinMillis,
        boolean witnessed,
        String failure) {}
