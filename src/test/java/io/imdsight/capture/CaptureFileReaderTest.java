package io.imdsight.capture;

import static io.imdsight.capture.Packets.*;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.capture.CaptureFileReader.Contents;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Link;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class CaptureFileReaderTest {
    private static final List<ByteOrder> ORDERS = List.of(LITTLE_ENDIAN, BIG_ENDIAN);
    private final byte[] packet = ethernet("0800", requestV4());
    private final Received received = new Received();
    private final Drops drops = new Drops();
    private final CaptureFileReader reader = new CaptureFileReader(Endpoints.EC2, received, drops);

    private Contents read(byte[]... parts) throws Exception {
        return reader.read(new ByteArrayInputStream(join(parts)));
    }

    private CaptureFileException fails(CaptureFileException.Kind kind, byte[]... parts) {
        CaptureFileException e = assertThrows(CaptureFileException.class, () -> read(parts));
        assertEquals(kind, e.kind(), e.getMessage());
        return e;
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void pcapIsReadInBothByteOrdersAndResolutions() throws Exception {
        for (ByteOrder order : ORDERS) {
            read(
                    pcapHeader(order, PcapFile.MICROS, 1),
                    pcapRecord(order, 1_700_000_000, 123_456, packet.length, packet));
            read(pcapHeader(order, PcapFile.NANOS, 1), pcapRecord(order, -1, 123_456_789, packet.length, packet));
        }
        assertEquals(
                List.of(
                        1_700_000_000_123_456_000L,
                        4_294_967_295_123_456_789L,
                        1_700_000_000_123_456_000L,
                        4_294_967_295_123_456_789L),
                received.segments.stream().map(s -> s.timestampNanos()).toList());
    }

    @Test
    void theModifiedHeaderIsRead() throws Exception {
        byte[] record = pcapRecord(LITTLE_ENDIAN, 1, 2, packet.length, packet);
        byte[] wide = join(Arrays.copyOf(record, 16), new byte[8], packet);
        Contents contents = read(pcapHeader(LITTLE_ENDIAN, PcapFile.MODIFIED, 1), wide, wide);
        assertEquals(2, contents.segments());
    }

    @Test
    void theLinkTypeIsReadWithoutTheBitsAboveIt() throws Exception {
        read(pcapHeader(BIG_ENDIAN, PcapFile.MICROS, 0xf400_0001), pcapRecord(BIG_ENDIAN, 1, 2, packet.length, packet));
        assertEquals(1, received.count());
    }

    @Test
    void aHeaderAloneIsAnEmptyCapture() throws Exception {
        assertEquals(0, read(pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1)).packets());
        assertEquals(0, read(section(BIG_ENDIAN)).packets());
        assertEquals(Map.of(), drops.all());
        assertEquals(List.of(), received.idle);
    }

    @Test
    void whatIsNoCaptureIsSaidSo() {
        fails(CaptureFileException.Kind.NOT_A_CAPTURE);
        fails(CaptureFileException.Kind.NOT_A_CAPTURE, new byte[] {1});
        fails(CaptureFileException.Kind.NOT_A_CAPTURE, "#!/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void aFileCutAnywhereGivesWhatLiesBeforeTheCut() throws Exception {
        byte[] one = pcapRecord(LITTLE_ENDIAN, 1, 2, packet.length, packet);
        byte[] pcap = join(pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1), one, one);
        byte[] zipped = gzip(pcap);
        for (int cut = 4; cut < pcap.length; cut++) {
            if (cut != 24 && cut != 24 + one.length) {
                CaptureFileException e = fails(CaptureFileException.Kind.DAMAGED, Arrays.copyOf(pcap, cut));
                assertEquals(cut < 24 + one.length ? 0 : 1, e.contents().packets());
            }
        }
        byte[] block = enhancedPacket(BIG_ENDIAN, 0, 5, packet);
        byte[] head = join(section(BIG_ENDIAN), interfaceBlock(BIG_ENDIAN, 1, 0, new byte[0]));
        byte[] pcapng = join(head, block, block);
        for (int cut = head.length + 1; cut < pcapng.length; cut++) {
            if (cut != head.length + block.length) {
                CaptureFileException e = fails(CaptureFileException.Kind.DAMAGED, Arrays.copyOf(pcapng, cut));
                assertEquals(
                        cut < head.length + block.length ? 0 : 1, e.contents().packets());
            }
        }
        for (int cut = 2; cut < zipped.length; cut++) {
            fails(CaptureFileException.Kind.DAMAGED, Arrays.copyOf(zipped, cut));
        }
    }

    @Test
    void anAbsurdLengthEndsTheReading() {
        byte[] record = pcapRecord(LITTLE_ENDIAN, 1, 2, packet.length, packet);
        byte[] absurd = record.clone();
        absurd[11] = 1;
        byte[] header = pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1);
        CaptureFileException e = fails(CaptureFileException.Kind.DAMAGED, header, record, absurd, record);
        assertEquals(1, e.contents().segments());
        assertTrue(e.getMessage().contains("at byte " + (24 + record.length)), e.getMessage());
        assertEquals(Map.of(Drop.FILE_DAMAGED, 1L), drops.all());
    }

    @Test
    void compressedFilesAreReadAlsoInSeveralMembers() throws Exception {
        byte[] header = pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1);
        byte[] record = pcapRecord(LITTLE_ENDIAN, 1, 2, packet.length, packet);
        assertEquals(2, read(gzip(join(header, record)), gzip(record)).segments());
        fails(CaptureFileException.Kind.NOT_A_CAPTURE, gzip(new byte[0]));
    }

    @Test
    void pcapngIsReadInBothByteOrdersAndSeveralSections() throws Exception {
        byte[] cooked = join(hex("0800 0000 00000007 0001 04 06 0200000000010000"), requestV4());
        for (ByteOrder order : ORDERS) {
            byte[] name = option(order, 2, "ens5\0".getBytes(StandardCharsets.US_ASCII));
            read(
                    section(order),
                    block(order, 0x0bad, new byte[1_000_000]),
                    interfaceBlock(order, 1, 0, name),
                    interfaceBlock(order, 276, 0, new byte[0]),
                    enhancedPacket(order, 0, 1_000_000, packet),
                    enhancedPacket(order, 1, 2_000_000, cooked),
                    oldPacket(order, 0, 3_000_000, packet),
                    simplePacket(order, packet.length, packet),
                    section(order == BIG_ENDIAN ? LITTLE_ENDIAN : BIG_ENDIAN));
        }
        assertEquals(8, received.count());
        assertEquals(new Link("ens5", 0), received.segments.get(0).link());
        assertEquals(new Link(null, 7), received.segments.get(1).link());
        assertEquals(3_000_000_000L, received.segments.get(2).timestampNanos());
        assertEquals(3_000_000_000L, received.segments.get(3).timestampNanos());
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void anInterfaceBelongsToItsSection() throws Exception {
        byte[] packetOf0 = enhancedPacket(BIG_ENDIAN, 0, 1, packet);
        byte[] interface0 = interfaceBlock(BIG_ENDIAN, 1, 0, new byte[0]);
        Contents contents = read(section(BIG_ENDIAN), interface0, packetOf0, section(BIG_ENDIAN), packetOf0);
        assertEquals(2, contents.packets());
        assertEquals(1, contents.segments());
        assertEquals(Map.of(Drop.PACKET_DAMAGED, 1L), drops.all());
    }

    @Test
    void timesAreReadInTheResolutionOfTheirInterface() throws Exception {
        Map<Integer, Long> unitsByResolution =
                Map.of(0, 5L, 3, 5_000L, 9, 5_000_000_000L, 12, 5_000_000_000_000L, 0x80, 5L);
        for (Map.Entry<Integer, Long> e : unitsByResolution.entrySet()) {
            byte[] resolution = option(BIG_ENDIAN, 9, new byte[] {e.getKey().byteValue()});
            byte[] offset =
                    option(BIG_ENDIAN, 14, ByteBuffer.allocate(8).putLong(-2).array());
            byte[] description = interfaceBlock(BIG_ENDIAN, 1, 0, join(resolution, offset));
            read(section(BIG_ENDIAN), description, enhancedPacket(BIG_ENDIAN, 0, e.getValue(), packet));
            assertEquals(3_000_000_000L, received.segments.getLast().timestampNanos(), "resolution " + e.getKey());
        }
        PcapngInterface binary = new PcapngInterface(1, 0, 0x80 | 10, 0, Link.UNKNOWN);
        assertEquals(1_500_000_000L, binary.nanos(1024 + 512));
        PcapngInterface fine = new PcapngInterface(1, 0, 0x80 | 40, 0, Link.UNKNOWN);
        assertEquals(1_500_000_000L, fine.nanos((1L << 40) + (1L << 39)));
        for (int resolution = 0; resolution < 256; resolution++) {
            new PcapngInterface(1, 0, resolution, Long.MIN_VALUE, Link.UNKNOWN).nanos(-1);
        }
    }

    @Test
    void aNameThatCouldForgeOutputIsMadeSafe() throws Exception {
        byte[] name = option(BIG_ENDIAN, 2, "a\n\u001b[31m".getBytes(StandardCharsets.US_ASCII));
        read(section(BIG_ENDIAN), interfaceBlock(BIG_ENDIAN, 1, 0, name), enhancedPacket(BIG_ENDIAN, 0, 1, packet));
        assertEquals("a\\x0a\\x1b[31m", received.segments.getFirst().link().name());
    }

    @Test
    void aSimplePacketEndsAtTheSnapshotLength() throws Exception {
        byte[] description = interfaceBlock(BIG_ENDIAN, 1, packet.length - 3, new byte[0]);
        read(section(BIG_ENDIAN), description, simplePacket(BIG_ENDIAN, packet.length, packet));
        assertEquals(GET.length - 3, received.segments.getFirst().payloadCaptured());
        assertEquals(GET.length, received.segments.getFirst().payloadLength());
    }

    @Test
    void blocksThatCannotBeAreDamage() {
        byte[] head = join(section(BIG_ENDIAN), interfaceBlock(BIG_ENDIAN, 1, 0, new byte[0]));
        byte[] unequal = enhancedPacket(BIG_ENDIAN, 0, 1, packet);
        unequal[unequal.length - 1] ^= 4;
        byte[] overlong = enhancedPacket(BIG_ENDIAN, 0, 1, packet);
        overlong[23] = (byte) (overlong[23] + 8);
        fails(CaptureFileException.Kind.DAMAGED, head, unequal);
        fails(CaptureFileException.Kind.DAMAGED, head, overlong);
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000006 0000000b"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000006 0000000d"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000006 0000000c 0000000c"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000002 0000000c 0000000c"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000003 0000000c 0000000c"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000001 0000000c 0000000c"));
        fails(CaptureFileException.Kind.DAMAGED, head, hex("00000006 7ffffffc 0000000c"));
        fails(CaptureFileException.Kind.DAMAGED, hex("0a0d0d0a 0000001c 11111111"));
        byte[][] many = new byte[PcapngFile.INTERFACES_MAX + 2][];
        Arrays.fill(many, interfaceBlock(BIG_ENDIAN, 1, 0, new byte[0]));
        many[0] = section(BIG_ENDIAN);
        fails(CaptureFileException.Kind.DAMAGED, many);
    }

    @Test
    void theLastPacketsTimeIsPassedOnAtTheEnd() throws Exception {
        byte[] other = ethernet("0806", new byte[28]);
        read(
                pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1),
                pcapRecord(LITTLE_ENDIAN, 10, 0, packet.length, packet),
                pcapRecord(LITTLE_ENDIAN, 99, 0, other.length, other));
        assertEquals(List.of(99_000_000_000L), received.idle);
    }

    @Test
    void anUnreadableStreamIsNoDamagedFile() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Input/output error");
            }

            @Override
            public int read(byte[] b, int offset, int length) throws IOException {
                return read();
            }
        };
        assertThrows(IOException.class, () -> reader.read(broken));
    }

    @Test
    void noBytesMakeItThrowAnythingElse() throws Exception {
        Random random = new Random(7);
        byte[] pcap = join(
                pcapHeader(LITTLE_ENDIAN, PcapFile.MICROS, 1), pcapRecord(LITTLE_ENDIAN, 1, 2, packet.length, packet));
        byte[] pcapng = join(
                section(LITTLE_ENDIAN),
                interfaceBlock(LITTLE_ENDIAN, 1, 0, option(LITTLE_ENDIAN, 9, new byte[] {9})),
                enhancedPacket(LITTLE_ENDIAN, 0, 1, packet),
                oldPacket(LITTLE_ENDIAN, 0, 1, packet),
                simplePacket(LITTLE_ENDIAN, packet.length, packet));
        for (int i = 0; i < 4_000; i++) {
            byte[] bytes = (i % 2 == 0 ? pcap : pcapng).clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                read(i % 17 == 0 ? gzip(bytes) : bytes);
            } catch (CaptureFileException e) {
                assertTrue(e.getMessage().length() < 300);
            }
        }
    }
}
