package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.model.Caller;

/**
 * Who connected last, with what the kernel's copy said then: a process that connects again and again need not be read from /proc each time, as long as
 * the kernel says the same of it. One thread at a time.
 */
final class RecentCallers {
    /** What only /proc knows is used again for so long: the name of the file that it runs may change, and the name of its user. As for ancestors. */
    static final long NANOS_MAX = 5_000_000_000L;

    /** Processes that call at the same time; a power of two. Their command lines take {@value} times 17 KiB at the most. */
    private static final int PROCESSES = 32;

    private record Recent(ConnectRecord record, Caller caller) {}

    private final Recent[] recent = new Recent[PROCESSES];

    /** Whether it may be worth while to ask for a process. */
    boolean has(int pid) {
        Recent r = recent[slot(pid)];
        return r != null && r.caller().pid() == pid;
    }

    /** Who that is; null where it must be read. */
    Caller find(ConnectRecord record) {
        Recent r = recent[slot(record.pid())];
        return r != null
                        && Math.abs(record.timeNanos() - r.record().timeNanos()) < NANOS_MAX
                        && record.saysTheSame(r.record())
                ? r.caller()
                : null;
    }

    /** Takes a process that has just been read. */
    void learn(ConnectRecord record, Caller caller) {
        if (caller.executable() != null && caller.arguments() != null) {
            recent[slot(record.pid())] = new Recent(record, caller);
        }
    }

    private static int slot(int pid) {
        return pid & PROCESSES - 1;
    }
}
