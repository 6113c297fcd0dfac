package io.imdsight.linux;

import java.util.Arrays;

/**
 * What is needed of /proc/PID/stat, Documentation/filesystems/proc.rst table 1-4: {@code pid (name) state ppid …}. The name may hold anything,
 * blanks, brackets and newlines too; the last closing bracket ends it, for no later field can hold one.
 *
 * @param name the command name, at most 15 bytes as the kernel keeps it
 * @param state as {@code R}, {@code S}, {@code Z}
 * @param parent the parent's pid; 0 where there is none in our pid namespace
 * @param flags PF_… of linux/sched.h
 * @param startTicks when it started, hundredths of a second of CLOCK_BOOTTIME
 */
public record ProcessStat(byte[] name, char state, int parent, long flags, long startTicks) {
    /** USER_HZ: 100 on every architecture that this runs on. */
    public static final long TICK_NANOS = 10_000_000;

    private static final long PF_KTHREAD = 0x0020_0000;

    /** The fields after the name, counted from the state. */
    private static final int PARENT = 1;

    private static final int FLAGS = 6;
    private static final int START = 19;

    /** Whether this is a thread of the kernel, which has no command line. */
    public boolean isKernelThread() {
        return (flags & PF_KTHREAD) != 0;
    }

    /** Whether it has ended and waits for its parent to take note: its command line is gone. */
    public boolean isZombie() {
        return state == 'Z' || state == 'X';
    }

    /** Reads the line; null where it is not one. */
    public static ProcessStat parse(byte[] text) {
        int open = 0;
        while (open < text.length && text[open] != '(') {
            open++;
        }
        int close = text.length - 1;
        while (close > open && text[close] != ')') {
            close--;
        }
        if (close <= open) {
            return null;
        }
        long[] fields = new long[START + 1];
        int at = close + 2;
        for (int i = 0; i <= START; i++) {
            int end = at;
            while (end < text.length && text[end] > ' ') {
                end++;
            }
            if (end == at) {
                return null;
            }
            if (i == PARENT || i == FLAGS || i == START) {
                fields[i] = number(text, at, end);
                if (fields[i] < 0) {
                    return null;
                }
            }
            at = end + 1;
        }
        return new ProcessStat(
                Arrays.copyOfRange(text, open + 1, close),
                (char) text[close + 2],
                (int) fields[PARENT],
                fields[FLAGS],
                fields[START]);
    }

    private static long number(byte[] text, int from, int end) {
        long value = 0;
        for (int i = from; i < end; i++) {
            if (text[i] < '0' || text[i] > '9' || value > Long.MAX_VALUE / 10 - 10) {
                return -1;
            }
            value = value * 10 + text[i] - '0';
        }
        return value;
    }
}
