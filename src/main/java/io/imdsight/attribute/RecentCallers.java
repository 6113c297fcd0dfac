package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.model.Caller;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Who connected last, with what the kernel's copy said then: a process that connects again and again need not be read from /proc each time, as long as
 * the kernel says the same of it. Of the command line, which may hold secrets, only a digest is kept. One thread at a time.
 */
final class RecentCallers {
    /**
     * What only /proc knows is used again for so long: the path of the file that it runs, its place in cgroups of version 1, the name of its user, and what
     * was known of its ancestors.
     */
    static final long NANOS_MAX = 2_000_000_000L;

    /** Processes that call at the same time; a power of two. Each takes some 2 KiB besides its caller, which the table of connects holds, too. */
    private static final int PROCESSES = 32;

    private record Recent(ConnectRecord record, byte[] arguments, Caller caller) {}

    private final Recent[] recent = new Recent[PROCESSES];
    private final MessageDigest sha;

    RecentCallers() {
        try {
            sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

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
                        && record.whole()
                        && record.saysTheSame(r.record())
                        && Arrays.equals(digest(record.arguments()), r.arguments())
                ? r.caller()
                : null;
    }

    /** Takes a process that has just been read, unless something of it is missing that another look may find. */
    void learn(ConnectRecord record, Caller caller) {
        if (record.whole()
                && record.executable() != null
                && caller.executable() != null
                && caller.arguments() != null
                && caller.owner() != null) {
            recent[slot(record.pid())] = new Recent(record.withoutArguments(), digest(record.arguments()), caller);
        }
    }

    /** Forgets whom nobody may be taken for any more. */
    void expire(long nowNanos) {
        for (int i = 0; i < PROCESSES; i++) {
            if (recent[i] != null && nowNanos - recent[i].record().timeNanos() >= NANOS_MAX) {
                recent[i] = null;
            }
        }
    }

    private byte[] digest(byte[] arguments) {
        byte[] out = sha.digest(arguments);
        sha.reset(); // it would keep the last bytes
        return out;
    }

    private static int slot(int pid) {
        return pid & PROCESSES - 1;
    }
}
