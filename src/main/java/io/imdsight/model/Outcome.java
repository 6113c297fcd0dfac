package io.imdsight.model;

/** How a request ended. */
public enum Outcome implements Labelled {
    /** Answered with 2xx. */
    SERVED("served"),
    /** Answered with 401 or 403. */
    REFUSED("refused"),
    /** Answered with any other status. */
    FAILED("failed"),
    /** The connection ended, or 30 s passed, without an answer that reached the originator. */
    UNANSWERED("unanswered"),
    /** The answer fell into a gap, or the capture ended before it could come. */
    UNDETERMINED("undetermined");

    private final String label;

    Outcome(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }
}
