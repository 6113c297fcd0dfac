package io.imdsight.report.fleet;

import io.imdsight.model.Cause;
import java.util.ArrayList;
import java.util.List;

/** A caller that blocked somewhere, over the whole fleet. Times are seconds since 1970. */
final class FleetCaller {
    final CallerIdentity identity;
    /** One that it sent; null where none was seen. */
    String userAgent;

    private final long[] causes = new long[Cause.values().length];
    /** Blocking calls in the window. */
    long blocking;
    /** Requests without a token for credentials, in the window. */
    long credentials;
    /** The first and the last blocking call of the history. */
    long first = Long.MAX_VALUE;

    long last = Long.MIN_VALUE;
    /** Where it blocks now: known once everything is read. */
    final List<Instance> instances = new ArrayList<>();
    /** Where it blocked before the window, and does no more. */
    int fixed;
    /** Where nothing else blocks. */
    int alone;

    FleetCaller(CallerIdentity identity) {
        this.identity = identity;
    }

    /** A record of its, with what no {@link Use} keeps. */
    void note(FeedRecord r, boolean inWindow) {
        // the smallest, so that the order of the files makes no difference
        if (r.userAgent != null && (userAgent == null || r.userAgent.compareTo(userAgent) < 0)) {
            userAgent = r.userAgent;
        }
        if (inWindow) {
            for (int i = 0; i < causes.length; i++) {
                causes[i] = Sums.add(causes[i], r.causes[i]);
            }
        }
    }

    /** What it did on one instance, once everything is read. */
    void add(Instance instance, Use use) {
        if (use.blocking == 0 && use.before == 0) {
            return;
        }
        first = Math.min(first, use.first);
        last = Math.max(last, use.last);
        blocking = Sums.add(blocking, use.blocking);
        credentials = Sums.add(credentials, use.credentials);
        if (use.blocking > 0) {
            instances.add(instance);
        } else {
            fixed++;
        }
    }

    /** The most frequent; null where none is known. */
    Cause cause() {
        int best = 0;
        for (int i = 1; i < causes.length; i++) {
            best = causes[i] > causes[best] ? i : best;
        }
        return causes[best] == 0 ? null : Cause.values()[best];
    }
}
