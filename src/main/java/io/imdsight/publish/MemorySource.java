package io.imdsight.publish;

import io.imdsight.record.Tally;
import io.imdsight.record.TallyKey;
import java.util.List;

/** Counts in memory as the feed's source, where no ledger is kept: what is not written when the agent dies is lost. */
public final class MemorySource implements FeedSource {
    /** Callers and classifications of the minutes that are not written yet. */
    static final int ROWS_MAX = 1024;

    private final TallyTable rows = new TallyTable(ROWS_MAX);
    private List<Tally> given = List.of();

    /** Counts a sighting. Any thread. */
    public void accept(TallyKey k) {
        rows.add(new TallyKey(k.minute(), CallerText.cut(k.caller()), k.classification(), k.cause(), k.evidence()), 1);
    }

    @Override
    public List<Tally> due(long beforeMinute) {
        rows.putBack(given);
        given = rows.takeBefore(beforeMinute);
        return given;
    }

    @Override
    public void written() {
        given = List.of();
    }

    @Override
    public long lost() {
        rows.putBack(given);
        given = List.of();
        return rows.count();
    }
}
