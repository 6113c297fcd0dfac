package io.imdsight.report.reconcile;

import io.imdsight.model.Labelled;

/** What a comparison comes to. */
public enum Conclusion implements Labelled {
    /** Every point agrees. */
    EQUAL("equal"),
    /** The ledger explains every difference. */
    EXPLAINED("explained"),
    /** There are differences that it does not explain. */
    UNEXPLAINED("unexplained"),
    /** There is nothing to compare: CloudWatch has no point, or no agent watched. */
    INCONCLUSIVE("inconclusive");

    private final String label;

    Conclusion(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
