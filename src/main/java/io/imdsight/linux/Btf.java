package io.imdsight.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Where this kernel's structures keep their members, from its own description of its types (Documentation/bpf/btf.rst).
 *
 * <pre>
 * header:  u16 magic eb9f | u8 version 1 | u8 flags | u32 header bytes | u32 types @ | u32 their bytes | u32 strings @ | u32 their bytes
 *          (the two places are counted from the header's end)
 * type:    u32 name (place in the strings) | u32 info: bits 0-15 count, 24-28 kind, 31 flag | u32 size, or another type's number
 *          then, by kind, what {@link #EXTRA_BYTES} and {@link #ITEM_BYTES} say; the first type has number 1
 * member:  u32 name | u32 type | u32 bits from the structure's begin; with the flag in bits 0-23, and in 24-31 how many bits it has
 * </pre>
 *
 * Reads only what it is asked for: a kernel has some 130,000 types. Hostile input leads to an {@link IllegalArgumentException}, never further.
 */
final class Btf {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES_MIN = 24;

    /** Where the kernel says how its structures look. */
    private static final String OF_KERNEL = "kernel/btf/vmlinux";

    /** The largest distribution kernels have 8 MiB. */
    private static final int BYTES_MAX = 64 * 1024 * 1024;

    private static final int TYPE_BYTES = 12;
    private static final int MEMBER_BYTES = 12;

    /** BTF_MAX_TYPE, linux/btf.h. */
    private static final int TYPES_MAX = 0x000f_ffff;

    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int FUNCTION = 12;

    /** After a type, by kind: INT has 4, ARRAY 12, VAR and DECL_TAG 4 … */
    private static final int[] EXTRA_BYTES = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    /** … and for each that it counts: STRUCT, UNION and DATASEC 12, ENUM and FUNC_PROTO 8, ENUM64 12. */
    private static final int[] ITEM_BYTES = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    /** The place of every 64th type is kept: the way to any other is short, and the table small. */
    private static final int INDEX_STEP = 64;

    /** Structures without a name within each other; kernels have three. */
    private static final int DEPTH_MAX = 8;

    private static final int NAME_BYTES_MAX = 64;

    /** Members looked at for one question: mm_struct and task_struct have some 300 each. */
    private static final int MEMBERS_MAX = 20_000;

    private final ByteBuffer in;
    private final byte[][] wanted;
    private final int[] wantedAt;
    private final int types;
    private final int typesEnd;
    private final int strings;
    private final int stringsEnd;
    private int[] index = new int[4096];
    private int typeCount;
    private int membersLeft;

    /**
     * Looks through a description.
     *
     * @param in in the kernel's byte order; read while this is used, not changed
     * @param structures those that will be asked for
     * @throws IllegalArgumentException where it is none, or damaged
     */
    Btf(ByteBuffer in, String... structures) {
        this.in = in;
        wanted = new byte[structures.length][];
        wantedAt = new int[structures.length];
        for (int i = 0; i < structures.length; i++) {
            wanted[i] = name(structures[i]);
            wantedAt[i] = -1;
        }
        if (in.limit() < HEADER_BYTES_MIN || (in.getShort(0) & 0xffff) != MAGIC || in.get(2) != 1) {
            throw new IllegalArgumentException("not a description of kernel types");
        }
        int header = in.getInt(4);
        types = place(header, in.getInt(8));
        typesEnd = place(types, in.getInt(12));
        strings = place(header, in.getInt(16));
        stringsEnd = place(strings, in.getInt(20));
        scan();
    }

    /**
     * What this machine's kernel says.
     *
     * @param sysRoot /sys
     * @param question reads what is wanted, while it may
     * @throws IllegalArgumentException where it says nothing, or as {@code question} does
     */
    static <T> T ofKernel(Path sysRoot, Function<Btf, T> question, String... structures) throws IOException {
        Path types = sysRoot.resolve(OF_KERNEL);
        // Outside of the heap, which need not grow for something that is looked at once.
        try (FileChannel file = FileChannel.open(types);
                Arena arena = Arena.ofConfined()) {
            long bytes = Math.min(file.size(), BYTES_MAX);
            ByteBuffer in = arena.allocate(bytes, Long.BYTES).asByteBuffer().order(ByteOrder.nativeOrder());
            int got = 0;
            while (in.hasRemaining() && got >= 0) {
                got = file.read(in);
            }
            return question.apply(new Btf(in.flip(), structures));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "this kernel has no " + types + ", its description of its structures", e);
        }
    }

    private int place(int from, int distance) {
        if (from < 0 || distance < 0 || (long) from + distance > in.limit()) {
            throw new IllegalArgumentException("the description of kernel types ends too early");
        }
        return from + distance;
    }

    private void scan() {
        int at = types;
        while (at < typesEnd) {
            if (typeCount >= TYPES_MAX) {
                throw new IllegalArgumentException("the description of kernel types has too many");
            }
            if (typeCount % INDEX_STEP == 0) {
                int slot = typeCount / INDEX_STEP;
                index = slot == index.length ? Arrays.copyOf(index, slot * 2) : index;
                index[slot] = at;
            }
            int end = next(at);
            if (kind(at) == STRUCT && count(at) > 0) {
                note(at);
            }
            at = end;
            typeCount++;
        }
    }

    private void note(int at) {
        for (int i = 0; i < wanted.length; i++) {
            if (wantedAt[i] < 0 && isNamed(in.getInt(at), wanted[i])) {
                wantedAt[i] = at;
            }
        }
    }

    private int structure(String structure) {
        byte[] name = name(structure);
        for (int i = 0; i < wanted.length; i++) {
            if (wantedAt[i] >= 0 && Arrays.equals(name, wanted[i])) {
                return wantedAt[i];
            }
        }
        throw new IllegalArgumentException("this kernel has no structure " + structure);
    }

    /** The place after a type that is checked to lie within. */
    private int next(int at) {
        if (typesEnd - at < TYPE_BYTES) {
            throw new IllegalArgumentException("the description of kernel types ends within one");
        }
        int kind = kind(at);
        if (kind >= EXTRA_BYTES.length) {
            throw new IllegalArgumentException("the description of kernel types has kind " + kind + ", not known here");
        }
        int bytes = TYPE_BYTES + EXTRA_BYTES[kind] + count(at) * ITEM_BYTES[kind];
        if (typesEnd - at < bytes) {
            throw new IllegalArgumentException("the description of kernel types ends within one");
        }
        return at + bytes;
    }

    private int kind(int at) {
        return in.getInt(at + 4) >>> 24 & 31;
    }

    private int count(int at) {
        return in.getInt(at + 4) & 0xffff;
    }

    /** Where the type of a number lies; -1 where there is none. */
    private int type(int number) {
        if (number < 1 || number > typeCount) {
            return -1;
        }
        int at = index[(number - 1) / INDEX_STEP];
        for (int i = (number - 1) % INDEX_STEP; i > 0; i--) {
            at = next(at);
        }
        return at;
    }

    /**
     * Where a member begins, also one of a structure without a name inside.
     *
     * @param bytes how large it must be
     * @return bytes from the structure's begin
     * @throws IllegalArgumentException where this kernel has no such member
     */
    int offset(String structure, String member, int bytes) {
        membersLeft = MEMBERS_MAX;
        int found = offset(structure(structure), name(member), bytes, 0, 0);
        if (found >= 0) {
            return found;
        }
        throw new IllegalArgumentException(
                "this kernel has no " + structure + "." + member + " of " + bytes + " bytes");
    }

    private int offset(int structure, byte[] member, int bytes, int base, int depth) {
        boolean bitFields = in.getInt(structure + 4) < 0;
        for (int i = 0; i < count(structure) && membersLeft-- > 0; i++) {
            int at = structure + TYPE_BYTES + i * MEMBER_BYTES;
            int bits = in.getInt(at + 8);
            int offset = base + ((bitFields ? bits & 0xff_ffff : bits) >>> 3);
            int name = in.getInt(at);
            int type = in.getInt(at + 4);
            if (isNamed(name, member) && (!bitFields || bits >>> 24 == 0) && size(type) == bytes) {
                return offset;
            }
            int inner = isNamed(name, new byte[0]) && depth < DEPTH_MAX ? type(type) : -1;
            if (inner >= 0 && (kind(inner) == STRUCT || kind(inner) == UNION)) {
                int found = offset(inner, member, bytes, offset, depth + 1);
                if (found >= 0) {
                    return found;
                }
            }
        }
        return -1;
    }

    /** The number of a function's type; 0 where this kernel describes no such function. */
    int function(String function) {
        byte[] name = name(function);
        int at = types;
        for (int number = 1; number <= typeCount; number++) {
            if (kind(at) == FUNCTION && isNamed(in.getInt(at), name)) {
                return number;
            }
            at = next(at);
        }
        return 0;
    }

    /**
     * How many bytes a structure has.
     *
     * @throws IllegalArgumentException where this kernel has no such structure
     */
    int size(String structure) {
        return in.getInt(structure(structure) + 8);
    }

    /** How many bytes a type has; -1 where that cannot be said. */
    private long size(int number) {
        int elements = 1;
        int at = type(number);
        for (int i = 0; at >= 0 && i < DEPTH_MAX * 2; i++) {
            switch (kind(at)) {
                case 1, STRUCT, UNION, 6, 16, 19 -> { // INT, ENUM, FLOAT, ENUM64
                    return (long) in.getInt(at + 8) * elements;
                }
                case 2 -> { // PTR; 64-bit machines only
                    return (long) Long.BYTES * elements;
                }
                case ARRAY -> {
                    elements = in.getInt(at + TYPE_BYTES + 8);
                    at = type(in.getInt(at + TYPE_BYTES));
                }
                case 8, 9, 10, 11, 18 -> at = type(in.getInt(at + 8)); // TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG
                default -> {
                    return -1;
                }
            }
        }
        return -1;
    }

    private static byte[] name(String text) {
        if (text.length() > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("too long a name: " + text);
        }
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private boolean isNamed(int name, byte[] wanted) {
        if (name < 0 || name >= stringsEnd - strings - wanted.length) {
            return false;
        }
        int at = strings + name;
        for (int i = 0; i < wanted.length; i++) {
            if (in.get(at + i) != wanted[i]) {
                return false;
            }
        }
        return in.get(at + wanted.length) == 0;
    }
}
