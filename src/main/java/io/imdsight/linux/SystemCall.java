package io.imdsight.linux;

import com.sun.jna.NativeLong;

/** Numbers of system calls that older C libraries do not wrap. Source: asm/unistd_64.h (x86-64) and asm-generic/unistd.h (arm64). */
enum SystemCall {
    PERF_EVENT_OPEN(298, 241),
    GETDENTS64(217, 61),
    BPF(321, 280),
    SCHED_SETATTR(314, 274),
    IOPRIO_SET(251, 30),
    OPEN_BY_HANDLE_AT(304, 265),
    PIDFD_OPEN(434, 434),
    FSOPEN(430, 430),
    FSCONFIG(431, 431),
    FSMOUNT(432, 432);

    private final int number;

    SystemCall(int x86, int arm64) {
        number = isArm64() ? arm64 : x86;
    }

    NativeLong number() {
        return new NativeLong(number);
    }

    long raw() {
        return number;
    }

    /** A static field is not there yet when the constants are made. */
    private static boolean isArm64() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }
}
