package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The types of a kernel's description of its types (Documentation/bpf/btf.rst), by number and by the place where each lies.
 *
 * <pre>
 * header:  u16 magic eb9f | u8 version 1 | u8 flags | u32 header bytes | u32 types @ | u32 their bytes | u32 strings @ | u32 their bytes
 *          (the two places are counted from the header's end)
 * type:    u32 name (place in the strings) | u32 info: bits 0-15 count, 24-28 kind, 31 flag | u32 size, or another type's number
 *          then, by kind, what {@link #EXTRA_BYTES} and {@link #ITEM_BYTES} say; the first type has number 1
 * </pre>
 *
 * Hostile input leads to an {@link IllegalArgumentException}, never further.
 */
final class BtfTypes {
    private static final int MAGIC = 0xeb9f;
    private static final int HEADER_BYTES_MIN = 24;

    static final int TYPE_BYTES = 12;

    /** BTF_MAX_TYPE, linux/btf.h. */
    private static final int TYPES_MAX = 0x000f_ffff;

    private static final int ARRAY = 3;
    static final int STRUCT = 4;
    static final int UNION = 5;
    static final int FUNCTION = 12;

    /** After a type, by kind: INT has 4, ARRAY 12, VAR and DECL_TAG 4 … */
    private static final int[] EXTRA_BYTES = {0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0};

    /** … and for each that it counts: STRUCT, UNION and DATASEC 12, ENUM and FUNC_PROTO 8, ENUM64 12. */
    private static final int[] ITEM_BYTES = {0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12};

    /** The place of every 64th type is kept: the way to any other is short, and the table small. */
    private static final int INDEX_STEP = 64;

    /** Types that say what another one is, each in its turn. */
    private static final int CHAIN_MAX = 16;

    private final ByteBuffer in;
    private final int types;
    private final int typesEnd;
    private final int strings;
    private final int stringsEnd;
    private int[] index = new int[4096];
    private int typeCount;

    /**
     * Of no type yet, see {@link #scan}.
     *
     * @param in in the kernel's byte order; read while this is used, not changed
     * @throws IllegalArgumentException where it is no description
     */
    BtfTypes(ByteBuffer in) {
        this.in = in;
        if (in.limit() < HEADER_BYTES_MIN || (in.getShort(0) & 0xffff) != MAGIC || in.get(2) != 1) {
            throw new IllegalArgumentException("not a description of kernel types");
        }
        int header = in.getInt(4);
        types = place(header, in.getInt(8));
        typesEnd = place(types, in.getInt(12));
        strings = place(header, in.getInt(16));
        stringsEnd = place(strings, in.getInt(20));
    }

    private int place(int from, int distance) {
        if (from < 0 || distance < 0 || (long) from + distance > in.limit()) {
            throw new IllegalArgumentException("the description of kernel types ends too early");
        }
        return from + distance;
    }

    /**
     * Looks through all types. Once, before anything is asked.
     *
     * @param structures gets the place of each structure that has members
     * @throws IllegalArgumentException where the description is damaged
     */
    void scan(IntConsumer structures) {
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
                structures.accept(at);
            }
            at = end;
            typeCount++;
        }
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

    /** What a type is. */
    int kind(int at) {
        return in.getInt(at + 4) >>> 24 & 31;
    }

    /** How many members or the like it has. */
    int count(int at) {
        return in.getInt(at + 4) & 0xffff;
    }

    /** Where the type of a number lies; -1 where there is none. */
    int type(int number) {
        if (number < 1 || number > typeCount) {
            return -1;
        }
        int at = index[(number - 1) / INDEX_STEP];
        for (int i = (number - 1) % INDEX_STEP; i > 0; i--) {
            at = next(at);
        }
        return at;
    }

    /** The number of the first type of a kind and a name; 0 where there is none. */
    int number(int kind, byte[] name) {
        int at = types;
        for (int number = 1; number <= typeCount; number++) {
            if (kind(at) == kind && isNamed(in.getInt(at), name)) {
                return number;
            }
            at = next(at);
        }
        return 0;
    }

    /** How many bytes a type has; -1 where that cannot be said. */
    long size(int number) {
        int elements = 1;
        int at = type(number);
        for (int i = 0; at >= 0 && i < CHAIN_MAX; i++) {
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

    /** Whether the string of a number is this one. */
    boolean isNamed(int name, byte[] wanted) {
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
