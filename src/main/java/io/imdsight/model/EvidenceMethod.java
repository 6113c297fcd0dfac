package io.imdsight.model;

/** How a caller is known. */
public enum EvidenceMethod implements Labelled {
    /** The kernel named the process when it connected or, where another had connected, when it sent. */
    CONNECT_PROBE("connect-probe"),
    /** Found through the live socket. */
    SOCKET_TABLE("socket-table"),
    /** Not known; the reason is given. */
    NONE("none");

    private final String label;

    EvidenceMethod(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
