package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;

/** An open file of the kernel. Closing twice does no harm. */
final class FileDescriptor implements Closeable {
    private int fd;

    private FileDescriptor(int fd) {
        this.fd = fd;
    }

    /** Takes what an opening call returned. */
    static FileDescriptor of(String operation, long returned) throws KernelException {
        if (returned < 0) {
            throw new KernelException(operation, Native.getLastError());
        }
        return new FileDescriptor((int) returned);
    }

    int number() {
        return fd;
    }

    /** Reads a whole file from here on, up to a limit; files of /proc and tracefs say no length beforehand. */
    byte[] readAll(String operation, int bytesMax) throws KernelException {
        byte[] buffer = new byte[Math.min(bytesMax, 4096)];
        int length = 0;
        byte[] chunk = buffer;
        while (length < bytesMax) {
            long got = LibC.read(fd, chunk, new NativeLong(Math.min(chunk.length, bytesMax - length)))
                    .longValue();
            if (got < 0 && Native.getLastError() == KernelException.EINTR) {
                continue;
            }
            if (got < 0) {
                throw new KernelException(operation, Native.getLastError());
            }
            if (got == 0) {
                break;
            }
            if (chunk != buffer) {
                if (length + (int) got > buffer.length) {
                    buffer = java.util.Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + (int) got));
                }
                System.arraycopy(chunk, 0, buffer, length, (int) got);
            } else {
                chunk = new byte[buffer.length];
            }
            length += (int) got;
        }
        return java.util.Arrays.copyOf(buffer, length);
    }

    @Override
    public void close() {
        if (fd >= 0) {
            LibC.close(fd);
            fd = -1;
        }
    }
}
