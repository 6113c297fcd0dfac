package io.imdsight.linux;

import java.nio.ByteBuffer;

/**
 * How soon the kernel lets the calling thread run: for threads that must look at something that will not last, and sleep otherwise.
 *
 * <pre>
 * struct sched_attr (linux/sched/types.h), 48 bytes:
 *   u32 size | u32 policy | u64 flags | s32 nice @16 | u32 priority @20 | u64 runtime @24 | u64 deadline | u64 period
 * </pre>
 */
public final class ThreadPriority {
    /** linux/sched.h; threads made by this one do not inherit it. */
    private static final int SCHED_OTHER = 0;

    private static final int SCHED_RR = 2;
    private static final long SCHED_FLAG_RESET_ON_FORK = 1;

    /** The lowest of the real-time priorities. */
    private static final int REAL_TIME_MIN = 1;

    /** The shortest that the kernel takes: a thread with short slices runs sooner, for shorter (kernel 6.12). Needs no privilege. */
    private static final long SLICE_NANOS = 100_000;

    private static final int ATTR_BYTES = 48;

    /** The least of the ordinary: a thread that idles for others altogether would never end on a busy machine. */
    private static final int NICE_MAX = 19;

    /** linux/ioprio.h: the calling thread; best effort, class 2 at bit 13, the last of its eight levels. */
    private static final int IOPRIO_WHO_PROCESS = 1;

    private static final int IOPRIO_LAST = 2 << 13 | 7;

    private ThreadPriority() {}

    /** Runs, and reads from disks, after everybody else who wants to: for work that nobody waits for. */
    public static void background() {
        set(SCHED_OTHER, NICE_MAX, 0, 0);
        RawCalls.syscall(SystemCall.IOPRIO_SET.raw(), IOPRIO_WHO_PROCESS, 0, IOPRIO_LAST);
    }

    /**
     * With CAP_SYS_NICE runs before every ordinary thread as soon as it is woken, else as soon as may be. An ordinary thread, whatever its nice
     * value, can wait for milliseconds, in which a short-lived process is gone.
     */
    public static void urgent() {
        if (!set(SCHED_RR, 0, REAL_TIME_MIN, 0)) {
            set(SCHED_OTHER, 0, 0, SLICE_NANOS);
        }
    }

    /** Runs like any other thread: for work that does not end soon. */
    public static void ordinary() {
        set(SCHED_OTHER, 0, 0, 0);
    }

    private static boolean set(int policy, int nice, int priority, long sliceNanos) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        ByteBuffer attr = scratch.data;
        for (int i = 0; i < ATTR_BYTES; i += Long.BYTES) {
            attr.putLong(i, 0);
        }
        attr.putInt(0, ATTR_BYTES).putInt(4, policy).putLong(8, SCHED_FLAG_RESET_ON_FORK);
        attr.putInt(16, nice).putInt(20, priority).putLong(24, sliceNanos);
        return RawCalls.syscall(SystemCall.SCHED_SETATTR.raw(), 0, scratch.dataAddress, 0) == 0;
    }
}
