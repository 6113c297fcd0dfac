package io.imdsight.report.reconcile;

import io.imdsight.record.AgentRun;
import io.imdsight.record.CaptureGap;
import io.imdsight.record.Coverage;
import io.imdsight.record.Tallies;
import io.imdsight.record.Tally;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** What the ledger has of a stretch of time: counts and coverage by minute, the agent's lives and gaps. */
public final class OurRecord {
    /** So much is read at once: a ledger can have thousands of tallies an hour, and only sums are kept. */
    private static final long READ_MINUTES = 360;

    private static final OurMinute NOTHING = new OurMinute();

    private final NavigableMap<Long, OurMinute> minutes = new TreeMap<>();
    private final List<AgentRun> runs;
    private final List<CaptureGap> gaps;

    private OurRecord(List<AgentRun> runs, List<CaptureGap> gaps) {
        this.runs = List.copyOf(runs);
        this.gaps = List.copyOf(gaps);
    }

    /**
     * Reads the minutes from (included) to (excluded).
     *
     * @param runs all lives of the agent that are known, in order: also those before these minutes
     * @param gaps likewise
     */
    public static OurRecord read(
            Tallies ledger, List<AgentRun> runs, List<CaptureGap> gaps, long fromMinute, long toMinute) {
        OurRecord out = new OurRecord(runs, gaps);
        for (long from = fromMinute; from < toMinute; from += READ_MINUTES) {
            long to = Math.min(toMinute, from + READ_MINUTES);
            for (Tally t : ledger.tallies(from, to)) {
                out.minutes
                        .computeIfAbsent(t.key().minute(), m -> new OurMinute())
                        .add(t.key(), t.count());
            }
            for (Coverage c : ledger.coverage(from, to)) {
                out.minutes.computeIfAbsent(c.minute(), m -> new OurMinute()).cover(c);
            }
        }
        return out;
    }

    /** The minutes of which there is anything. */
    NavigableMap<Long, OurMinute> minutes() {
        return minutes;
    }

    OurMinute at(long minute) {
        return minutes.getOrDefault(minute, NOTHING);
    }

    long count(AwsMetric metric, long fromMinute, long toMinute) {
        return minutes.subMap(fromMinute, toMinute).values().stream()
                .mapToLong(m -> m.count(metric))
                .sum();
    }

    List<AgentRun> runs() {
        return runs;
    }

    List<CaptureGap> gaps() {
        return gaps;
    }
}
