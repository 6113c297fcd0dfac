package io.imdsight.report.fleet;

/** Sums of counts that strangers wrote: at the end of a long they stay there. */
final class Sums {
    private Sums() {}

    /** Both are 0 or above. */
    static long add(long a, long b) {
        long out = a + b;
        return out < 0 ? Long.MAX_VALUE : out;
    }
}
