package io.imdsight.publish.cloudwatch;

import io.imdsight.model.Classification;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.KernelOnly;
import io.imdsight.model.Outcome;
import io.imdsight.model.Version;
import io.imdsight.record.PendingMinute;
import io.imdsight.record.PendingTally;
import java.util.Map;

/** The metrics. Few, for each of them costs money with each set of dimensions: docs/cloudwatch.md. Unit of all: Count. */
public enum Metric {
    /** v1 calls that were served; AWS's metric of the same name. */
    METADATA_NO_TOKEN("MetadataNoToken", true),
    /** v1 calls that were refused; AWS's metric of the same name. */
    METADATA_NO_TOKEN_REJECTED("MetadataNoTokenRejected", true),
    /** v1 calls that ended otherwise: failed, unanswered, or hidden. */
    METADATA_NO_TOKEN_OTHER("MetadataNoTokenOther", false),
    /** v2 calls, token requests included. */
    METADATA_TOKEN("MetadataToken", false),
    /** Calls whose version could not be seen. */
    UNDETERMINED("Undetermined", false),
    /** v1 calls, of the above, whose caller is not known. */
    NO_TOKEN_UNATTRIBUTED("MetadataNoTokenUnattributed", false),
    /** Connections that the kernel saw and the capture did not. Not a count of calls. */
    CONNECTIONS_MISSED("ConnectionsMissed", false);

    private final String published;
    private final boolean essential;

    Metric(String published, boolean essential) {
        this.published = published;
        this.essential = essential;
    }

    /** CloudWatch's name for it. */
    public String published() {
        return published;
    }

    /** Whether it is one of the two that mirror AWS's own. */
    public boolean essential() {
        return essential;
    }

    /** What is still to be said of a minute; 0 where nothing. */
    long pending(PendingMinute minute) {
        return switch (this) {
            // known of the minute as a whole, so said once: there is no further delta of it
            case CONNECTIONS_MISSED -> minute.acknowledgements() == 0 ? missed(minute) : 0;
            case NO_TOKEN_UNATTRIBUTED ->
                minute.tallies().stream()
                        .filter(t -> counts(t.key().classification()) && t.key().evidence() == EvidenceMethod.NONE)
                        .mapToLong(PendingTally::pending)
                        .sum();
            default -> minute.pending(this::counts);
        };
    }

    /** Whether a request belongs to this metric. */
    boolean counts(Classification c) {
        return switch (this) {
            case METADATA_NO_TOKEN -> c.version() == Version.V1 && c.outcome() == Outcome.SERVED;
            case METADATA_NO_TOKEN_REJECTED -> c.version() == Version.V1 && c.outcome() == Outcome.REFUSED;
            case METADATA_NO_TOKEN_OTHER ->
                c.version() == Version.V1 && c.outcome() != Outcome.SERVED && c.outcome() != Outcome.REFUSED;
            case METADATA_TOKEN -> c.version() == Version.V2;
            case UNDETERMINED -> c.version() == Version.UNDETERMINED;
            case NO_TOKEN_UNATTRIBUTED -> c.version() == Version.V1;
            case CONNECTIONS_MISSED -> false;
        };
    }

    /** A connect that was refused was no connection. */
    private static long missed(PendingMinute minute) {
        if (minute.coverage() == null) {
            return 0;
        }
        return minute.coverage().connections().reasons().entrySet().stream()
                .filter(e -> e.getKey() != KernelOnly.REFUSED)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
