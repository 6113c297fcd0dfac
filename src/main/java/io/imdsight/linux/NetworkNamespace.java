package io.imdsight.linux;

import com.sun.jna.Native;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
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
     * Holds a process's namespace open. Needs CAP_SYS_PTRACE where it is another user's.
     *
     * @param proc /proc
     * @throws KernelException ENOENT where the process has ended
     */
    public static NetworkNamespace ofProcess(Path proc, int pid) throws KernelException {
        String link = proc.resolve(pid + "/ns/net").toString();
        int fd = LibC.open(link, LibC.O_RDONLY | LibC.O_CLOEXEC);
        if (fd < 0) {
            throw new KernelException("open " + link, Native.getLastError());
        }
        return new NetworkNamespace(fd);
    }

    /** Its number. */
    public long inode() throws IOException {
        return inode(Path.of("/proc/self/fd/" + fd()));
    }

    /**
     * Runs a step on a thread of its own that is in this namespace, and waits for it. What the step opens stays there; the thread does not.
     * Needs CAP_SYS_ADMIN.
     *
     * @throws IOException of the step, or where the namespace may not be entered
     */
    public <T> T visit(Callable<T> step) throws IOException {
        FutureTask<T> task = new FutureTask<>(() -> {
            if (LibC.setns(fd(), LibC.CLONE_NEWNET) != 0) {
                throw new KernelException("enter a network namespace", Native.getLastError());
            }
            return step.call();
        });
        Thread thread = Thread.ofPlatform().name("namespace-visit").daemon().start(task);
        T result = outcome(task);
        try {
            thread.join();
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in a network namespace", e);
        }
    }

    /** What became of a step that another thread takes in a namespace; waits for its end. */
    public static <T> T outcome(Future<T> step) throws IOException {
        try {
            return step.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException runtime -> throw runtime;
                case Error error -> throw error;
                default -> throw new IOException(e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted in a network namespace", e);
        }
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
