package io.imdsight.linux;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The network namespaces that processes are in, by the numbers of their links (namespaces(7)). Holds none of them open. */
public final class NetworkNamespaces {
    /** The process has ended. */
    public static final long GONE = -1;

    /** The process's namespace may not be seen: needs CAP_SYS_PTRACE. */
    public static final long REFUSED = -2;

    /** {@code net:[}, a 64-bit number, a bracket. */
    private static final int LINK_BYTES_MAX = 40;

    private static final byte[] NET = "net:[".getBytes(StandardCharsets.US_ASCII);

    private final String prefix;
    private final ProcessTable processes;

    /**
     * Reads below a root.
     *
     * @param proc /proc
     */
    public NetworkNamespaces(Path proc) {
        prefix = proc.toAbsolutePath() + "/";
        processes = new ProcessTable(proc);
    }

    /** The number of the namespace that a process is in; {@link #GONE}, {@link #REFUSED}. One system call. */
    public long of(int pid) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int got = (int)
                RawCalls.readlinkat(-1, scratch.path(prefix + pid + "/ns/net"), scratch.dataAddress, LINK_BYTES_MAX);
        if (got < 0) {
            return Native.getLastError() == KernelException.EACCES ? REFUSED : GONE;
        }
        return inode(scratch.data, got);
    }

    private static long inode(ByteBuffer link, int length) {
        for (int i = 0; i < NET.length; i++) {
            if (i >= length || link.get(i) != NET[i]) {
                return GONE;
            }
        }
        long inode = 0;
        for (int i = NET.length; i < length && link.get(i) != ']'; i++) {
            inode = inode * 10 + link.get(i) - '0';
        }
        return inode;
    }

    /**
     * Every namespace that a process is in, with the oldest such process as far as numbers tell. Costs a system call a process.
     *
     * @return process ids by the namespace's number; {@link #REFUSED} stands for those that may not be seen
     */
    public Map<Long, Integer> all() {
        Map<Long, Integer> out = new HashMap<>();
        for (int pid : processes.newestFirst()) {
            long inode = of(pid);
            if (inode != GONE) {
                out.put(inode, pid);
            }
        }
        return out;
    }
}
