package io.imdsight.record;

import java.util.function.Consumer;

/** Whether the ledger's log grows without an end: a reader that holds an old state keeps it from being copied back. Under the ledger's monitor. */
final class LogGrowth {
    /** Above this size commits come once a second, not with every request. */
    private static final long BYTES_HIGH = 64L << 20;

    private final LedgerStore store;
    private final Consumer<String> say;
    private boolean high;

    /**
     * @param say takes a sentence for the operator each time that it has become so
     */
    LogGrowth(LedgerStore store, Consumer<String> say) {
        this.store = store;
        this.say = say;
    }

    /** Looks whether it is so now. */
    boolean look() {
        boolean was = high;
        high = store.file() != null && store.file().logBytes() > BYTES_HIGH;
        if (high && !was) {
            say.accept("a program has been reading the ledger without an end, and its log has grown above "
                    + (BYTES_HIGH >> 20) + " MiB; until that program ends, counts are written once a second");
        }
        return high;
    }

    /** What the last look said. */
    boolean isHigh() {
        return high;
    }
}
