package io.imdsight.linux;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The entries of a directory whose names are numbers, as in /proc and /proc/PID/fd. Java's own listing costs an object or two an entry.
 *
 * <pre>
 * struct linux_dirent64 (linux/dirent.h): u64 inode | s64 offset | u16 record length @16 | u8 type @18 | name, ending with a 0 byte @19
 * </pre>
 */
final class DirectoryList {
    private static final int RECORD_LENGTH = 16;
    private static final int NAME = 19;

    private DirectoryList() {}

    /** The numbers, in the kernel's order; what was read so far where the directory goes away. */
    static int[] numbers(int directory) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int[] out = new int[16];
        int count = 0;
        while (true) {
            long got = RawCalls.syscall(
                    SystemCall.GETDENTS64.raw(), directory, scratch.dataAddress, RawCalls.Scratch.DATA_BYTES);
            if (got < 0 && Native.getLastError() == KernelException.EINTR) {
                continue;
            }
            if (got <= 0) {
                return Arrays.copyOf(out, count);
            }
            for (int at = 0; at + NAME < got; ) {
                int size = scratch.data.getShort(at + RECORD_LENGTH) & 0xffff;
                if (size <= NAME || at + size > got) {
                    break;
                }
                int number = number(scratch.data, at + NAME, at + size);
                if (number >= 0) {
                    out = count == out.length ? Arrays.copyOf(out, count * 2) : out;
                    out[count++] = number;
                }
                at += size;
            }
        }
    }

    /** The number that a 0 byte ends; -1 where it is none. */
    static int number(ByteBuffer in, int from, int end) {
        int value = 0;
        int i = from;
        while (i < end && in.get(i) >= '0' && in.get(i) <= '9' && value < 100_000_000) {
            value = value * 10 + in.get(i++) - '0';
        }
        return i > from && i < end && in.get(i) == 0 ? value : -1;
    }
}
