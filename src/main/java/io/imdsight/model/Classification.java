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

    /**
     * Whether requiring tokens would break it: it has none, is served, is no token request, which the service treats alike in both settings, and no probe
     * for another cloud. The one rule for audit, feed and report.
     */
    public boolean blocks() {
        return version == Version.V1 && kind == Kind.METADATA && outcome == Outcome.SERVED;
    }

    /** Whether that cannot be told, because the capture hides whether it had a token or whether it was served. */
    public boolean mayBlock() {
        boolean hidden =
                outcome == Outcome.UNDETERMINED || outcome == Outcome.SERVED && version == Version.UNDETERMINED;
        return hidden && version != Version.V2 && kind == Kind.METADATA;
    }
}
