package io.imdsight.report;

import io.imdsight.model.Labelled;

/** Whether tokens may be required here. */
public enum Decision implements Labelled {
    /** No call was seen that would break, and the evidence is complete. */
    READY("ready"),
    /** Calls were seen that would break. */
    BLOCKED("blocked"),
    /** None was seen, but one could have been missed. */
    INCONCLUSIVE("inconclusive");

    private final String label;

    Decision(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
