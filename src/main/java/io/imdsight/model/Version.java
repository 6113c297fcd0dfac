package io.imdsight.model;

/** Which version of the metadata service a request speaks. Rules: docs/classification.md. */
public enum Version implements Labelled {
    /** A complete head without a session token header and without a token TTL header. */
    V1("v1"),
    /** A head with either of the two headers, whatever its value. */
    V2("v2"),
    /** A gap or a limit hides the part of the head that would decide. */
    UNDETERMINED("undetermined");

    private final String label;

    Version(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
