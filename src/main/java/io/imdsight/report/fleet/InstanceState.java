package io.imdsight.report.fleet;

import io.imdsight.model.Labelled;

/** Whether tokens may be required on an instance; the worst first. */
enum InstanceState implements Labelled {
    /** It made calls in the window that would break. */
    BLOCKED("blocked"),
    /** It made none that was seen, but one could have been missed. */
    INCONCLUSIVE("inconclusive"),
    /** Nothing is heard of it any more. */
    SILENT("silent"),
    /** It made none, and the evidence is complete. */
    READY("ready");

    private final String label;

    InstanceState(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
