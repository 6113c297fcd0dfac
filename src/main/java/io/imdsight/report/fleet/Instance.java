package io.imdsight.report.fleet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is known of one machine. Times are seconds since 1970; {@link #NEVER} where there is none. */
final class Instance {
    static final long NEVER = Long.MIN_VALUE;

    /** Blocking callers that are told apart on one instance; the rest is one, {@link CallerIdentity#OTHER}. */
    static final int CALLERS_MAX = 256;

    final String id;
    /** The host's name, where that is not the id; null where not known. */
    String name;
    /** Whether all that is known are sightings of event files, which have no heartbeats. */
    final boolean fromEvents;

    long requests;
    long v1;
    long v2;
    long undetermined;
    long blocking;
    long first = Long.MAX_VALUE;
    long last = NEVER;
    long lastHeartbeat = NEVER;
    int heartbeats;
    int unsound;
    boolean dropped;
    boolean missed;
    boolean interrupted;
    boolean hidden;
    /** Whether a heartbeat of the window counts blocking calls. */
    boolean heartbeatBlocks;

    final Coverage coverage = new Coverage();
    final long[] blockedDays;
    final long[] heardDays;
    /** Blocking calls by day; only of event files, of which it shows late whether they count. */
    private long[] blockingByDay;

    private Use uses;
    private int callers;

    Instance(String id, boolean fromEvents, int days) {
        this.id = id;
        this.fromEvents = fromEvents;
        this.blockedDays = new long[(days + 63) / 64];
        this.heardDays = new long[(days + 63) / 64];
    }

    static void mark(long[] days, int day) {
        days[day >> 6] |= 1L << day;
    }

    static boolean isMarked(long[] days, int day) {
        return (days[day >> 6] >> day & 1) != 0;
    }

    long[] blockingByDay(int days) {
        blockingByDay = blockingByDay == null ? new long[days] : blockingByDay;
        return blockingByDay;
    }

    /** What a caller did here; null where it is not known yet. */
    Use use(FleetCaller caller) {
        for (Use u = uses; u != null; u = u.next) {
            if (u.caller == caller) {
                return u;
            }
        }
        return null;
    }

    boolean isFull() {
        return callers >= CALLERS_MAX;
    }

    Use addUse(FleetCaller caller) {
        callers++;
        uses = new Use(caller, uses);
        return uses;
    }

    /** The worst first. */
    List<Use> uses() {
        List<Use> out = new ArrayList<>(callers);
        for (Use u = uses; u != null; u = u.next) {
            out.add(u);
        }
        out.sort(Comparator.comparingLong((Use u) -> u.blocking)
                .thenComparingLong(u -> u.before)
                .thenComparingLong(u -> u.requests)
                .reversed()
                .thenComparing(u -> u.caller.identity, CallerIdentity.ORDER));
        return out;
    }

    /** Callers that block now. */
    List<FleetCaller> blockers() {
        List<FleetCaller> out = new ArrayList<>(callers);
        for (Use u = uses; u != null; u = u.next) {
            if (u.blocking > 0) {
                out.add(u.caller);
            }
        }
        return out;
    }

    boolean isBlocked() {
        return blocking > 0 || heartbeatBlocks;
    }
}
