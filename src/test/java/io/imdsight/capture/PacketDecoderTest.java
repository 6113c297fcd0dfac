package io.imdsight.capture;

import static io.imdsight.capture.Packets.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketDecoderTest {
    private static final String GET_TEXT = new String(GET, StandardCharsets.US_ASCII);
    private final Received received = new Received();
    private final Drops drops = new Drops();
    private final PacketDecoder decoder =
            new PacketDecoder(Endpoints.EC2, received, drops, index -> index == 7 ? "ens5" : null);

    private void packet(int linkType, byte[] packet) {
        decoder.packet(linkType, 1_000, Link.UNKNOWN, packet, 0, packet.length, packet.length);
    }

    private void gives(int linkType, byte[] packet) {
        int before = received.count();
        packet(linkType, packet);
        assertEquals(before + 1, received.count(), () -> "drops: " + drops.all());
        assertEquals(GET_TEXT, received.payloads.getLast());
    }

    private void givesNothing(int linkType, byte[] packet) {
        packet(linkType, packet);
        assertEquals(0, received.count());
    }

    @Test
    void everyFieldOfASegmentComesFromItsHeader() {
        packet(1, ethernet("0800", requestV4()));
        Segment s = received.segments.getFirst();
        assertEquals(1_000, s.timestampNanos());
        assertEquals(CLIENT_V4, new IpAddress(s.sourceHigh(), s.sourceLow()));
        assertEquals(IpAddress.IMDS_V4, new IpAddress(s.destinationHigh(), s.destinationLow()));
        assertEquals(CLIENT_PORT, s.sourcePort());
        assertEquals(80, s.destinationPort());
        assertEquals(0x01020304, s.sequence());
        assertEquals(0x05060708, s.acknowledgment());
        assertEquals(ACK_PSH, s.flags());
        assertEquals(GET.length, s.payloadCaptured());
        assertEquals(GET.length, s.payloadLength());
    }

    @Test
    void everyLinkTypeIsRead() {
        gives(1, ethernet("0800", requestV4()));
        gives(1, ethernet("86dd", requestV6()));
        gives(113, join(hex("0004 0001 0006 020000000001 0000 0800"), requestV4()));
        gives(113, join(hex("0004 0001 0006 020000000001 0000 86dd"), requestV6()));
        gives(276, join(hex("0800 0000 00000007 0001 04 06 0200000000010000"), requestV4()));
        gives(276, join(hex("86dd 0000 00000007 0001 04 06 0200000000010000"), requestV6()));
        for (int raw : new int[] {12, 14, 101}) {
            gives(raw, requestV4());
            gives(raw, requestV6());
        }
        gives(228, requestV4());
        gives(229, requestV6());
        gives(0, join(hex("02000000"), requestV4()));
        gives(0, join(hex("00000002"), requestV4()));
        for (String family : List.of("0a000000", "18000000", "1c000000", "1e000000", "0000001e")) {
            gives(0, join(hex(family), requestV6()));
        }
        gives(108, join(hex("00000002"), requestV4()));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void cookedV2NamesTheInterface() {
        gives(276, join(hex("0800 0000 00000007 0001 04 06 0200000000010000"), requestV4()));
        gives(276, join(hex("0800 0000 00000009 0001 04 06 0200000000010000"), requestV4()));
        gives(276, join(hex("0800 0000 00000000 0001 04 06 0200000000010000"), requestV4()));
        assertEquals(new Link("ens5", 7), received.segments.get(0).link());
        assertNull(received.segments.get(1).link().name());
        assertEquals(9, received.segments.get(1).link().index());
        assertEquals(Link.UNKNOWN, received.segments.get(2).link());
    }

    @Test
    void vlanTagsAreStepppedOverUpToFour() {
        gives(1, ethernet("8100 002a 0800", requestV4()));
        gives(1, ethernet("88a8 0001 8100 002a 86dd", requestV6()));
        gives(1, ethernet("9100 0001 9100 0001 8100 0001 8100 002a 0800", requestV4()));
        gives(113, join(hex("0004 0001 0006 020000000001 0000 8100 002a 0800"), requestV4()));
        int before = received.count();
        packet(1, ethernet("8100 0001 8100 0001 8100 0001 8100 0001 8100 0001 0800", requestV4()));
        assertEquals(before, received.count());
        assertEquals(Map.of(Drop.PACKET_DAMAGED, 1L), drops.all());
    }

    @Test
    void ethernetPaddingIsNoPayload() {
        byte[] bare = v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 0, tcp(CLIENT_PORT, 80, 0, new byte[0]));
        packet(1, ethernet("0800", join(bare, new byte[6])));
        assertEquals(0, received.segments.getFirst().payloadLength());
        assertEquals(0, received.segments.getFirst().payloadCaptured());
    }

    @Test
    void aPacketCutByTheCaptureKeepsItsTrueLength() {
        byte[] whole = ethernet("0800", requestV4());
        int headers = whole.length - GET.length;
        for (int captured = headers - 12; captured <= whole.length; captured++) {
            decoder.packet(1, 0, Link.UNKNOWN, Arrays.copyOf(whole, captured), 0, captured, whole.length);
            Segment s = received.segments.getLast();
            assertEquals(GET.length, s.payloadLength());
            assertEquals(Math.max(0, captured - headers), s.payloadCaptured());
        }
        decoder.packet(1, 0, Link.UNKNOWN, whole, 0, headers - 13, whole.length);
        assertEquals(Map.of(Drop.PACKET_DAMAGED, 1L), drops.all());
    }

    @Test
    void aLengthOfZeroMeansTheLengthOnTheWire() {
        byte[] four = ethernet("0800", requestV4());
        four[16] = four[17] = 0;
        gives(1, four);
        byte[] six = ethernet("86dd", requestV6());
        six[18] = six[19] = 0;
        gives(1, six);
        decoder.packet(1, 0, Link.UNKNOWN, six, 0, six.length, six.length + 100_000);
        assertEquals(GET.length + 100_000, received.segments.getLast().payloadLength());
        assertEquals(GET.length, received.segments.getLast().payloadCaptured());
        decoder.packet(1, 0, Link.UNKNOWN, six, 0, six.length, -1);
        assertTrue(received.segments.getLast().payloadLength() <= PacketDecoder.WIRE_BYTES_MAX);
    }

    @Test
    void optionsAndExtensionHeadersAreSteppedOver() {
        gives(1, ethernet("0800", v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 40, tcp(CLIENT_PORT, 80, 40, GET))));
        byte[] tcp = tcp(CLIENT_PORT, 80, 12, GET);
        gives(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 0, join(hex("06 00 010400000000"), tcp)));
        gives(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 43, join(hex("06 00 040000000000"), tcp)));
        gives(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 60, join(hex("06 01 010400000000 0104000000000000"), tcp)));
        gives(
                101,
                v6(
                        CLIENT_V6,
                        IpAddress.IMDS_V6,
                        51,
                        join(hex("06 04 0000 00000001 00000001 000000000000000000000000"), tcp)));
        gives(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 44, join(hex("06 00 0000 00000001"), tcp)));
        gives(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 0, join(hex("3c00010400000000 0600010400000000"), tcp)));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void aChainOfExtensionHeadersThatDoesNotEndIsDamaged() {
        byte[] chain = new byte[8 * 9];
        Arrays.fill(chain, (byte) 0);
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 0, join(chain, tcp(CLIENT_PORT, 80, 0, GET))));
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 0, hex("06 ff 010400000000")));
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 60, hex("06 00")));
        assertEquals(Map.of(Drop.PACKET_DAMAGED, 3L), drops.all());
    }

    @Test
    void fragmentsAreCountedAndNotRead() {
        byte[] first = requestV4();
        first[6] = 0x20;
        byte[] later = requestV4();
        later[7] = 0x10;
        givesNothing(101, first);
        givesNothing(101, later);
        byte[] tcp = tcp(CLIENT_PORT, 80, 12, GET);
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 44, join(hex("06 00 0001 00000001"), tcp)));
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 44, join(hex("06 00 00f8 00000001"), tcp)));
        assertEquals(Map.of(Drop.IP_FRAGMENT, 4L), drops.all());
    }

    @Test
    void otherTrafficIsNoDrop() {
        IpAddress other = IpAddress.parse("169.254.169.253");
        byte[] tcp = tcp(CLIENT_PORT, 80, 0, GET);
        givesNothing(1, ethernet("0806", hex("0001080006040001")));
        givesNothing(1, ethernet("0030", requestV4()));
        givesNothing(101, v4(CLIENT_V4, other, 6, 0, tcp));
        givesNothing(101, v4(CLIENT_V4, IpAddress.IMDS_V4, 17, 0, tcp));
        givesNothing(101, v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 0, tcp(80, 8080, 0, GET)));
        givesNothing(101, v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 0, hex("0050 1f90")));
        givesNothing(101, v6(CLIENT_V6, CLIENT_V6, 6, tcp));
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 17, tcp));
        givesNothing(101, v6(CLIENT_V6, IpAddress.IMDS_V6, 6, tcp(80, 8080, 0, GET)));
        givesNothing(0, join(hex("07000000"), requestV4()));
        givesNothing(101, hex("50000000"));
        // a header that cannot be, of somebody else
        givesNothing(1, ethernet("0800", v4(CLIENT_V4, other, 6, 0, new byte[0])));
        assertEquals(Map.of(), drops.all());
    }

    @Test
    void headersThatContradictEachOtherAreDamaged() {
        byte[] shortHeader = requestV4();
        shortHeader[0] = 0x44;
        byte[] wrongVersion = requestV4();
        wrongVersion[0] = 0x55;
        byte[] shortTotal = requestV4();
        shortTotal[2] = 0;
        shortTotal[3] = 19;
        byte[] noRoomForTcp = requestV4();
        noRoomForTcp[2] = 0;
        noRoomForTcp[3] = 39;
        byte[] shortOffset = requestV4();
        shortOffset[32] = 0x40;
        byte[] longOffset = v4(CLIENT_V4, IpAddress.IMDS_V4, 6, 0, tcp(CLIENT_PORT, 80, 0, new byte[0]));
        longOffset[32] = (byte) 0xf0;
        byte[] wrongVersion6 = requestV6();
        wrongVersion6[0] = 0x40;
        List<byte[]> packets = List.of(shortHeader, wrongVersion, shortTotal, noRoomForTcp, shortOffset, longOffset);
        for (byte[] p : packets) {
            givesNothing(1, ethernet("0800", p));
        }
        givesNothing(1, ethernet("86dd", wrongVersion6));
        assertEquals(Map.of(Drop.PACKET_DAMAGED, 7L), drops.all());
    }

    @Test
    void unknownLinkTypesAreCountedAndNamed() {
        givesNothing(105, requestV4());
        givesNothing(105, requestV4());
        givesNothing(127, requestV4());
        assertEquals(Map.of(Drop.LINK_TYPE, 3L), drops.all());
        assertEquals(List.of(105, 127), List.copyOf(decoder.unknownLinkTypes()));
        for (int i = 0; i < 1000; i++) {
            packet(1_000 + i, new byte[0]);
        }
        assertEquals(16, decoder.unknownLinkTypes().size());
    }

    @Test
    void noBytesMakeItThrow() {
        Random random = new Random(42);
        int[] linkTypes = {0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 9};
        List<byte[]> seeds = List.of(
                ethernet("8100 002a 0800", requestV4()),
                ethernet("86dd", requestV6()),
                requestV4(),
                requestV6(),
                join(hex("0800 0000 00000007 0001 04 06 0200000000010000"), requestV4()),
                ethernet(
                        "86dd",
                        v6(CLIENT_V6, IpAddress.IMDS_V6, 0, join(hex("0600010400000000"), tcp(1, 80, 4, GET)))));
        for (int i = 0; i < 300_000; i++) {
            byte[] packet = seeds.get(random.nextInt(seeds.size())).clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt();
            }
            int captured = random.nextInt(3) == 0 ? random.nextInt(packet.length + 1) : packet.length;
            int linkType = linkTypes[random.nextInt(linkTypes.length)];
            // no byte behind the captured ones is there to be read
            decoder.packet(linkType, i, Link.UNKNOWN, Arrays.copyOf(packet, captured), 0, captured, random.nextInt());
            if (received.count() > 1000) {
                received.segments.clear();
                received.payloads.clear();
            }
        }
        assertTrue(decoder.segments() > 10_000, "the mutations mostly missed");
    }
}
