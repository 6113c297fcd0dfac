package io.imdsight.linux;

/** How soon the kernel lets a thread run. */
public final class ThreadPriority {
    /** PRIO_PROCESS with id 0 is the calling thread on Linux, setpriority(2). */
    private static final int PRIO_PROCESS = 0;

    private static final int NICE_MIN = -20;

    private ThreadPriority() {}

    /**
     * Lets the calling thread run before ordinary ones as soon as it is woken: for threads that must look at something that will not last, and
     * sleep otherwise. Needs CAP_SYS_NICE.
     *
     * @return whether the kernel agreed
     */
    public static boolean raise() {
        return RawCalls.setpriority(PRIO_PROCESS, 0, NICE_MIN) == 0;
    }
}
