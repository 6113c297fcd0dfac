package io.imdsight.cli;

import io.imdsight.model.Labelled;

/** How results are printed. */
enum OutputFormat implements Labelled {
    /** One line a sighting, for people. */
    TEXT("text"),
    /** One JSON object a line. */
    JSON("json");

    private final String label;

    OutputFormat(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
