package io.imdsight.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Where this kernel's structures keep their members, from its own description of its types, see {@link BtfTypes}. After a structure:
 *
 * <pre>
 * member:  u32 name | u32 type | u32 bits from the structure's begin; with the flag in bits 0-23, and in 24-31 how many bits it has
 * </pre>
 *
 * Reads only what it is asked for: a kernel has some 130,000 types. Hostile input leads to an {@link IllegalArgumentException}, never further.
 */
final class Btf {
    /** Where the kernel says how its structures look. */
    private static final String OF_KERNEL = "kernel/btf/vmlinux";

    /** The largest distribution kernels have 8 MiB. */
    private static final int BYTES_MAX = 64 * 1024 * 1024;

    private static final int MEMBER_BYTES = 12;

    /** Structures without a name within each other; kernels have three. */
    private static final int DEPTH_MAX = 8;

    private static final int NAME_BYTES_MAX = 64;

    /** Members looked at for one question: mm_struct and task_struct have some 300 each. */
    private static final int MEMBERS_MAX = 20_000;

    private final ByteBuffer in;
    private final byte[][] wanted;
    private final int[] wantedAt;
    private final BtfTypes types;
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
        types = new BtfTypes(in);
        types.scan(this::note);
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
                Memory memory = new Memory(Math.max(1, Math.min(file.size(), BYTES_MAX)))) {
            ByteBuffer in = memory.getByteBuffer(0, memory.size());
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

    private void note(int at) {
        for (int i = 0; i < wanted.length; i++) {
            if (wantedAt[i] < 0 && types.isNamed(in.getInt(at), wanted[i])) {
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
        for (int i = 0; i < types.count(structure) && membersLeft-- > 0; i++) {
            int at = structure + BtfTypes.TYPE_BYTES + i * MEMBER_BYTES;
            int bits = in.getInt(at + 8);
            int offset = base + ((bitFields ? bits & 0xff_ffff : bits) >>> 3);
            int name = in.getInt(at);
            int type = in.getInt(at + 4);
            if (types.isNamed(name, member) && (!bitFields || bits >>> 24 == 0) && types.size(type) == bytes) {
                return offset;
            }
            int inner = types.isNamed(name, new byte[0]) && depth < DEPTH_MAX ? types.type(type) : -1;
            if (inner >= 0 && (types.kind(inner) == BtfTypes.STRUCT || types.kind(inner) == BtfTypes.UNION)) {
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
        return types.number(BtfTypes.FUNCTION, name(function));
    }

    /**
     * How many bytes a structure has.
     *
     * @throws IllegalArgumentException where this kernel has no such structure
     */
    int size(String structure) {
        return in.getInt(structure(structure) + 8);
    }

    private static byte[] name(String text) {
        if (text.length() > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("too long a name: " + text);
        }
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
