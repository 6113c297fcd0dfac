package io.imdsight.report.reconcile;

import io.imdsight.model.Labelled;

/** AWS's own two counts of calls without a token; namespace {@code AWS/EC2}, dimension {@code InstanceId}. */
public enum AwsMetric implements Labelled {
    /** Calls without a token that were served; emitted while tokens are optional. */
    NO_TOKEN("MetadataNoToken"),
    /** Calls without a token that were refused because tokens are required; emitted only then. */
    REJECTED("MetadataNoTokenRejected");

    private final String label;

    AwsMetric(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
