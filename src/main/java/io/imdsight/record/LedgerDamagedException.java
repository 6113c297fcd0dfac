package io.imdsight.record;

/** A ledger that could be opened, and a part of it not read. The message has operation, cause and remedy. */
public final class LedgerDamagedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    LedgerDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
