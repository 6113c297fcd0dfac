package io.imdsight.report.scan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** ELF files with Go's build info, laid out as its linker does; one segment, no sections. */
final class GoProgram {
    static final String MODULES = """
            path\texample.org/backup
            mod\texample.org/backup\t(devel)
            dep\tgithub.com/aws/aws-sdk-go\tv1.25.37\th1:abc=
            dep\tgithub.com/aws/aws-sdk-go-v2\tv1.0.0\th1:abc=
            dep\texample.org/replaced\tv1.0.0
            =>\texample.org/instead\tv2.0.0\th1:abc=
            """;
    private static final int SEGMENT = 0x100;
    private static final long ADDRESS = 0x400000;

    private GoProgram() {}

    /** As Go 1.18 and later write it. */
    static byte[] inline(String modules) {
        byte[] text = wrapped(modules);
        ByteBuffer out = elf(ByteOrder.LITTLE_ENDIAN, 64 + text.length);
        header(out, 8, 2);
        out.position(SEGMENT + 32);
        string(out, "go1.21.0".getBytes(StandardCharsets.US_ASCII));
        string(out, text);
        return bytes(out);
    }

    /** As Go 1.13 to 1.17 write it. */
    static byte[] pointers(String modules, ByteOrder order) {
        byte[] text = wrapped(modules);
        ByteBuffer out = elf(order, 128 + text.length);
        header(out, 8, order == ByteOrder.BIG_ENDIAN ? 1 : 0);
        out.putLong(SEGMENT + 16, ADDRESS + 32).putLong(SEGMENT + 24, ADDRESS + 48);
        out.putLong(SEGMENT + 48, ADDRESS + 64).putLong(SEGMENT + 56, text.length);
        out.put(SEGMENT + 64, text);
        return bytes(out);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] out = new byte[buffer.capacity()];
        buffer.get(0, out);
        return out;
    }

    private static byte[] wrapped(String modules) {
        return ("0123456789abcdef" + modules + "fedcba9876543210").getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer elf(ByteOrder order, int bytes) {
        ByteBuffer out = ByteBuffer.allocate(SEGMENT + bytes).order(order);
        out.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, (byte) (order == ByteOrder.BIG_ENDIAN ? 2 : 1)});
        out.putLong(32, 64).putShort(54, (short) 56).putShort(56, (short) 1);
        out.putInt(64, 1)
                .putInt(68, 6)
                .putLong(72, SEGMENT)
                .putLong(80, ADDRESS)
                .putLong(96, bytes);
        return out;
    }

    private static void header(ByteBuffer out, int pointerBytes, int flags) {
        out.put(SEGMENT, "\u00ff Go buildinf:".getBytes(StandardCharsets.ISO_8859_1));
        out.put(SEGMENT + 14, (byte) pointerBytes).put(SEGMENT + 15, (byte) flags);
    }

    private static void string(ByteBuffer out, byte[] text) {
        int length = text.length;
        while (length >= 0x80) {
            out.put((byte) (length | 0x80));
            length >>= 7;
        }
        out.put((byte) length).put(text);
    }
}
