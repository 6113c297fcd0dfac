package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attributes as the kernel lays them out. */
class NetlinkAttributesTest {
    private static List<String> read(ByteBuffer in) {
        List<String> out = new ArrayList<>();
        NetlinkAttributes.read(
                in, 0, (type, value) -> out.add(type + "=" + HexFormat.of().formatHex(value)));
        return out;
    }

    @Test
    void whatIsWrittenIsReadPaddingLeftOutAndNestsInside() {
        NetlinkAttributes written = new NetlinkAttributes().put(3, "lo");
        int nest = written.begin(18);
        written.put(1, new byte[] {7}).end(nest).put(4, new byte[4]);
        byte[] bytes = written.bytes();
        assertEquals(8 + 4 + 8 + 8, bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        List<String> found = read(in);
        assertEquals("3=6c6f00", found.get(0));
        assertEquals("4=00000000", found.get(2));
        assertEquals(3, found.size());
    }

    @Test
    void aLengthThatContradictsTheMessageEndsTheWalk() {
        for (int length : new int[] {0, 3, 9, 0xffff}) {
            ByteBuffer in = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
            in.putShort(0, (short) length).putShort(2, (short) 1);
            assertEquals(List.of(), read(in));
        }
        assertEquals(List.of(), read(ByteBuffer.allocate(3)));
    }
}
