package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * A tracepoint switched on for one CPU.
 *
 * <pre>
 * struct perf_event_attr (linux/perf_event.h), size 112 = PERF_ATTR_SIZE_VER5 (kernel 4.1):
 *   u32 type @0 | u32 size @4 | u64 config @8 | u64 sample_period @16 | u64 sample_type @24 | u64 read_format @32 | u64 flags @40
 *   u32 wakeup_events @48 | s32 clockid @92
 * what read(2) gives with read_format LOST: u64 value | u64 records that found no room (kernel 6.0)
 * </pre>
 */
final class PerfEvent {
    private static final int ATTR_BYTES = 112;
    private static final int TYPE_TRACEPOINT = 2;

    /** PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_RAW: what {@link PerfRing} reads. */
    private static final long SAMPLE_TYPE = 1 << 1 | 1 << 2 | 1 << 10;

    /** disabled, sample_id_all, use_clockid. */
    private static final long FLAGS = 1 | 1 << 18 | 1 << 25;

    private static final int FLAG_FD_CLOEXEC = 8;

    /** PERF_FORMAT_LOST. */
    private static final long READ_LOST = 1 << 4;

    private static final int READ_BYTES = 16;

    private static final NativeLong IOC_ENABLE = new NativeLong(0x2400);
    private static final NativeLong IOC_SET_OUTPUT = new NativeLong(0x2405);
    private static final NativeLong IOC_SET_FILTER = new NativeLong(0x4008_2406);

    private PerfEvent() {}

    /**
     * Opens an event, disabled.
     *
     * @param wakes whether each record wakes who polls; otherwise a half-full ring does
     */
    static FileDescriptor open(int tracepointId, int cpu, boolean wakes, String filter) throws KernelException {
        FileDescriptor event;
        try {
            event = open(tracepointId, cpu, wakes, READ_LOST);
        } catch (KernelException e) {
            if (e.error() != KernelException.EINVAL) {
                throw e;
            }
            event = open(tracepointId, cpu, wakes, 0); // before kernel 6.0
        }
        byte[] text = (filter + "\0").getBytes(StandardCharsets.US_ASCII);
        try (Memory argument = new Memory(text.length)) {
            argument.write(0, text, 0, text.length);
            control("set the filter of a perf event", event, IOC_SET_FILTER, argument);
        } catch (KernelException e) {
            event.close();
            throw e;
        }
        return event;
    }

    private static FileDescriptor open(int tracepointId, int cpu, boolean wakes, long readFormat)
            throws KernelException {
        try (Memory attr = new Memory(ATTR_BYTES)) {
            attr.clear();
            attr.setInt(0, TYPE_TRACEPOINT);
            attr.setInt(4, ATTR_BYTES);
            attr.setLong(8, tracepointId);
            attr.setLong(16, 1);
            attr.setLong(24, SAMPLE_TYPE);
            attr.setLong(32, readFormat);
            attr.setLong(40, FLAGS);
            attr.setInt(48, wakes ? 1 : 0);
            attr.setInt(92, LibC.CLOCK_MONOTONIC);
            return FileDescriptor.of(
                    "open perf event on CPU " + cpu,
                    LibC.syscall(
                                    SystemCall.PERF_EVENT_OPEN.number(),
                                    attr,
                                    new NativeLong(-1),
                                    new NativeLong(cpu),
                                    new NativeLong(-1),
                                    new NativeLong(FLAG_FD_CLOEXEC))
                            .longValue());
        }
    }

    /** How many of its records found no room so far; -1 where the kernel does not say. */
    static long lost(FileDescriptor event) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        boolean said = RawCalls.read(event.number(), scratch.dataAddress, READ_BYTES) == READ_BYTES;
        return said ? scratch.data.getLong(Long.BYTES) : -1;
    }

    /** Starts it. */
    static void enable(FileDescriptor event) throws KernelException {
        control("start a perf event", event, IOC_ENABLE, null);
    }

    /** Lets an event write into another's ring; both must be of the same CPU. */
    static void shareRing(FileDescriptor event, FileDescriptor owner) throws KernelException {
        control("share a perf ring", event, IOC_SET_OUTPUT, new Pointer(owner.number()));
    }

    private static void control(String operation, FileDescriptor event, NativeLong request, Pointer argument)
            throws KernelException {
        if (LibC.ioctl(event.number(), request, argument) < 0) {
            throw new KernelException(operation, Native.getLastError());
        }
    }
}
