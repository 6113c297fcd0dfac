package io.imdsight.model;

/** What part of the metadata tree a request asks for, whatever the version in front. */
public enum PathClass implements Labelled {
    /** Credentials of the role or of the instance identity: meta-data/iam/security-credentials, meta-data/identity-credentials. */
    CREDENTIALS("credentials"),
    /** dynamic/instance-identity. */
    IDENTITY("identity"),
    /** user-data. */
    USER_DATA("user-data"),
    /** Anything else below meta-data. */
    META_DATA("meta-data"),
    /** Anything else below dynamic. */
    DYNAMIC("dynamic"),
    /** api/token. */
    TOKEN("token"),
    /** The root, or a version by itself. */
    LISTING("listing"),
    /** Another cloud's tree. */
    FOREIGN("foreign"),
    /** Anything else, or a path that was not seen. */
    OTHER("other");

    private final String label;

    PathClass(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
