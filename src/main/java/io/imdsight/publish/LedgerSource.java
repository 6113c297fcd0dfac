package io.imdsight.publish;

import io.imdsight.record.Destination;
import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingMinutes;
import io.imdsight.record.PendingTally;
import io.imdsight.record.Tally;
import java.util.ArrayList;
import java.util.List;

/** The ledger as the feed's source: what was written and not yet acknowledged when the agent died is written again. */
public final class LedgerSource implements FeedSource {
    /** After a long stop there may be days to catch up with; so much a step keeps memory small. */
    private static final int MINUTES_MAX = 60;

    private final PendingMinutes ledger;
    private List<PendingMinute> given = List.of();

    /**
     * @param fromMinute what was counted before is of no interest, where the ledger does not know this feed yet
     */
    public LedgerSource(PendingMinutes ledger, long fromMinute) {
        this.ledger = ledger;
        ledger.register(Destination.FEED, fromMinute);
    }

    @Override
    public List<Tally> due(long beforeMinute) {
        given = ledger.closedMinutes(Destination.FEED, beforeMinute, MINUTES_MAX);
        List<Tally> out = new ArrayList<>();
        for (PendingMinute minute : given) {
            for (PendingTally t : minute.tallies()) {
                if (t.pending() > 0) {
                    out.add(new Tally(t.key(), t.pending()));
                }
            }
        }
        if (out.isEmpty()) {
            written(); // minutes with nothing in them need no record
        }
        return out;
    }

    @Override
    public void written() {
        if (!given.isEmpty()) {
            ledger.acknowledge(Destination.FEED, given);
            given = List.of();
        }
    }

    /** The ledger keeps it for the next time. */
    @Override
    public long lost() {
        return 0;
    }
}
