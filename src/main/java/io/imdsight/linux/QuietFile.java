package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.io.IOException;

/**
 * A file to be looked into without a trace: opening it neither waits nor follows a link, and leaves its access time alone where the kernel permits that
 * (the file's owner, or CAP_FOWNER). Not for use by several threads.
 */
public final class QuietFile implements Closeable {
    private static final int SEEK_SET = 0;
    private static final int SEEK_END = 2;

    private final FileDescriptor fd;
    private final long length;
    private long position;

    private QuietFile(FileDescriptor fd, long length) {
        this.fd = fd;
        this.length = length;
    }

    static QuietFile open(int directory, String name) throws IOException {
        int flags = LibC.O_RDONLY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
        int got = LibC.openat(directory, name, flags | LibC.O_NOATIME);
        if (got < 0 && Native.getLastError() == KernelException.EPERM) {
            got = LibC.openat(directory, name, flags);
        }
        FileDescriptor fd = FileDescriptor.of("open " + name, got);
        // a pipe or a socket has no end to go to
        long length = RawCalls.lseek(fd.number(), 0, SEEK_END);
        if (length < 0) {
            int error = Native.getLastError();
            fd.close();
            throw new KernelException("find the length of " + name, error);
        }
        return new QuietFile(fd, length);
    }

    /** How many bytes it had when it was opened. */
    public long length() {
        return length;
    }

    /**
     * Reads some.
     *
     * @return how many bytes were read; 0 at the end
     */
    public int read(long at, byte[] into, int offset, int count) throws IOException {
        byte[] part = offset == 0 ? into : new byte[count];
        if (at < 0 || (at != position || at == 0) && RawCalls.lseek(fd.number(), at, SEEK_SET) < 0) {
            return 0;
        }
        int got = LibC.read(fd.number(), part, new NativeLong(count)).intValue();
        if (got < 0) {
            throw new KernelException("read", Native.getLastError());
        }
        position = at + got;
        if (part != into) {
            System.arraycopy(part, 0, into, offset, got);
        }
        return got;
    }

    @Override
    public void close() {
        fd.close();
    }
}
