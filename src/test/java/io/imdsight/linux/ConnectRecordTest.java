package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConnectRecordTest {
    private static final byte[] CURL = "curl\0-s\0".getBytes(StandardCharsets.US_ASCII);

    /** What the kernel writes for a curl with a shell and init above it. */
    private static ByteBuffer curl() {
        ByteBuffer b = ByteBuffer.allocate(ConnectRecord.BYTES_MAX).order(ByteOrder.nativeOrder());
        b.putLong(0, 1_000).putLong(8, 0xffff_8881_0000_0000L).putInt(16, 31).putInt(20, 30);
        b.putInt(24, 1000).putInt(28, 1001).putLong(32, 77).putLong(40, 2_019_999_999L);
        b.put(48, "curl".getBytes(StandardCharsets.US_ASCII)).putInt(64, 0x40_0000);
        b.putLong(72, CURL.length).putLong(80, 0);
        b.putInt(104, 20).putLong(112, 1_000_000_000L).put(120, "sh".getBytes(StandardCharsets.US_ASCII));
        b.putInt(68, 8 << 20 | 1).putLong(88, 4711).putInt(96, 5).putInt(100, 0xf000_0097);
        b.putInt(136, 1).putLong(144, 10_000_000L).put(152, "a-name-of-16-byt".getBytes(StandardCharsets.US_ASCII));
        b.putInt(660, 0x8000_0001).put(664, CURL);
        return b;
    }

    @Test
    void aProcessIsReadWithItsAncestors() {
        ConnectRecord r = ConnectRecord.parse(curl(), 0, 664 + CURL.length);
        assertEquals(1_000, r.timeNanos());
        assertEquals(0xffff_8881_0000_0000L, r.socket());
        assertEquals(0x8000_0001, r.sequence());
        assertEquals(30, r.pid());
        assertEquals(1000, r.userId());
        assertEquals(77, r.cgroupId());
        assertEquals(0xf000_0097L, r.networkNamespace());
        assertEquals(201, r.process().startTicks());
        assertEquals(20, r.process().parent());
        assertFalse(r.process().isKernelThread());
        assertArrayEquals(CURL, r.arguments());
        assertTrue(r.whole());
        assertEquals(new ConnectRecord.FileIdentity(8 << 20 | 1, 4711, 5), r.executable());
        assertEquals(0x801, r.executable().statDevice());
        assertEquals(2, r.ancestors().size());
        assertEquals(100, r.ancestors().get(0).startTicks());
        assertEquals("sh", new String(r.ancestors().get(0).name(), StandardCharsets.US_ASCII));
        assertEquals("a-name-of-16-byt", new String(r.ancestors().get(1).name(), StandardCharsets.US_ASCII));
    }

    @Test
    void aCommandLineThatWasCutIsNotWhole() {
        assertFalse(ConnectRecord.parse(curl().putLong(72, 100_000), 0, 664 + CURL.length)
                .whole());
    }

    @Test
    void aCommandLineThatCouldNotBeCopiedIsAbsent() {
        ConnectRecord r = ConnectRecord.parse(curl().putLong(80, -14), 0, 664 + CURL.length);
        assertNull(r.arguments());
        assertFalse(r.whole());
    }

    @Test
    void aChainOfSixteenNeedsNoEnd() {
        ByteBuffer b = curl();
        for (int i = 0; i < 16; i++) {
            b.putInt(104 + 32 * i, 100 + i);
        }
        assertEquals(16, ConnectRecord.parse(b, 0, 664).ancestors().size());
    }

    @Test
    void aRecordOfAnotherLengthIsNone() {
        assertNull(ConnectRecord.parse(curl(), 0, 663));
        assertNull(ConnectRecord.parse(curl(), 0, ConnectRecord.BYTES_MAX + 8));
        assertNull(ConnectRecord.parse(curl(), 8, ConnectRecord.BYTES_MAX));
        assertNull(ConnectRecord.parse(curl(), 0, -1));
    }

    @Test
    void anyBytesAreRead() {
        Random random = new Random(3);
        byte[] bytes = new byte[ConnectRecord.BYTES_MAX];
        for (int i = 0; i < 2_000; i++) {
            random.nextBytes(bytes);
            ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            ConnectRecord r = ConnectRecord.parse(b, 0, 664 + random.nextInt(17 * 1024));
            assertTrue(r.ancestors().size() <= ConnectRecord.ANCESTORS_MAX);
        }
    }
}
