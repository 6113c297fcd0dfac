package io.imdsight.demo;

import java.io.IOException;

/** The network namespace is not, or not provably, one that was made for this purpose: nothing may be sent in it. */
public final class UnsafeNetworkException extends IOException {
    private static final long serialVersionUID = 1;

    UnsafeNetworkException(String reason) {
        super("refusing to send anything: " + reason);
    }

    UnsafeNetworkException(String reason, Throwable cause) {
        super("refusing to send anything: " + reason, cause);
    }
}
