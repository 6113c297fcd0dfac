package io.imdsight.linux;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The processes in a /proc. */
public final class ProcessTable {
    /** A position in /proc is a process's number and this, for the files before them: fs/proc/base.c. */
    private static final long TGID_OFFSET = 256 + 2;

    private static final int SEEK_SET = 0;

    private final String prefix;

    /**
     * Reads below a root.
     *
     * @param root /proc, or a recorded tree
     */
    public ProcessTable(Path root) {
        this.prefix = root.toAbsolutePath() + "/";
    }

    /** This process's number in its pid namespace, getpid(2). The platform's own way of asking sets up what starts and reaps processes. */
    public static int ownPid() {
        return LibC.getpid();
    }

    /** Opens a process; null where there is none of that number (any more). What is opened stays this process, whoever gets the number next. */
    public ProcessDirectory open(int pid) {
        int fd = RawCalls.openat(-1, RawCalls.Scratch.get().path(prefix + pid), LibC.O_RDONLY | LibC.O_CLOEXEC);
        return fd < 0 ? null : new ProcessDirectory(pid, fd);
    }

    /** The {@code stat} of a process; null where there is none of that number. Cheaper than opening it. */
    public ProcessStat stat(int pid) {
        byte[] text = ProcessDirectory.read(-1, prefix + pid + "/stat", ProcessDirectory.STAT_BYTES_MAX);
        return text == null ? null : ProcessStat.parse(text);
    }

    /** The process that was started last in our pid namespace, whether or not it still lives; 0 where that cannot be read. */
    int lastPid() {
        // 0.00 0.01 0.05 1/123 4567: Documentation/filesystems/proc.rst
        byte[] text = ProcessDirectory.read(-1, prefix + "loadavg", 256);
        if (text == null) {
            return 0;
        }
        try {
            String line = new String(text, StandardCharsets.ISO_8859_1).strip();
            return Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** All processes, the one started last first as far as numbers tell: numbers above the last one given out are older than all below. */
    public int[] newestFirst() {
        return list(0);
    }

    /**
     * The processes with the youngest numbers, as {@link #newestFirst}, at a cost that does not grow with how many there are.
     *
     * @param numbers how many numbers back from the last one given out; threads use numbers up, too
     */
    public int[] youngest(int numbers) {
        return list(Math.max(lastPid() - numbers, 0));
    }

    private int[] list(int from) {
        int fd = RawCalls.openat(-1, RawCalls.Scratch.get().path(prefix), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return new int[0];
        }
        try {
            if (from > 0) {
                RawCalls.lseek(fd, (long) from + TGID_OFFSET, SEEK_SET);
            }
            return newestFirst(DirectoryList.numbers(fd), lastPid());
        } finally {
            RawCalls.close(fd);
        }
    }

    static int[] newestFirst(int[] pids, int lastPid) {
        Arrays.sort(pids);
        int split = 0;
        while (split < pids.length && pids[split] <= lastPid) {
            split++;
        }
        int[] out = new int[pids.length];
        for (int i = 0; i < pids.length; i++) {
            out[i] = i < split ? pids[split - 1 - i] : pids[pids.length - 1 - (i - split)];
        }
        return out;
    }
}
