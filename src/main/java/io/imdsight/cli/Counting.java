package io.imdsight.cli;

import io.imdsight.model.Sighting;

/**
 * Counts what is handed on.
 *
 * @param output gets it
 */
record Counting(SightingThread.Output output, Counts counts) implements SightingThread.Output {
    @Override
    public void accept(Sighting sighting) {
        output.accept(sighting);
        counts.sighting(sighting);
    }

    @Override
    public void flush() {
        output.flush();
    }
}
