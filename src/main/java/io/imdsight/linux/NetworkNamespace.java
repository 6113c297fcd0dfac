package io.imdsight.linux;

import com.sun.jna.Native;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A network namespace held open, so that it outlives its last process and can be named to the kernel. */
public final class NetworkNamespace implements Closeable {
    /** The calling thread's own namespace, which may differ from its process's; proc(5). */
    public static final Path OF_THREAD = Path.of("/proc/thread-self/ns/net");

    /** What the link reads: {@code net:[4026531833]}; namespaces(7). */
    private static final Pattern LINK = Pattern.compile("net:\\[([0-9]{1,19})\\]");

    private int fd;

    private NetworkNamespace(int fd) {
        this.fd = fd;
    }

    /** Holds the calling thread's namespace open. */
    public static NetworkNamespace open() throws KernelException {
        int fd = LibC.open(OF_THREAD.toString(), LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw new KernelException("open " + OF_THREAD, Native.getLastError());
        }
        return new NetworkNamespace(fd);
    }

    /**
     * Moves the calling thread into a fresh namespace: nothing in it but a loopback interface that is down. Sockets that the thread opens and
     * processes and threads that it starts from now on belong there. It never goes back: use a thread of its own.
     */
    public static void enterFresh() throws KernelException {
        if (LibC.unshare(LibC.CLONE_NEWNET) != 0) {
            throw new KernelException("make a network namespace", Native.getLastError());
        }
    }

    /**
     * The number that tells one namespace from another.
     *
     * @param link a namespace link, as {@link #OF_THREAD} or {@code /proc/1/ns/net}
     * @throws IOException where it cannot be read or names something else
     */
    public static long inode(Path link) throws IOException {
        String text = Files.readSymbolicLink(link).toString();
        Matcher m = LINK.matcher(text);
        if (!m.matches()) {
            throw new IOException("read network namespace of " + link + ": unexpected link to " + text);
        }
        return Long.parseLong(m.group(1));
    }

    synchronized int fd() {
        return fd;
    }

    @Override
    public synchronized void close() {
        if (fd >= 0) {
            LibC.close(fd);
            fd = -1;
        }
    }
}
