package io.imdsight.cli;

/** Ends a command with an exit status and one sentence that names the operation, the cause and the remedy. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * A failure.
     *
     * @param status see {@link ExitStatus}
     * @param message what is printed; null prints nothing
     */
    Failure(int status, String message) {
        this(status, message, null);
    }

    Failure(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** Whoever read our output has closed it, as {@code head} does: there is nobody left to tell, and nothing is wrong. */
    static Failure readerGone(Throwable cause) {
        return new Failure(ExitStatus.DONE, null, cause);
    }

    int status() {
        return status;
    }
}
