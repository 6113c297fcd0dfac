package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Any bytes as a kernel's description of its types, behind a header that says where they are: refused with an {@link IllegalArgumentException}, or read. */
class BtfFuzzTest {
    private static final int HEADER_BYTES = 24;

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        anyDescriptionIsReadOrRefused(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyDescriptionIsReadOrRefused(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] strings = "\0task\0packed\0deep\0plain\0f\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] types = Arrays.copyOf(input, input.length);
        ByteBuffer in = ByteBuffer.allocate(HEADER_BYTES + types.length + strings.length)
                .order(ByteOrder.nativeOrder());
        in.putShort((short) 0xeb9f).put((byte) 1).put((byte) 0).putInt(HEADER_BYTES);
        in.putInt(0).putInt(types.length).putInt(types.length).putInt(strings.length);
        in.put(types).put(strings).flip();
        try {
            Btf read = new Btf(in, "task", "packed");
            assertTrue(read.function("f") >= 0);
            assertTrue(read.offset("task", "deep", 4) >= 0);
            read.size("packed");
        } catch (IllegalArgumentException e) {
            assertTrue(e.getMessage().contains("kernel"), e.getMessage());
        }
    }
}
