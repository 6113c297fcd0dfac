package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Describes the kernel's tracepoints. Reads a tracefs that is mounted; where none is, makes a mount of its own that no path leads to and that
 * goes with its descriptor, so that nothing on the machine changes.
 */
public final class Tracefs implements Closeable {
    /** Where distributions mount it: Documentation/trace/ftrace.rst. */
    private static final List<String> MOUNTS = List.of("kernel/tracing", "kernel/debug/tracing");

    /** linux/mount.h: FSOPEN_CLOEXEC, FSCONFIG_CMD_CREATE, FSMOUNT_CLOEXEC. */
    private static final int FSOPEN_CLOEXEC = 1;

    private static final int FSCONFIG_CMD_CREATE = 6;
    private static final int FSMOUNT_CLOEXEC = 1;

    /** The longest format file in kernel 6.18 has 6 KiB. */
    private static final int FILE_BYTES_MAX = 64 * 1024;

    private final FileDescriptor root;

    private Tracefs(FileDescriptor root) {
        this.root = root;
    }

    /**
     * Finds tracefs.
     *
     * @param sysRoot /sys
     * @throws KernelException where it is neither mounted and readable nor may be mounted privately
     */
    public static Tracefs open(Path sysRoot) throws KernelException {
        boolean refused = false;
        for (String mount : MOUNTS) {
            int fd = LibC.open(sysRoot.resolve(mount).toString(), LibC.O_RDONLY | LibC.O_CLOEXEC);
            if (fd < 0) {
                refused |= Native.getLastError() == KernelException.EACCES;
                continue;
            }
            Tracefs found = new Tracefs(FileDescriptor.of("open tracefs", fd));
            if (found.has("events")) {
                return found;
            }
            found.close();
        }
        try {
            return new Tracefs(mountPrivately());
        } catch (KernelException e) {
            throw refused ? new KernelException("read tracefs", KernelException.EACCES) : e;
        }
    }

    private static FileDescriptor mountPrivately() throws KernelException {
        byte[] type = "tracefs\0".getBytes(StandardCharsets.US_ASCII);
        try (FileDescriptor context = FileDescriptor.of(
                "open a tracefs of our own",
                LibC.syscall(SystemCall.FSOPEN.number(), type, new NativeLong(FSOPEN_CLOEXEC))
                        .longValue())) {
            NativeLong fd = new NativeLong(context.number());
            long created = LibC.syscall(
                            SystemCall.FSCONFIG.number(),
                            fd,
                            new NativeLong(FSCONFIG_CMD_CREATE),
                            null,
                            null,
                            new NativeLong(0))
                    .longValue();
            if (created < 0) {
                throw new KernelException("create a tracefs of our own", Native.getLastError());
            }
            return FileDescriptor.of(
                    "mount a tracefs of our own",
                    LibC.syscall(
                                    SystemCall.FSMOUNT.number(),
                                    fd,
                                    new NativeLong(FSMOUNT_CLOEXEC),
                                    null,
                                    null,
                                    new NativeLong(0))
                            .longValue());
        }
    }

    /**
     * Describes one tracepoint.
     *
     * @param name as {@code sock/inet_sock_set_state}
     */
    public TracepointFormat tracepoint(String name) throws KernelException {
        return TracepointFormat.parse(read("events/" + name + "/format"));
    }

    private boolean has(String path) {
        int fd = LibC.openat(root.number(), path, LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd >= 0) {
            LibC.close(fd);
        }
        return fd >= 0;
    }

    private byte[] read(String path) throws KernelException {
        String operation = "read tracefs " + path;
        try (FileDescriptor file =
                FileDescriptor.of(operation, LibC.openat(root.number(), path, LibC.O_RDONLY | LibC.O_CLOEXEC))) {
            return file.readAll(operation, FILE_BYTES_MAX);
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
