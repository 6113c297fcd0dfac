package io.imdsight.linux;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The version 2 hierarchy of cgroups, as it is mounted here: the path of a group by its number, which the kernel never gives to another.
 *
 * <pre>
 * struct file_handle (fcntl.h):  u32 bytes 8 @0 | s32 type fe, FILEID_KERNFS of linux/exportfs.h @4 | u64 the group's number @8
 * </pre>
 *
 * Needs kernel 5.5 and CAP_DAC_READ_SEARCH. May be used from several threads.
 */
public final class CgroupTree implements Closeable {
    private static final int FILEID_KERNFS = 0xfe;
    private static final int HANDLE_BYTES = 16;

    /** PATH_MAX, linux/limits.h. */
    private static final int PATH_BYTES_MAX = 4096;

    private final String mountPoint;
    private final FileDescriptor mount;

    private CgroupTree(String mountPoint, FileDescriptor mount) {
        this.mountPoint = mountPoint;
        this.mount = mount;
    }

    /**
     * Opens it.
     *
     * @param procRoot /proc
     * @throws IOException where there is none, or it cannot be opened
     */
    public static CgroupTree open(Path procRoot) throws IOException {
        byte[] mounts = Files.readAllBytes(procRoot.resolve("self/mountinfo"));
        String at = mountPoint(new String(mounts, StandardCharsets.ISO_8859_1));
        if (at == null) {
            throw new IOException("no version 2 hierarchy of cgroups is mounted");
        }
        int flags = LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC;
        return new CgroupTree(at, FileDescriptor.of("open " + at, LibC.open(at, flags)));
    }

    /**
     * Where it is mounted, by /proc/self/mountinfo (Documentation/filesystems/proc.rst section 3.5): {@code id parent device root mount-point
     * options … - type …}. Only a mount of its root has paths as /proc/PID/cgroup shows them.
     */
    static String mountPoint(String mountinfo) {
        for (String line : mountinfo.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (line.contains(" - cgroup2 ") && fields.length > 5 && "/".equals(fields[3])) {
                return fields[4];
            }
        }
        return null;
    }

    /** The path of a group, as in /proc/PID/cgroup; null where there is no such group any more, or it may not be looked up. */
    public String path(long number) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        scratch.data.putInt(0, HANDLE_BYTES / 2).putInt(4, FILEID_KERNFS).putLong(8, number);
        int fd = (int) RawCalls.syscall(
                SystemCall.OPEN_BY_HANDLE_AT.raw(),
                mount.number(),
                scratch.dataAddress,
                LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return null;
        }
        try {
            int got = (int)
                    RawCalls.readlinkat(-1, scratch.path("/proc/self/fd/" + fd), scratch.dataAddress, PATH_BYTES_MAX);
            return got < 0 ? null : below(mountPoint, new String(scratch.take(got), StandardCharsets.ISO_8859_1));
        } finally {
            RawCalls.close(fd);
        }
    }

    /** What a path is within the hierarchy; null where it is not in it, or has been removed meanwhile. */
    static String below(String mountPoint, String path) {
        if (path.equals(mountPoint)) {
            return "/";
        }
        boolean inside = path.startsWith(mountPoint + "/") && !path.endsWith(" (deleted)");
        return inside ? path.substring(mountPoint.length()) : null;
    }

    @Override
    public void close() {
        mount.close();
    }
}
