package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory in which a BPF program leaves records, in one order for all CPUs.
 *
 * <pre>
 * map offset 0:       one page, ours to write:  u64 consumed @0
 * map offset 1 page:  one page:                 u64 produced @0
 *        then the data, a power of two, mapped twice in a row so that no record seems to wrap round the end:
 *        u32 length, bit 31 while it is being written, bit 30 where it is to be skipped | u32 unused | the record, padded to 8
 * </pre>
 *
 * Documentation/bpf/ringbuf.rst; both counters only ever grow.
 */
final class BpfRing {
    private static final int HEADER_BYTES = 8;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    /** Gets a record: it lies in the ring, and only for now. */
    interface Sink {
        void take(ByteBuffer in, int at, int bytes);
    }

    private final int pageBytes = LibC.sysconf(LibC.SC_PAGESIZE).intValue();
    private final int dataBytes;
    private final Pointer consumerMemory;
    private final Pointer producerMemory;
    private final ByteBuffer consumer;
    private final ByteBuffer producer;

    /**
     * Maps a ring.
     *
     * @param dataBytes as it was made: a power of two, at least a page
     */
    BpfRing(int fd, int dataBytes) throws KernelException {
        this.dataBytes = dataBytes;
        consumerMemory = map(fd, pageBytes, PROT_READ | PROT_WRITE, 0);
        try {
            producerMemory = map(fd, pageBytes + 2L * dataBytes, PROT_READ, pageBytes);
        } catch (KernelException e) {
            LibC.munmap(consumerMemory, new NativeLong(pageBytes));
            throw e;
        }
        consumer = consumerMemory.getByteBuffer(0, pageBytes).order(ByteOrder.nativeOrder());
        producer = producerMemory.getByteBuffer(0, pageBytes + 2L * dataBytes).order(ByteOrder.nativeOrder());
    }

    private static Pointer map(int fd, long bytes, int protection, long offset) throws KernelException {
        Pointer memory = LibC.mmap(null, new NativeLong(bytes), protection, MAP_SHARED, fd, new NativeLong(offset));
        if (memory == null || Pointer.nativeValue(memory) == -1) {
            throw new KernelException("map a BPF ring of " + bytes + " bytes", Native.getLastError());
        }
        return memory;
    }

    /**
     * Takes every record that is complete.
     *
     * @return whether that is all there were: those behind one that is being written wait, too, a microsecond
     */
    boolean drain(Sink out) {
        long consumed = consumer.getLong(0);
        long produced = (long) LONG.getAcquire(producer, 0);
        while (consumed < produced) {
            int at = pageBytes + (int) (consumed & dataBytes - 1);
            int header = (int) INT.getAcquire(producer, at);
            if ((header & BUSY) != 0) {
                return false;
            }
            int length = header & ~DISCARDED;
            if (length > dataBytes) {
                return true; // cannot be
            }
            if ((header & DISCARDED) == 0) {
                out.take(producer, at + HEADER_BYTES, length);
            }
            consumed += HEADER_BYTES + (length + 7L & ~7L);
            LONG.setRelease(consumer, 0, consumed);
        }
        return true;
    }

    /** Lets the memory go. Nothing may be called afterwards: it would touch memory that is no longer there. */
    void unmap() {
        LibC.munmap(producerMemory, new NativeLong(pageBytes + 2L * dataBytes));
        LibC.munmap(consumerMemory, new NativeLong(pageBytes));
    }
}
