package io.imdsight.publish.cloudwatch;

import java.util.random.RandomGenerator;

/** How long to wait after failures in a row: doubling, and drawn at random so that a fleet that failed together does not come back together. */
final class Backoff {
    /** The first wait is drawn from 0 to twice this. */
    private static final long BASE_MILLIS = 5_000;

    /** Long enough to be no load for a service in trouble, short enough to be back soon after it. */
    private static final long MAX_MILLIS = 15 * 60_000;

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** After one more failure; at least a second. */
    long nextMillis() {
        failures = Math.min(failures + 1, 30);
        long bound = Math.min(MAX_MILLIS, BASE_MILLIS << Math.min(failures, 20));
        return 1_000 + random.nextLong(bound);
    }

    void reset() {
        failures = 0;
    }
}
