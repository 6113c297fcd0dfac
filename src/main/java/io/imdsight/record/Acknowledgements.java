package io.imdsight.record;

import java.util.ArrayList;
import java.util.List;

/** That minutes have arrived where they were to be published: written at once, or held while the disk refuses it. Under the ledger's monitor. */
final class Acknowledgements {
    private record Acknowledgement(Destination destination, List<PendingMinute> sent) {}

    private final LedgerStore store;

    /** What the disk refused. Nothing is given out while there is any, so there is little. */
    private final List<Acknowledgement> unwritten = new ArrayList<>();

    Acknowledgements(LedgerStore store) {
        this.store = store;
    }

    void add(Destination destination, List<PendingMinute> sent) {
        unwritten.add(new Acknowledgement(destination, List.copyOf(sent)));
        write();
    }

    /** Tries the disk again, in order. */
    void write() {
        while (!unwritten.isEmpty()
                && store.attempt(w -> w.acknowledge(
                        unwritten.getFirst().destination(), unwritten.getFirst().sent()))) {
            unwritten.removeFirst();
        }
    }

    /** Whether the file has them all: what it calls pending is pending. */
    boolean areWritten() {
        return unwritten.isEmpty();
    }
}
