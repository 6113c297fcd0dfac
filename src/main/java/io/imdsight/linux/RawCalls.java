package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * System calls on the way from a connect to its process: numbers only, for a NativeLong costs 1 µs a call, and 10 until it is compiled. Only
 * 64-bit machines, where a C long is a Java long. As in {@link LibC}, -1 means that {@link Native#getLastError} has the error number.
 */
final class RawCalls {
    static {
        Native.register(RawCalls.class, "c");
    }

    private RawCalls() {}

    static native int openat(int directory, long path, int flags);

    static native int close(int fd);

    static native long read(int fd, long buffer, long length);

    static native long write(int fd, long buffer, long length);

    static native int poll(long fds, long count, int timeoutMillis);

    static native long lseek(int fd, long offset, int whence);

    static native long readlinkat(int directory, long path, long target, long length);

    static native long syscall(long number, long a, long b, long c);

    static native int clock_gettime(int clock, long timespec);

    /** Memory for one thread's calls: a path to pass in, and data that comes out. */
    static final class Scratch {
        /** One listing call returns some 1,300 entries; a read of /proc never more than a page, command lines aside. */
        static final int DATA_BYTES = 32 * 1024;

        /** The root of /proc, a number, a name. */
        private static final int PATH_BYTES = 1024;

        private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

        /** Kept so that the memory is not freed. */
        private final Memory memory = new Memory(PATH_BYTES + DATA_BYTES);

        private final ByteBuffer view =
                memory.getByteBuffer(0, PATH_BYTES + DATA_BYTES).order(ByteOrder.nativeOrder());

        /** What came out. */
        final ByteBuffer data = view.slice(PATH_BYTES, DATA_BYTES).order(ByteOrder.nativeOrder());

        final long pathAddress = Pointer.nativeValue(memory);
        final long dataAddress = pathAddress + PATH_BYTES;

        /** The calling thread's. */
        static Scratch get() {
            return OF_THREAD.get();
        }

        /** Puts a path into place; longer ones are cut and will not be found. */
        long path(String text) {
            int length = Math.min(text.length(), PATH_BYTES - 1);
            for (int i = 0; i < length; i++) {
                view.put(i, (byte) text.charAt(i));
            }
            view.put(length, (byte) 0);
            return pathAddress;
        }

        /** Copies what came out. */
        byte[] take(int length) {
            byte[] out = new byte[length];
            data.get(0, out);
            return out;
        }
    }
}
