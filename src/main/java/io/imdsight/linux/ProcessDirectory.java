package io.imdsight.linux;

import com.sun.jna.Native;
import java.io.Closeable;
import java.nio.ByteBuffer;
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
    static final int STAT_BYTES_MAX = 4096;

    /** {@code socket:[} and a 64-bit number. */
    private static final int SOCKET_LINK_BYTES_MAX = 40;

    private static final byte[] SOCKET = "socket:[".getBytes(StandardCharsets.US_ASCII);

    private final int pid;
    private int directory;

    ProcessDirectory(int pid, int directory) {
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
        return read(directory, name, bytesMax);
    }

    static byte[] read(int directory, String path, int bytesMax) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int fd = RawCalls.openat(directory, scratch.path(path), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return null;
        }
        try {
            byte[] out = new byte[0];
            while (out.length < bytesMax) {
                int wanted = Math.min(RawCalls.Scratch.DATA_BYTES, bytesMax - out.length);
                int got = (int) RawCalls.read(fd, scratch.dataAddress, wanted);
                if (got < 0 && Native.getLastError() == KernelException.EINTR) {
                    continue;
                }
                if (got < 0) {
                    return null;
                }
                int before = out.length;
                out = Arrays.copyOf(out, before + got);
                scratch.data.get(0, out, before, got);
                if (got < wanted) {
                    break; // files of /proc give all there is, or as much as was asked for
                }
            }
            return out;
        } finally {
            RawCalls.close(fd);
        }
    }

    /** Where a link as {@code exe} leads; null where it cannot be read. */
    public byte[] link(String name) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int got = (int) RawCalls.readlinkat(directory, scratch.path(name), scratch.dataAddress, LINK_BYTES_MAX);
        return got < 0 ? null : scratch.take(got);
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
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int fd = RawCalls.openat(directory, scratch.path("fd"), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            return Native.getLastError() == KernelException.EACCES ? Sockets.REFUSED : Sockets.GONE;
        }
        try {
            for (int file : DirectoryList.numbers(fd)) {
                int got = (int) RawCalls.readlinkat(
                        fd, scratch.path(Integer.toString(file)), scratch.dataAddress, SOCKET_LINK_BYTES_MAX);
                if (got < 0 && Native.getLastError() == KernelException.EACCES) {
                    // So will all others be. A process that ends meanwhile looks like one that may not be looked at.
                    return stat() == null ? Sockets.GONE : Sockets.REFUSED;
                }
                long inode = got < 0 ? -1 : socketInode(scratch.data, got);
                if (inode >= 0 && !visitor.test(inode)) {
                    return Sockets.VISITED;
                }
            }
            return Sockets.VISITED;
        } finally {
            RawCalls.close(fd);
        }
    }

    /** The number in {@code socket:[12345]}; -1 where the link is of another kind. */
    static long socketInode(ByteBuffer link, int length) {
        for (int i = 0; i < SOCKET.length; i++) {
            if (i >= length || link.get(i) != SOCKET[i]) {
                return -1;
            }
        }
        long inode = 0;
        int i = SOCKET.length;
        while (i < length && link.get(i) >= '0' && link.get(i) <= '9' && inode < 1L << 40) {
            inode = inode * 10 + link.get(i++) - '0';
        }
        return i > SOCKET.length && i < length && link.get(i) == ']' ? inode : -1;
    }

    @Override
    public void close() {
        if (directory >= 0) {
            RawCalls.close(directory);
            directory = -1;
        }
    }
}
