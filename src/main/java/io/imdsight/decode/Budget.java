package io.imdsight.decode;

/** Bytes that may be held over all connections. One thread. */
final class Budget {
    private final long max;
    private long used;

    Budget(long max) {
        this.max = max;
    }

    /** Takes bytes from the budget; false, and nothing taken, where it does not have them. */
    boolean take(long bytes) {
        if (used + bytes > max) {
            return false;
        }
        used += bytes;
        return true;
    }

    void giveBack(long bytes) {
        used -= bytes;
    }

    long used() {
        return used;
    }
}
