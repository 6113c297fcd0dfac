package io.imdsight.record;

/** A ledger that cannot be opened or read. The message has operation, cause and remedy. */
public final class LedgerException extends Exception {
    private static final long serialVersionUID = 1;

    /** Which exit status fits. */
    public enum Kind {
        /** There is no ledger, or nothing has ever been written to it. */
        ABSENT,
        /** Another agent holds it. */
        IN_USE,
        /** It is damaged, or none of ours. */
        UNREADABLE,
        /** A later version of the program wrote it. */
        LATER,
        /** The directory or the disk does not allow it. */
        NOT_POSSIBLE
    }

    private final transient Kind kind;

    LedgerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
