package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The entries of a directory whose names are numbers, as in /proc and /proc/PID/fd. Java's own listing costs an object or two an entry.
 *
 * <pre>
 * struct linux_dirent64 (linux/dirent.h): u64 inode | s64 offset | u16 record length @16 | u8 type @18 | name, ending with a 0 byte @19
 * </pre>
 */
final class DirectoryList {
    /** What one call returns at most: some 1,300 entries. */
    private static final int BUFFER_BYTES = 32 * 1024;

    private static final int RECORD_LENGTH = 16;
    private static final int NAME = 19;

    /** Takes entries until it has enough. */
    interface Visitor {
        /**
         * One entry.
         *
         * @return false to end
         */
        boolean entry(int number);
    }

    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());

    /** Visits the entries in the kernel's order. Stops early, without an error, where the directory goes away. */
    void visit(FileDescriptor directory, Visitor visitor) {
        NativeLong fd = new NativeLong(directory.number());
        while (true) {
            int got = LibC.syscall(SystemCall.GETDENTS64.number(), fd, buffer, new NativeLong(buffer.length))
                    .intValue();
            if (got <= 0 && (got == 0 || Native.getLastError() != KernelException.EINTR)) {
                return;
            }
            if (!visitBuffer(got, visitor)) {
                return;
            }
        }
    }

    private boolean visitBuffer(int length, Visitor visitor) {
        int at = 0;
        while (at + NAME < length) {
            int size = view.getShort(at + RECORD_LENGTH) & 0xffff;
            if (size <= NAME || at + size > length) {
                return false;
            }
            int number = number(at + NAME, at + size);
            if (number >= 0 && !visitor.entry(number)) {
                return false;
            }
            at += size;
        }
        return true;
    }

    private int number(int from, int end) {
        int value = 0;
        int i = from;
        while (i < end && buffer[i] >= '0' && buffer[i] <= '9' && value < 100_000_000) {
            value = value * 10 + buffer[i++] - '0';
        }
        return i > from && i < end && buffer[i] == 0 ? value : -1;
    }
}
