package io.imdsight.cli;

import java.util.concurrent.atomic.LongAdder;

/**
 * What came so far: never less than before, whatever capture has been closed.
 *
 * @param packets read by all captures
 * @param connects that the probe told of, also of namespaces that are not captured
 */
record Activity(LongAdder packets, LongAdder connects) {
    Activity() {
        this(new LongAdder(), new LongAdder());
    }

    /** Both together. */
    long sum() {
        return packets.sum() + connects.sum();
    }
}
