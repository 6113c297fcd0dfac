package io.imdsight.linux;

import java.io.Closeable;

/** A process whose end can be waited for (pidfd_open(2)); it is not kept from ending, nor is anything of it. */
public final class LiveProcess implements Closeable {
    private int fd;

    private LiveProcess(int fd) {
        this.fd = fd;
    }

    /** Opens a process. Where the kernel cannot (before 5.3), or there is none of that number, waiting for it never ends. */
    public static LiveProcess open(int pid) {
        return new LiveProcess((int) RawCalls.syscall(SystemCall.PIDFD_OPEN.raw(), pid, 0, 0));
    }

    /** Readable once the process has ended; negative where there is none. */
    int descriptor() {
        return fd;
    }

    @Override
    public void close() {
        if (fd >= 0) {
            RawCalls.close(fd);
            fd = -1;
        }
    }
}
