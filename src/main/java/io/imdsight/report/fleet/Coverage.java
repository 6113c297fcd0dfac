package io.imdsight.report.fleet;

import java.util.Arrays;

/**
 * The time in which an instance was watched: spans that do not touch, in order. A span that is added twice counts once, and the order in which they
 * come makes no difference.
 *
 * <pre>
 *   spans  begin end begin end …   seconds since the window's beginning
 * </pre>
 */
final class Coverage {
    /** A span for each stop of the agent, and for each file that is read out of order. Beyond that, time is lost, and an instance inconclusive. */
    private static final int SPANS_MAX = 64;

    /** A heartbeat's end and length are cut to whole seconds each, so one ends up to so long before the next begins. */
    private static final int JOINT_SECONDS = 2;

    private int[] spans = {};

    /** Adds a span; false where all of it was there. */
    boolean add(int begin, int end) {
        if (end <= begin) {
            return true;
        }
        int first = 0;
        while (first < spans.length && spans[first + 1] + JOINT_SECONDS < begin) {
            first += 2;
        }
        int after = first;
        int from = begin;
        int to = end;
        while (after < spans.length && spans[after] - JOINT_SECONDS <= end) {
            if (spans[after] <= begin && spans[after + 1] >= end) {
                return false;
            }
            from = Math.min(from, spans[after]);
            to = Math.max(to, spans[after + 1]);
            after += 2;
        }
        replace(first, after, from, to);
        return true;
    }

    private void replace(int first, int after, int from, int to) {
        if (after == first && spans.length >= 2 * SPANS_MAX) {
            return;
        }
        int[] out = Arrays.copyOf(spans, spans.length - (after - first) + 2);
        System.arraycopy(spans, after, out, first + 2, spans.length - after);
        out[first] = from;
        out[first + 1] = to;
        spans = out;
    }

    long seconds() {
        long out = 0;
        for (int i = 0; i < spans.length; i += 2) {
            out += spans[i + 1] - spans[i];
        }
        return out;
    }
}
