package io.imdsight.linux;

import java.io.IOException;

/** A system call that failed. The message carries the operation and the kernel's words. */
public final class KernelException extends IOException {
    /** Error numbers that callers tell apart; asm-generic/errno-base.h and errno.h. */
    static final int EPERM = 1;

    /** See {@link #EPERM}. */
    static final int ENOENT = 2;

    /** See {@link #EPERM}. */
    static final int EINTR = 4;

    /** See {@link #EPERM}. */
    static final int EAGAIN = 11;

    /** See {@link #EPERM}. */
    static final int EACCES = 13;

    /** See {@link #EPERM}. */
    static final int EEXIST = 17;

    /** See {@link #EPERM}. */
    static final int ENODEV = 19;

    /** See {@link #EPERM}. */
    static final int EINVAL = 22;

    /** See {@link #EPERM}. */
    public static final int EOPNOTSUPP = 95;

    /** See {@link #EPERM}. */
    static final int ENOBUFS = 105;

    private static final long serialVersionUID = 1;

    private final int error;

    /**
     * Describes a failure.
     *
     * @param operation what was attempted, as "open perf event on CPU 0"
     * @param error the error number
     */
    public KernelException(String operation, int error) {
        super(operation + ": " + LibC.strerror(error));
        this.error = error;
    }

    /** The error number. */
    public int error() {
        return error;
    }

    /** Whether a missing privilege is the cause. */
    public boolean isPermission() {
        return error == EPERM || error == EACCES;
    }
}
