package io.imdsight.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The processes in a /proc. */
public final class ProcessTable {
    private final Path root;

    /**
     * Reads below a root.
     *
     * @param root /proc, or a recorded tree
     */
    public ProcessTable(Path root) {
        this.root = root;
    }

    /** Opens a process; null where there is none of that number (any more). What is opened stays this process, whoever gets the number next. */
    public ProcessDirectory open(int pid) {
        int fd = LibC.open(root + "/" + pid, LibC.O_RDONLY | LibC.O_CLOEXEC);
        try {
            return fd < 0 ? null : new ProcessDirectory(pid, FileDescriptor.of("open process", fd));
        } catch (KernelException e) {
            return null;
        }
    }

    /** The process that was started last in our pid namespace, whether or not it still lives; 0 where that cannot be read. */
    public int lastPid() {
        // 0.00 0.01 0.05 1/123 4567: Documentation/filesystems/proc.rst
        try {
            String text = Files.readString(root.resolve("loadavg"), StandardCharsets.ISO_8859_1)
                    .strip();
            return Integer.parseInt(text.substring(text.lastIndexOf(' ') + 1));
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** All processes, the one started last first as far as numbers tell: numbers above the last one given out are older than all below. */
    public int[] newestFirst() {
        int[] pids = new int[256];
        int[] count = {0};
        int[][] grown = {pids};
        try (FileDescriptor directory =
                FileDescriptor.of("list processes", LibC.open(root.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC))) {
            new DirectoryList().visit(directory, pid -> {
                if (count[0] == grown[0].length) {
                    grown[0] = Arrays.copyOf(grown[0], count[0] * 2);
                }
                grown[0][count[0]++] = pid;
                return true;
            });
        } catch (KernelException e) {
            return new int[0];
        }
        return newestFirst(Arrays.copyOf(grown[0], count[0]), lastPid());
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
