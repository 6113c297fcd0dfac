package io.imdsight.model;

/**
 * What an exchange means. Rules: docs/classification.md.
 *
 * @param version never null
 * @param kind never null
 * @param outcome never null
 * @param pathClass never null
 */
public record Classification(Version version, Kind kind, Outcome outcome, PathClass pathClass) {
    /** Whether AWS's metric {@code MetadataNoToken} counts this request. */
    public boolean countsAsNoToken() {
        return version == Version.V1 && outcome == Outcome.SERVED;
    }

    /** Whether AWS's metric {@code MetadataNoTokenRejected} counts this request. */
    public boolean countsAsNoTokenRejected() {
        return version == Version.V1 && outcome == Outcome.REFUSED;
    }
}
