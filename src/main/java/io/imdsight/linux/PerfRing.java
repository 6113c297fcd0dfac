package io.imdsight.linux;

import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory in which the kernel leaves one CPU's records.
 *
 * <pre>
 * struct perf_event_mmap_page (linux/perf_event.h), the first page:
 *   u64 data_head @1024 | u64 data_tail @1032 | u64 data_offset @1040 | u64 data_size @1048
 * then the data, a power of two; head and tail only ever grow. A record may wrap round the end:
 *   u32 type | u16 misc | u16 size, header included
 *   type 9, SAMPLE, for sample_type TID|TIME|RAW:  u32 pid @8 | u32 tid @12 | u64 time @16 | u32 bytes @24 | raw @28
 *   type 2, LOST, with sample_id_all:              u64 id @8 | u64 lost @16 | u32 pid @24 | u32 tid @28 | u64 time @32
 * </pre>
 */
final class PerfRing {
    private static final int DATA_HEAD = 1024;
    private static final int DATA_TAIL = 1032;
    private static final int DATA_OFFSET = 1040;
    private static final int DATA_SIZE = 1048;

    private static final int RECORD_LOST = 2;
    private static final int RECORD_SAMPLE = 9;
    private static final int RAW = 28;
    private static final int LOST_BYTES = 40;

    /** A record of the least size that a tracepoint's has: what is in the ring says more. */
    private static final int RECORD_BYTES_MIN = 64;

    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;

    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final Pointer memory;
    private final long bytes;
    private final ByteBuffer page;
    private final int dataOffset;
    private final int dataBytes;
    private byte[] record = {};
    private ByteBuffer recordView;
    private final List<FileDescriptor> events = new ArrayList<>();
    private int largest = RECORD_BYTES_MIN;
    private long toldLost;

    /** Of those told, how many the kernel's next record of a loss will tell again. */
    private long guessed;

    /**
     * Maps the ring of an event.
     *
     * @param ringBytes a power of two, at least a page
     */
    PerfRing(FileDescriptor event, int ringBytes) throws KernelException {
        int fd = event.number();
        events.add(event);
        bytes = LibC.sysconf(LibC.SC_PAGESIZE).longValue() + ringBytes;
        memory = LibC.mmap(null, new NativeLong(bytes), PROT_READ_WRITE, MAP_SHARED, fd, new NativeLong(0));
        if (memory == null || Pointer.nativeValue(memory) == -1) {
            throw new KernelException("map a perf ring of " + ringBytes + " bytes", Native.getLastError());
        }
        page = memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
        dataOffset = (int) page.getLong(DATA_OFFSET);
        dataBytes = (int) page.getLong(DATA_SIZE);
    }

    /** Another event writes into it, too. */
    void share(FileDescriptor event) throws KernelException {
        PerfEvent.shareRing(event, events.getFirst());
        events.add(event);
    }

    /**
     * Takes everything that is there, in this CPU's order. The kernel says that records were lost with the next one that finds room, which may come
     * late or never; so a ring that is found full counts as one that has lost some, from its last record to now.
     *
     * @param nowNanos CLOCK_MONOTONIC
     */
    void drain(long nowNanos, List<TracepointSample> out) {
        long head = (long) LONG.getAcquire(page, DATA_HEAD);
        long tail = page.getLong(DATA_TAIL);
        long used = head - tail;
        long lastNanos = 0;
        while (tail < head) {
            int at = (int) (tail & dataBytes - 1);
            int size = page.getShort(dataOffset + at + 6) & 0xffff;
            if (size < 8 || size > head - tail) {
                tail = head; // cannot be; leave rather than loop
                break;
            }
            if (size > record.length) {
                record = new byte[Math.max(Math.min(2 * record.length, 1 << 16), size)];
                recordView = ByteBuffer.wrap(record).order(ByteOrder.nativeOrder());
            }
            int first = Math.min(size, dataBytes - at);
            page.get(dataOffset + at, record, 0, first);
            page.get(dataOffset, record, first, size - first);
            TracepointSample sample = parse(recordView, size);
            if (sample != null) {
                lastNanos = sample.timeNanos();
                out.add(sample.isLoss() ? loss(sample) : sample);
            }
            largest = Math.max(largest, size);
            tail += size;
        }
        LONG.setRelease(page, DATA_TAIL, tail);
        if (isFull(used, dataBytes, largest)) {
            full(lastNanos, nowNanos, out);
        }
    }

    /** Whether another record may have found no room: with the one that says how many were lost in front of it. */
    static boolean isFull(long used, int dataBytes, int largest) {
        return dataBytes - used <= largest + LOST_BYTES;
    }

    private void full(long lastNanos, long nowNanos, List<TracepointSample> out) {
        long all = allLost();
        long more = all < 0 ? 1 : all - toldLost;
        if (more > 0) {
            toldLost += more;
            guessed += all < 0 ? 1 : 0;
            out.add(new TracepointSample(lastNanos, 0, 0, null, more));
            out.add(new TracepointSample(Math.max(lastNanos, nowNanos), 0, 0, null, 0));
        }
    }

    /** The kernel's record of a loss, without what was told before. */
    private TracepointSample loss(TracepointSample recorded) {
        long all = allLost();
        long more = Math.max(0, all < 0 ? recorded.lost() - guessed : all - toldLost);
        toldLost += more;
        guessed = 0;
        return new TracepointSample(recorded.timeNanos(), 0, 0, null, more);
    }

    /** By the kernel's own count; -1 where it has none. */
    private long allLost() {
        long all = 0;
        for (FileDescriptor event : events) {
            long lost = PerfEvent.lost(event);
            all = lost < 0 || all < 0 ? -1 : all + lost;
        }
        return all;
    }

    /** Reads one record; null where it is of another type or too short. */
    static TracepointSample parse(ByteBuffer in, int size) {
        int type = in.getInt(0);
        if (type == RECORD_SAMPLE && size >= RAW) {
            int rawBytes = in.getInt(RAW - 4);
            if (rawBytes < 0 || rawBytes > size - RAW) {
                return null;
            }
            byte[] raw = new byte[rawBytes];
            in.get(RAW, raw);
            return new TracepointSample(in.getLong(16), in.getInt(8), in.getInt(12), raw, 0);
        }
        if (type == RECORD_LOST && size >= LOST_BYTES) {
            return new TracepointSample(in.getLong(32), 0, 0, null, in.getLong(16));
        }
        return null;
    }

    /** Lets the memory go. Nothing may be called afterwards: it would touch memory that is no longer there. */
    void unmap() {
        LibC.munmap(memory, new NativeLong(bytes));
    }
}
