package io.imdsight.capture;

/** Packets cannot be captured, or no longer. The message is one sentence with the operation, the cause and the remedy. */
public final class CaptureException extends Exception {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Kind {
        /** The process lacks CAP_NET_RAW. */
        NOT_PERMITTED,
        /** There is no interface of that name here. */
        NO_SUCH_INTERFACE,
        /** The interface is there, and down. */
        INTERFACE_DOWN,
        /** libpcap is not installed. */
        NO_LIBPCAP,
        /** No route leads to any endpoint, so there is no interface to choose. */
        NO_ROUTE,
        /** The interface was there when the capture began, and went. */
        INTERFACE_GONE,
        /** Anything else; the message has libpcap's words. */
        FAILED
    }

    private final Kind kind;

    CaptureException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
