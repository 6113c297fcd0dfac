package io.imdsight.model;

/** Why a caller used version 1. */
public enum Cause implements Labelled {
    /** The caller has made no token request. */
    NEVER_TRIED("never-tried"),
    /** Its token request got no answer that reached it: a hop limit. */
    TOKEN_UNANSWERED("token-unanswered"),
    /** Its token request was answered with 403, 404, 405 or 5xx. */
    TOKEN_REFUSED("token-refused"),
    /** It got a token and still calls without. */
    TOKEN_UNUSED("token-unused"),
    /** Seen too late, or the caller is not known. */
    UNKNOWN("unknown");

    private final String label;

    Cause(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
