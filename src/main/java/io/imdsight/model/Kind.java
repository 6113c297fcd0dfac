package io.imdsight.model;

/** What a request is for. */
public enum Kind implements Labelled {
    /** A request for a session token: PUT …/api/token. */
    TOKEN("token"),
    /** Anything else for the metadata service. */
    METADATA("metadata"),
    /** A probe for another cloud's metadata service at the same address. */
    FOREIGN("foreign");

    private final String label;

    Kind(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
