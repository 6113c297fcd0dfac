package io.imdsight.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * A netlink payload under construction: a fixed header, then attributes, which may nest.
 *
 * <pre>
 * struct nlattr (linux/netlink.h), host byte order:
 *   u16 length, header included, padding not | u16 type | value, padded to 4
 * </pre>
 */
final class NetlinkAttributes {
    /** Ours are far smaller; more is a mistake. */
    private static final int PAYLOAD_BYTES_MAX = 512;

    private static final int HEADER_BYTES = 4;

    /** NLA_F_NESTED, linux/netlink.h: says that a value is made of attributes. Newer parts of the kernel ask for it, older ones ignore it. */
    static final int NESTED = 0x8000;

    /** Without NLA_F_NESTED and NLA_F_NET_BYTEORDER; linux/netlink.h. */
    private static final int TYPE_MASK = 0x3fff;

    private final ByteBuffer out = ByteBuffer.allocate(PAYLOAD_BYTES_MAX).order(ByteOrder.nativeOrder());

    /** Appends a fixed header, as struct ifinfomsg. */
    NetlinkAttributes header(ByteBuffer header) {
        out.put(header.duplicate().flip());
        return this;
    }

    NetlinkAttributes put(int type, byte[] value) {
        int start = begin(type);
        out.put(value);
        return end(start);
    }

    NetlinkAttributes put(int type, int value) {
        int start = begin(type);
        out.putInt(value);
        return end(start);
    }

    /** A text with the zero byte that ends it. */
    NetlinkAttributes put(int type, String value) {
        return put(type, (value + '\0').getBytes(StandardCharsets.US_ASCII));
    }

    /** Opens a nested attribute; what it returns goes to {@link #end}. */
    int begin(int type) {
        int start = out.position();
        out.putShort((short) 0).putShort((short) type);
        return start;
    }

    NetlinkAttributes end(int start) {
        out.putShort(start, (short) (out.position() - start));
        while ((out.position() & 3) != 0) {
            out.put((byte) 0);
        }
        return this;
    }

    byte[] bytes() {
        return Arrays.copyOf(out.array(), out.position());
    }

    /** Walks the attributes from a position to the end of a payload; stops at the first that contradicts its length. */
    static void read(ByteBuffer in, int from, BiConsumer<Integer, byte[]> attribute) {
        int at = from;
        while (at + HEADER_BYTES <= in.limit()) {
            int length = in.getShort(at) & 0xffff;
            if (length < HEADER_BYTES || at + length > in.limit()) {
                return;
            }
            byte[] value = new byte[length - HEADER_BYTES];
            in.get(at + HEADER_BYTES, value);
            attribute.accept(in.getShort(at + 2) & TYPE_MASK, value);
            at += length + 3 & ~3;
        }
    }
}
