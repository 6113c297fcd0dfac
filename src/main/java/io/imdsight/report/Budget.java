package io.imdsight.report;

import io.imdsight.record.CallerKey;
import io.imdsight.record.Tally;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What calls cost: an interface passes only so many packets a second to link-local services, and drops the rest, whoever sends them.
 *
 * @param links by interface; empty where nothing was captured
 * @param rates by caller
 */
public record Budget(List<LinkBudget> links, Map<CallerKey, CallerRate> rates) {
    /** A rate over less than that is none: a ledger's first minute is written down as watched only when it is over. */
    private static final long WATCHED_MILLIS_MIN = 1_000;

    /** Nothing known. */
    static final Budget NONE = new Budget(List.of(), Map.of());

    public Budget {
        links = List.copyOf(links);
        rates = Map.copyOf(rates);
    }

    static Budget of(Verdict verdict, List<Tally> tallies, List<LinkBudget> links) {
        Map<CallerKey, CallerCounts> counts = new HashMap<>();
        long requests = 0;
        for (Tally t : tallies) {
            counts.computeIfAbsent(t.key().caller(), k -> new CallerCounts()).add(t);
            requests += t.count();
        }
        long packets = links.stream().mapToLong(l -> l.use().packets()).max().orElse(0);
        double packetsPerRequest = requests == 0 ? 0 : (double) packets / requests;
        long watchedMillis = verdict.evidence().watchedMillis();
        Map<CallerKey, CallerRate> rates = new HashMap<>();
        if (watchedMillis < WATCHED_MILLIS_MIN) {
            return new Budget(links, rates);
        }
        for (CallerFinding f : verdict.callers()) {
            CallerCounts c = counts.get(f.key());
            if (c != null) {
                rates.put(f.key(), c.rate(f, watchedMillis, packetsPerRequest));
            }
        }
        return new Budget(links, rates);
    }

    CallerRate rate(CallerFinding f) {
        return rates.getOrDefault(f.key(), CallerRate.NONE);
    }

    /** Whether the network card has dropped packets for it in this window. */
    boolean isExceeded() {
        return links.stream().anyMatch(l -> l.exceeded() != null && l.exceeded() > 0);
    }
}
