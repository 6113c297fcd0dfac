package io.imdsight.report.reconcile;

import io.imdsight.record.AgentRun;
import io.imdsight.record.CaptureGap;
import io.imdsight.report.Durations;
import java.util.ArrayList;
import java.util.List;

/** When nobody watched, and why. */
final class Watch {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final long MILLI_NANOS = 1_000_000L;

    /** A minute less what a clock that is being corrected may take from it; as in the ledger's own rule. */
    private static final int WHOLE_MILLIS = 59_000;

    /** The agent writes that it lives every ten seconds; half as much again for a disk that is slow. */
    private static final long SIGN_OF_LIFE_NANOS = 15_000_000_000L;

    private final OurRecord ours;

    Watch(OurRecord ours) {
        this.ours = ours;
    }

    /** What kept the slot from being watched throughout; {@code calls} is 0, for any number may have been missed. Empty where it was watched. */
    List<Explanation> unwatched(Slot slot) {
        long from = slot.minute() * MINUTE_NANOS;
        long to = slot.end() * MINUTE_NANOS;
        List<Explanation> out = new ArrayList<>();
        long captured = 0;
        boolean whole = true;
        for (long m = slot.minute(); m < slot.end(); m++) {
            captured += ours.at(m).capturedMillis();
            whole &= ours.at(m).capturedMillis() >= WHOLE_MILLIS;
        }
        if (!whole) {
            away(from, to, out);
        }
        for (CaptureGap g : ours.gaps()) {
            if (g.fromNanos() < to && g.toNanos() >= from) {
                out.add(new Explanation(
                        "capture-gap", 0, "no capture " + Times.span(g.fromNanos(), g.toNanos()) + ": " + g.reason()));
            }
        }
        if (!whole && out.isEmpty()) {
            String of = Durations.of(slot.minutes() * 60_000L);
            out.add(new Explanation("partly-watched", 0, "watched for " + Durations.of(captured) + " of " + of));
        }
        return out;
    }

    /** Times without an agent that touch these: before its first life, between two, after the last. */
    private void away(long from, long to, List<Explanation> out) {
        List<AgentRun> runs = ours.runs();
        if (runs.isEmpty()) {
            out.add(new Explanation("before-imdsight", 0, "no agent has run here"));
            return;
        }
        long first = runs.getFirst().startedNanos();
        if (first > from) {
            out.add(new Explanation("before-imdsight", 0, "before the ledger's first agent, " + Times.second(first)));
        }
        long end = Long.MIN_VALUE;
        for (int i = 0; i < runs.size(); i++) {
            AgentRun run = runs.get(i);
            end = Math.max(end, run.endedNanos());
            long next = i + 1 < runs.size() ? runs.get(i + 1).startedNanos() : Long.MAX_VALUE;
            if (end < to && next > from && next > end && !(next == Long.MAX_VALUE && alive(run, to))) {
                out.add(new Explanation("agent-down", 0, down(run, end, next)));
            }
        }
    }

    /** A life that has not ended in the ledger: it runs, or it was killed and nobody has started since. Its last sign of life decides. */
    private static boolean alive(AgentRun run, long to) {
        return run.end().equals("running") && run.endedNanos() > to - SIGN_OF_LIFE_NANOS;
    }

    private static String down(AgentRun run, long end, long next) {
        String how = run.end().equals("stopped") ? "stopped" : "killed";
        return next == Long.MAX_VALUE
                ? "no agent since " + Times.second(end) + " (" + how + ")"
                : "no agent " + Times.span(end, next) + " (" + how + ")";
    }

    /** For how much of a stretch an agent ran and captured, from its lives and gaps. */
    long watchedMillis(long fromMinute, long toMinute) {
        long from = fromMinute * MINUTE_NANOS;
        long to = toMinute * MINUTE_NANOS;
        long nanos = 0;
        for (AgentRun r : ours.runs()) {
            nanos += overlap(r.startedNanos(), r.endedNanos(), from, to);
        }
        for (CaptureGap g : ours.gaps()) {
            nanos -= overlap(g.fromNanos(), g.toNanos(), from, to);
        }
        return Math.max(0, nanos / MILLI_NANOS);
    }

    private static long overlap(long a, long b, long from, long to) {
        return Math.max(0, Math.min(b, to) - Math.max(a, from));
    }
}
