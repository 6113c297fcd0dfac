package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BtfTest {
    private static final int INT = 1;
    private static final int POINTER = 2;
    private static final int ARRAY = 3;
    private static final int STRUCT = 4;
    private static final int UNION = 5;
    private static final int TYPEDEF = 8;
    private static final int FUNCTION_PROTOTYPE = 13;

    /** Writes a description. */
    private static final class Blob {
        private final ByteBuffer types = ByteBuffer.allocate(64 * 1024).order(ByteOrder.nativeOrder());
        private final ByteArrayOutputStream strings = new ByteArrayOutputStream();

        Blob() {
            strings.write(0);
        }

        private int name(String text) {
            if (text.isEmpty()) {
                return 0;
            }
            int at = strings.size();
            strings.writeBytes((text + '\0').getBytes(StandardCharsets.US_ASCII));
            return at;
        }

        Blob type(String name, int kind, int count, int sizeOrType, int... rest) {
            types.putInt(name(name)).putInt(kind << 24 | count).putInt(sizeOrType);
            for (int i : rest) {
                types.putInt(i);
            }
            return this;
        }

        Blob bitFields(String name, int count, int size) {
            return type(name, STRUCT | 1 << 7, count, size);
        }

        Blob member(String name, int type, int bits) {
            types.putInt(name(name)).putInt(type).putInt(bits);
            return this;
        }

        ByteBuffer bytes() {
            ByteBuffer out =
                    ByteBuffer.allocate(24 + types.position() + strings.size()).order(ByteOrder.nativeOrder());
            out.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(24);
            out.putInt(0).putInt(types.position()).putInt(types.position()).putInt(strings.size());
            return out.put(types.duplicate().flip()).put(strings.toByteArray()).flip();
        }
    }

    private static Blob small() {
        return new Blob()
                .type("int", INT, 0, 4, 32) // 1
                .type("", POINTER, 0, 5) // 2
                .type("", ARRAY, 0, 0, 4, 1, 16) // 3
                .type("char", INT, 0, 1, 8) // 4
                .type("task", STRUCT, 4, 48) // 5
                .member("parent", 2, 0)
                .member("comm", 3, 64)
                .member("", 6, 192)
                .member("flags", 8, 256)
                .type("", UNION, 2, 8) // 6
                .member("inner", 1, 0)
                .member("", 7, 0)
                .type("", STRUCT, 1, 8) // 7
                .member("deep", 1, 32)
                .type("u32", TYPEDEF, 0, 1) // 8
                .type("", FUNCTION_PROTOTYPE, 2, 0, 0, 1, 0, 1) // 9
                .bitFields("packed", 2, 8) // 10
                .member("bits", 1, 3 << 24 | 5)
                .member("plain", 1, 32);
    }

    @Test
    void findsMembersByNameAndSizeAlsoInStructuresWithoutAName() {
        Btf types = new Btf(small().bytes(), "task", "packed");
        assertEquals(0, types.offset("task", "parent", 8));
        assertEquals(8, types.offset("task", "comm", 16));
        assertEquals(24, types.offset("task", "inner", 4));
        assertEquals(28, types.offset("task", "deep", 4));
        assertEquals(32, types.offset("task", "flags", 4));
        assertEquals(4, types.offset("packed", "plain", 4));
        assertEquals(48, types.size("task"));
    }

    @Test
    void aMemberThatIsMissingOrOfAnotherSizeIsSaidToBe() {
        Btf types = new Btf(small().bytes(), "task", "packed");
        assertThrows(IllegalArgumentException.class, () -> types.offset("task", "comm", 8));
        assertThrows(IllegalArgumentException.class, () -> types.offset("task", "nothing", 8));
        assertThrows(IllegalArgumentException.class, () -> types.offset("packed", "bits", 4));
        assertThrows(IllegalArgumentException.class, () -> types.offset("nothing", "comm", 8));
    }

    @Test
    void aTypeFarFromAKeptPlaceIsFound() {
        Blob b = small();
        for (int i = 11; i < 1000; i++) {
            b.type("t" + i, TYPEDEF, 0, i == 999 ? 3 : i + 1);
        }
        b.type("last", STRUCT, 1, 16).member("name", 998, 0);
        assertEquals(0, new Btf(b.bytes(), "last").offset("last", "name", 16));
    }

    @Test
    void typesThatLeadToThemselvesComeToAnEnd() {
        Blob b = new Blob()
                .type("a", STRUCT, 3, 8) // 1
                .member("", 2, 0)
                .member("", 2, 0)
                .member("x", 3, 0)
                .type("", STRUCT, 60, 8); // 2
        for (int i = 0; i < 60; i++) {
            b.member("", 2, 0);
        }
        b.type("loop", TYPEDEF, 0, 3); // 3
        Btf types = new Btf(b.bytes(), "a");
        assertThrows(IllegalArgumentException.class, () -> types.offset("a", "x", 8));
        assertThrows(IllegalArgumentException.class, () -> types.offset("a", "y", 8));
    }

    @Test
    void damagedDescriptionsAreRefusedAndNothingElse() {
        byte[] good = new byte[small().bytes().remaining()];
        small().bytes().get(good);
        Random random = new Random(7);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = java.util.Arrays.copyOf(good, round < good.length ? round : good.length);
            for (int i = random.nextInt(6); i > 0 && bad.length > 0; i--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                Btf types = new Btf(ByteBuffer.wrap(bad).order(ByteOrder.nativeOrder()), "task", "packed");
                types.offset("task", "deep", 4);
                types.offset("packed", "plain", 4);
            } catch (IllegalArgumentException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000);
    }

    @Test
    void thisMachinesKernelIsUnderstood() throws IOException {
        Path file = Path.of("/sys/kernel/btf/vmlinux");
        assumeTrue(Files.isReadable(file), "this kernel does not describe its types");
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        KernelOffsets at = KernelOffsets.of(new Btf(in, KernelOffsets.STRUCTURES));
        // struct sock_common has begun so since Linux 3.
        assertEquals(0, at.socket().destinationV4());
        assertEquals(12, at.socket().destinationPort());
        assertEquals(16, at.socket().family());
        assertEquals(8, at.argumentsEnd() - at.argumentsBegin());
    }
}
