package io.imdsight.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/**
 * The system call bpf(2), for what is needed here.
 *
 * <pre>
 * union bpf_attr (linux/bpf.h), 0 where nothing is said:
 *   map:         u32 type @0 | u32 key bytes @4 | u32 value bytes @8 | u32 entries @12 | name[16] @28
 *   look-up:     u32 map @0 | u64 address of the key @8 | u64 address for the value @16
 *   program:     u32 type @0 | u32 instructions @4 | u64 their address @8 | u64 licence's address @16
 *                u32 log level @24 | u32 log bytes @28 | u64 log's address @32 | name[16] @48
 *                u32 where it is attached @68 | u32 number of the function's type @108
 *   tracepoint:  u64 address of its name @0 | u32 program @8; a program for a function knows it already
 * </pre>
 */
final class BpfCalls {
    /** enum bpf_cmd */
    private static final int MAP_CREATE = 0;

    private static final int MAP_LOOKUP = 1;
    private static final int PROGRAM_LOAD = 5;
    private static final int RAW_TRACEPOINT_OPEN = 17;

    /** enum bpf_map_type */
    static final int ARRAY = 2;

    static final int PER_CPU_ARRAY = 6;
    /** Makes room by forgetting what was not used for longest. */
    static final int FORGETFUL_HASH = 9;

    static final int RING = 27;

    /** enum bpf_prog_type */
    private static final int RAW_TRACEPOINT = 17;

    private static final int TRACING = 26;

    /** BPF_TRACE_FENTRY of enum bpf_attach_type. */
    private static final int FUNCTION_ENTRY = 24;

    /** A kernel that knows fewer takes the rest where it is 0. */
    private static final int ATTR_BYTES = 120;

    /** The verifier's last words are at the end of some hundred KiB. */
    private static final int LOG_BYTES = 1024 * 1024;

    private static final int LOG_LINES_MAX = 12;

    private BpfCalls() {}

    static FileDescriptor map(String name, int type, int keyBytes, int valueBytes, int entries) throws KernelException {
        try (Memory attr = cleared(ATTR_BYTES)) {
            attr.setInt(0, type);
            attr.setInt(4, keyBytes);
            attr.setInt(8, valueBytes);
            attr.setInt(12, entries);
            attr.setString(28, name, "US-ASCII");
            return FileDescriptor.of("make the BPF map " + name, call(MAP_CREATE, attr));
        }
    }

    /** The first value of a map of 8-byte values; 0 where it cannot be read. */
    static long firstLong(FileDescriptor map) {
        RawCalls.Scratch scratch = RawCalls.Scratch.get();
        int value = ATTR_BYTES;
        for (int i = 0; i < ATTR_BYTES + 2 * Long.BYTES; i += Long.BYTES) {
            scratch.data.putLong(i, 0);
        }
        scratch.data.putInt(0, map.number());
        scratch.data.putLong(8, scratch.dataAddress + value + Long.BYTES);
        scratch.data.putLong(16, scratch.dataAddress + value);
        RawCalls.syscall(SystemCall.BPF.raw(), MAP_LOOKUP, scratch.dataAddress, ATTR_BYTES);
        return scratch.data.getLong(value);
    }

    /**
     * Loads a program for a raw tracepoint.
     *
     * @throws KernelException where the kernel refuses it; what its verifier said last is in the message
     */
    static FileDescriptor load(String name, byte[] instructions) throws KernelException {
        return load(name, instructions, RAW_TRACEPOINT, 0, 0);
    }

    /**
     * Loads a program for the begin of one of the kernel's functions.
     *
     * @param function the number of its type in the kernel's description
     * @throws KernelException as above
     */
    static FileDescriptor loadForFunction(String name, byte[] instructions, int function) throws KernelException {
        return load(name, instructions, TRACING, FUNCTION_ENTRY, function);
    }

    private static FileDescriptor load(String name, byte[] instructions, int type, int attach, int function)
            throws KernelException {
        // Helpers that read memory are for programs under the GPL only; it says nothing of what loads them.
        byte[] licence = "GPL\0".getBytes(StandardCharsets.US_ASCII);
        try (Memory attr = cleared(ATTR_BYTES);
                Memory code = copied(instructions);
                Memory licenceText = copied(licence)) {
            attr.setInt(0, type);
            attr.setInt(68, attach);
            attr.setInt(108, function);
            attr.setInt(4, instructions.length / Long.BYTES);
            attr.setPointer(8, code);
            attr.setPointer(16, licenceText);
            attr.setString(48, name, "US-ASCII");
            long loaded = call(PROGRAM_LOAD, attr);
            if (loaded >= 0) {
                return FileDescriptor.of("load", loaded);
            }
            int error = Native.getLastError();
            String operation = "load the BPF program " + name;
            KernelException refused = new KernelException(operation, error);
            throw refused.isPermission() && error == KernelException.EPERM
                    ? refused
                    : new KernelException(operation + " (the kernel's verifier: " + log(attr) + ")", error);
        }
    }

    /** Tries again, for the log: it makes loading several times slower. */
    private static String log(Memory attr) {
        try (Memory log = cleared(LOG_BYTES)) {
            attr.setInt(24, 1);
            attr.setInt(28, LOG_BYTES);
            attr.setPointer(32, log);
            long loaded = call(PROGRAM_LOAD, attr);
            if (loaded >= 0) {
                LibC.close((int) loaded);
            }
            String[] lines = log.getString(0, "US-ASCII").strip().split("\n", -1);
            int from = Math.max(lines.length - LOG_LINES_MAX, 0);
            return String.join("; ", java.util.Arrays.copyOfRange(lines, from, lines.length));
        }
    }

    /** Runs a program at each passing of a tracepoint until the descriptor is closed. */
    static FileDescriptor attach(String tracepoint, FileDescriptor program) throws KernelException {
        try (Memory attr = cleared(ATTR_BYTES);
                Memory name = copied((tracepoint + '\0').getBytes(StandardCharsets.US_ASCII))) {
            attr.setPointer(0, name);
            attr.setInt(8, program.number());
            return FileDescriptor.of("attach to the tracepoint " + tracepoint, call(RAW_TRACEPOINT_OPEN, attr));
        }
    }

    /** Runs a program at each call of the function that it was loaded for, until the descriptor is closed. Kernel 5.5; arm64 6.0. */
    static FileDescriptor attachToFunction(String function, FileDescriptor program) throws KernelException {
        try (Memory attr = cleared(ATTR_BYTES)) {
            attr.setInt(8, program.number());
            return FileDescriptor.of("attach to the function " + function, call(RAW_TRACEPOINT_OPEN, attr));
        }
    }

    private static long call(int command, Memory attr) {
        return RawCalls.syscall(SystemCall.BPF.raw(), command, Pointer.nativeValue(attr), attr.size());
    }

    private static Memory cleared(int bytes) {
        Memory out = new Memory(bytes);
        out.clear();
        return out;
    }

    private static Memory copied(byte[] bytes) {
        Memory out = new Memory(bytes.length);
        out.write(0, bytes, 0, bytes.length);
        return out;
    }
}
