package io.imdsight.cli;

import io.imdsight.model.Sighting;
import io.imdsight.publish.CallerLog;
import io.imdsight.publish.CallerSeries;
import io.imdsight.publish.EventFile;
import io.imdsight.publish.MemorySource;
import io.imdsight.record.TallyKey;
import java.io.IOException;

/**
 * Hands each sighting to every way out of the agent that takes sightings. What is null is switched off.
 *
 * @param printer standard output, a line a request
 * @param log standard output, a line a new caller; one of the two is null
 * @param events the event file
 * @param series counts by caller for the scrape endpoint
 * @param feed counts for the feed, where no ledger keeps them
 */
record AgentOutput(SightingPrinter printer, CallerLog log, EventFile events, CallerSeries series, MemorySource feed)
        implements SightingThread.Output {
    /** What cannot be printed ends the agent; nothing else does. */
    @Override
    public void accept(Sighting sighting) {
        TallyKey key = TallyKey.of(sighting);
        series.accept(key);
        if (feed != null) {
            feed.accept(key);
        }
        if (events != null) {
            events.accept(sighting, key);
        }
        if (printer != null) {
            printer.print(sighting);
        }
        if (log != null) {
            try {
                log.accept(sighting, key);
            } catch (IOException e) {
                throw SightingPrinter.failure(e);
            }
        }
    }

    @Override
    public void flush() {
        if (printer != null) {
            printer.flush();
        }
        if (events != null) {
            events.flush();
        }
    }
}
