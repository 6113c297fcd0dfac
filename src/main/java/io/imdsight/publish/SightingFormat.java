package io.imdsight.publish;

import io.imdsight.model.Sighting;

/** Turns a sighting into one line. An instance keeps small caches: one thread at a time. */
public interface SightingFormat {
    /** Appends the sighting's line, line feed included. */
    void append(Sighting sighting, LineBuffer out);
}
