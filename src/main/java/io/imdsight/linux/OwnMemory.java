package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Memory of this process that it can do without: free memory of the C library, and pages of files that were needed to start and may never be again. */
public final class OwnMemory {
    private static final Path MAPS = Path.of("/proc/self/smaps");

    /** asm-generic/mman-common.h: of a file's unchanged pages, only this process's hold on them is given up. */
    private static final int MADV_DONTNEED = 4;

    /** What the smaller ones hold is not worth a system call. */
    private static final long BYTES_MIN = 256 * 1024;

    private OwnMemory() {}

    /**
     * A mapping that gives back what it can read again from its file.
     *
     * @param address where it begins
     * @param bytes how long it is
     */
    record Mapping(long address, long bytes) {}

    /** Gives back what can be had again at the cost of a page fault each. A failure costs nothing but the memory. */
    public static void giveBack() {
        try {
            for (Mapping m : unchanged()) {
                Calls.madvise(new Pointer(m.address()), new NativeLong(m.bytes()), MADV_DONTNEED);
            }
        } catch (IOException | LinkageError e) {
            return; // no /proc here: then the pages stay
        }
        try {
            Glibc.malloc_trim(new NativeLong(0));
        } catch (LinkageError e) {
            return; // a C library that has no such call, or needs none
        }
    }

    private static List<Mapping> unchanged() throws IOException {
        try (BufferedReader in = Files.newBufferedReader(MAPS, StandardCharsets.ISO_8859_1)) {
            return unchanged(in);
        }
    }

    /**
     * The mappings that have nothing but their file's own bytes and cannot have anything else by the time they are given back: nobody may write to
     * them. A library's tables that were filled when it was loaded are read-only as well, and only {@code Anonymous} tells: they must stay.
     *
     * <pre>
     * proc_pid_smaps(5):
     *   7f1c5dae3000-7f1c5eb6f000 r-xp 00304000 fe:00 1234    /opt/…/libjvm.so
     *   Size:              16944 kB
     *   …
     *   Anonymous:             0 kB
     * </pre>
     */
    static List<Mapping> unchanged(BufferedReader smaps) throws IOException {
        List<Mapping> out = new ArrayList<>();
        Mapping candidate = null;
        for (String line = smaps.readLine(); line != null; line = smaps.readLine()) {
            if (!line.isEmpty() && isHexDigit(line.charAt(0))) { // the names of figures begin with capitals
                candidate = candidate(line);
            } else if (candidate != null && line.startsWith("Anonymous:")) {
                if (line.strip().endsWith(" 0 kB")) {
                    out.add(candidate);
                }
                candidate = null;
            }
        }
        return out;
    }

    private static boolean isHexDigit(char c) {
        return c >= '0' && c <= '9' || c >= 'a' && c <= 'f';
    }

    /** Null where it may be written to, is no file's, or is small. */
    private static Mapping candidate(String head) {
        String[] fields = head.split(" +", 6);
        boolean isFile = fields.length == 6 && fields[5].startsWith("/") && !fields[5].startsWith("/dev/");
        int dash = fields[0].indexOf('-');
        if (!isFile || fields[1].charAt(1) == 'w' || dash < 0) {
            return null;
        }
        long from = Long.parseUnsignedLong(fields[0].substring(0, dash), 16);
        long to = Long.parseUnsignedLong(fields[0].substring(dash + 1), 16);
        return to - from < BYTES_MIN ? null : new Mapping(from, to - from);
    }

    private static final class Calls {
        static {
            Native.register(Calls.class, "c");
        }

        private Calls() {}

        static native int madvise(Pointer address, NativeLong length, int advice);
    }

    private static final class Glibc {
        static {
            Native.register(Glibc.class, "c");
        }

        private Glibc() {}

        static native int malloc_trim(NativeLong pad);
    }
}
