package io.imdsight.cli;

import io.imdsight.model.Labelled;

/** What the agent prints on standard output. */
enum LogStyle implements Labelled {
    /** A line a request. */
    CALLS("calls"),
    /** A line when a caller without a token is new or comes back, and summaries: for a service. */
    CALLERS("callers");

    private final String label;

    LogStyle(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
