package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.Closeable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * One process in /proc, held open: each read is of this process or fails, also when it has ended and its number belongs to another.
 */
public final class ProcessDirectory implements Closeable {
    /** PATH_MAX, linux/limits.h. */
    private static final int LINK_BYTES_MAX = 4096;

    /** {@code stat} is one line of some 50 numbers and a name. */
    private static final int STAT_BYTES_MAX = 4096;

    private static final byte[] FD = "fd\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SOCKET = "socket:[".getBytes(StandardCharsets.US_ASCII);

    private final int pid;
    private final FileDescriptor directory;

    ProcessDirectory(int pid, FileDescriptor directory) {
        this.pid = pid;
        this.directory = directory;
    }

    /** Its number. */
    public int pid() {
        return pid;
    }

    /** The process's {@code stat}; null where it has ended. */
    public ProcessStat stat() {
        byte[] text = read("stat", STAT_BYTES_MAX);
        return text == null ? null : ProcessStat.parse(text);
    }

    /** The file's content up to a limit; null where it cannot be read. */
    public byte[] read(String name, int bytesMax) {
        int fd = LibC.openat(directory.number(), terminated(name), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return null;
        }
        try (FileDescriptor file = FileDescriptor.of(name, fd)) {
            return file.readAll(name, bytesMax);
        } catch (KernelException e) {
            return null;
        }
    }

    /** Where a link as {@code exe} leads; null where it cannot be read. */
    public byte[] link(String name) {
        byte[] target = new byte[LINK_BYTES_MAX];
        int got = LibC.readlinkat(directory.number(), terminated(name), target, new NativeLong(target.length))
                .intValue();
        return got < 0 ? null : Arrays.copyOf(target, got);
    }

    /** What {@link #sockets} found. */
    public enum Sockets {
        /** All were visited, or the visitor ended it. */
        VISITED,
        /** The process's files may not be looked at. */
        REFUSED,
        /** The process has ended. */
        GONE
    }

    /**
     * Visits the inodes of the sockets that the process holds.
     *
     * @param visitor returns false to end
     */
    public Sockets sockets(LongPredicate visitor) {
        int fd = LibC.openat(directory.number(), FD, LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return Native.getLastError() == KernelException.EACCES ? Sockets.REFUSED : Sockets.GONE;
        }
        try (FileDescriptor files = FileDescriptor.of("fd", fd)) {
            byte[] target = new byte[64];
            NativeLong length = new NativeLong(target.length);
            boolean[] refused = {false};
            new DirectoryList().visit(files, file -> {
                int got = LibC.readlinkat(files.number(), terminated(Integer.toString(file)), target, length)
                        .intValue();
                refused[0] |= got < 0 && Native.getLastError() == KernelException.EACCES;
                long inode = got < 0 ? -1 : socketInode(target, got);
                return inode < 0 || visitor.test(inode);
            });
            return refused[0] ? Sockets.REFUSED : Sockets.VISITED;
        } catch (KernelException e) {
            return Sockets.GONE;
        }
    }

    /** The number in {@code socket:[12345]}; -1 where the link is of another kind. */
    static long socketInode(byte[] link, int length) {
        if (length <= SOCKET.length || !Arrays.equals(link, 0, SOCKET.length, SOCKET, 0, SOCKET.length)) {
            return -1;
        }
        long inode = 0;
        int i = SOCKET.length;
        while (i < length && link[i] >= '0' && link[i] <= '9' && inode < 1L << 40) {
            inode = inode * 10 + link[i++] - '0';
        }
        return i < length && link[i] == ']' ? inode : -1;
    }

    private static byte[] terminated(String name) {
        byte[] out = new byte[name.length() + 1];
        for (int i = 0; i < name.length(); i++) {
            out[i] = (byte) name.charAt(i);
        }
        return out;
    }

    @Override
    public void close() {
        directory.close();
    }
}
