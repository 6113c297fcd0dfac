package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.Closeable;

/**
 * Waits for descriptors to become readable, or to be woken.
 *
 * <pre>
 * struct pollfd (poll.h):  s32 descriptor | s16 events | s16 what came @6
 * </pre>
 */
final class Poll implements Closeable {
    private static final int POLLFD_BYTES = 8;
    private static final short POLLIN = 1;

    /** POLLERR, POLLHUP, POLLNVAL: that descriptor will never be of use again, and would never let us sleep. */
    private static final int POLL_BROKEN = 8 | 16 | 32;

    private final FileDescriptor waker;
    private final Memory pollFds;
    private int count;

    /**
     * Waits for nothing yet.
     *
     * @param descriptorsMax how many will be added
     */
    Poll(int descriptorsMax) throws KernelException {
        waker = FileDescriptor.of("make an eventfd", LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK));
        pollFds = new Memory((descriptorsMax + 1L) * POLLFD_BYTES);
        pollFds.clear();
        add(waker.number());
    }

    /** Not while another thread waits. */
    void add(int fd) {
        long at = (long) count++ * POLLFD_BYTES;
        pollFds.setInt(at, fd);
        pollFds.setShort(at + 4, POLLIN);
    }

    /** Waits until one is readable, it is woken, or time is up; false where that is why. */
    boolean await(int timeoutMillis) {
        if (RawCalls.poll(Pointer.nativeValue(pollFds), count, timeoutMillis) <= 0) {
            return false;
        }
        RawCalls.read(waker.number(), RawCalls.Scratch.get().dataAddress, Long.BYTES);
        for (int i = 0; i < count; i++) {
            long at = (long) i * POLLFD_BYTES;
            if ((pollFds.getShort(at + 6) & POLL_BROKEN) != 0) {
                pollFds.setInt(at, -1); // poll skips a negative descriptor
            }
        }
        return true;
    }

    /** Any thread. */
    void wake() {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        scratch.data.putLong(0, 1);
        RawCalls.write(waker.number(), scratch.dataAddress, Long.BYTES);
    }

    @Override
    public void close() {
        waker.close();
    }
}
