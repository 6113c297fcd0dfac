package io.imdsight.capture;

import static io.imdsight.capture.Packets.*;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KernelFilterTest {
    private static final int SNAP = LiveOptions.SNAP_BYTES;
    private static final int ANSWER = KernelFilter.ANSWER_BYTES;
    private static final int V4 = 0x0800;
    private static final int V6 = 0x86dd;
    private final SocketFilterMachine machine =
            new SocketFilterMachine(new KernelFilter(Endpoints.EC2, SNAP).program());

    private static byte[] tcpV4(String from, int fromPort, String to, int toPort) {
        return v4(IpAddress.parse(from), IpAddress.parse(to), 6, 0, tcp(fromPort, toPort, 0, GET));
    }

    private static byte[] tcpV6(String from, int fromPort, String to, int toPort) {
        return v6(IpAddress.parse(from), IpAddress.parse(to), 6, tcp(fromPort, toPort, 0, GET));
    }

    @Test
    void requestsAreCopiedWholeAndAnswersCutShort() {
        assertEquals(SNAP, machine.run(V4, requestV4()));
        assertEquals(ANSWER, machine.run(V4, answerV4(GET)));
        assertEquals(SNAP, machine.run(V6, requestV6()));
        assertEquals(ANSWER, machine.run(V6, tcpV6("fd00:ec2::254", 80, "fd00::5", 40312)));
    }

    @Test
    void otherTrafficIsNotCopied() {
        assertEquals(0, machine.run(V4, tcpV4("10.0.0.5", 40312, "169.254.169.253", 80)));
        assertEquals(0, machine.run(V4, tcpV4("10.0.0.5", 80, "169.254.169.254", 8080)));
        assertEquals(0, machine.run(V4, tcpV4("169.254.169.254", 8080, "10.0.0.5", 80)));
        assertEquals(0, machine.run(V4, v4(CLIENT_V4, IpAddress.IMDS_V4, 17, 0, tcp(40312, 80, 0, GET))));
        assertEquals(0, machine.run(V6, tcpV6("fd00::5", 40312, "fd00:ec2::253", 80)));
        assertEquals(0, machine.run(V6, tcpV6("fd00::5", 40312, "fd00:ec3::254", 80)));
        assertEquals(0, machine.run(V6, tcpV6("fd00::5", 80, "fd00:ec2::254", 8080)));
        assertEquals(0, machine.run(V6, tcpV6("fd00:ec2::254", 8080, "fd00::5", 80)));
        assertEquals(0, machine.run(V6, v6(CLIENT_V6, IpAddress.IMDS_V6, 58, new byte[40])));
        assertEquals(0, machine.run(0x0806, requestV4()));
    }

    @Test
    void aClientOnTheServicesOwnAddressIsToldApartByThePort() {
        assertEquals(SNAP, machine.run(V4, tcpV4("169.254.169.254", 40312, "169.254.169.254", 80)));
        assertEquals(ANSWER, machine.run(V4, tcpV4("169.254.169.254", 80, "169.254.169.254", 40312)));
        assertEquals(SNAP, machine.run(V6, tcpV6("fd00:ec2::254", 40312, "fd00:ec2::254", 80)));
        assertEquals(ANSWER, machine.run(V6, tcpV6("fd00:ec2::254", 80, "fd00:ec2::254", 40312)));
    }

    @Test
    void headersOfAnyLengthAreSteppedOver() {
        for (int options = 0; options <= 40; options += 4) {
            byte[] packet = v4(CLIENT_V4, IpAddress.IMDS_V4, 6, options, tcp(40312, 80, 0, GET));
            assertEquals(SNAP, machine.run(V4, packet));
        }
    }

    @Test
    void fragmentsAndExtensionHeadersComeUp() {
        byte[] later = requestV4();
        later[7] = 0x10;
        assertEquals(ANSWER, machine.run(V4, later));
        byte[] first = answerV4(GET);
        first[6] = 0x20;
        assertEquals(ANSWER, machine.run(V4, first));
        for (int extension : new int[] {0, 43, 44, 51, 60}) {
            assertEquals(SNAP, machine.run(V6, v6(CLIENT_V6, IpAddress.IMDS_V6, extension, new byte[40])));
            assertEquals(ANSWER, machine.run(V6, v6(IpAddress.IMDS_V6, CLIENT_V6, extension, new byte[40])));
        }
    }

    @Test
    void taggedPacketsAreReadFromTheirNetworkHeader() {
        assertEquals(SNAP, machine.run(0x8100, requestV4()));
        assertEquals(ANSWER, machine.run(0x88a8, answerV4(GET)));
        assertEquals(SNAP, machine.run(0x8100, requestV6()));
        assertEquals(0, machine.run(0x8100, hex("0001080006040001")));
    }

    @Test
    void theMostEndpointsOfEachKindFit() {
        for (String base : List.of("10.1.2.%d", "fd00:ec2::%d")) {
            List<IpAddress> addresses = IntStream.range(1, Endpoints.ADDRESSES_MAX + 1)
                    .mapToObj(i -> IpAddress.parse(base.formatted(i)))
                    .toList();
            SocketFilterMachine many =
                    new SocketFilterMachine(new KernelFilter(new Endpoints(addresses, 8080), SNAP).program());
            boolean four = base.startsWith("10");
            for (IpAddress a : addresses) {
                byte[] tcp = tcp(40312, 8080, 0, GET);
                byte[] packet = four ? v4(CLIENT_V4, a, 6, 0, tcp) : v6(CLIENT_V6, a, 6, tcp);
                assertEquals(SNAP, many.run(four ? V4 : V6, packet));
            }
            assertEquals(0, many.run(V4, requestV4()));
            assertEquals(0, many.run(V6, requestV6()));
        }
    }

    @Test
    void itAcceptsWhatTheDecoderWantsWhateverTheBytes() {
        Random random = new Random(11);
        List<byte[]> seeds =
                List.of(requestV4(), answerV4(GET), requestV6(), tcpV6("fd00:ec2::254", 80, "fd00::5", 99));
        int wanted = 0;
        for (int i = 0; i < 200_000; i++) {
            byte[] packet = seeds.get(random.nextInt(seeds.size())).clone();
            for (int k = random.nextInt(3); k >= 0; k--) {
                packet[random.nextInt(Math.min(packet.length, 64))] = (byte) random.nextInt();
            }
            int protocol = seeds.indexOf(seeds.stream()
                                    .filter(s -> s.length == packet.length)
                                    .findFirst()
                                    .get())
                            < 2
                    ? V4
                    : V6;
            wanted += agree(protocol, packet) ? 1 : 0;
        }
        assertTrue(wanted > 10_000, "the mutations mostly missed");
    }

    /** Whether the decoder hands a segment on; fails where the kernel would not have let it up, or at the wrong length. */
    private boolean agree(int protocol, byte[] ip) {
        Received received = new Received();
        Drops drops = new Drops();
        PacketDecoder decoder = new PacketDecoder(Endpoints.EC2, received, drops, index -> null);
        int linkType = protocol == V4 ? PacketDecoder.LINK_IPV4 : PacketDecoder.LINK_IPV6;
        boolean rightVersion = ip[0] >> 4 == (protocol == V4 ? 4 : 6);
        decoder.packet(linkType, 0, Link.UNKNOWN, ip, 0, ip.length, ip.length);
        int accepted = machine.run(protocol, ip);
        if (received.count() == 1 && rightVersion) {
            Segment s = received.segments.getFirst();
            boolean request = Endpoints.EC2.isService(s.destinationHigh(), s.destinationLow(), s.destinationPort());
            assertEquals(
                    request ? SNAP : ANSWER,
                    accepted,
                    () -> java.util.HexFormat.of().formatHex(ip));
            return true;
        }
        if (rightVersion && accepted == 0) {
            assertEquals(0, drops.get(Drop.IP_FRAGMENT), "a fragment that the kernel would not let up to be counted");
        }
        return false;
    }

    @Test
    void onTheCorpusItAcceptsTheSegmentsAndNothingElse() throws Exception {
        Path corpus = CorpusTest.corpus();
        int[] counts = new int[2];
        for (Map<String, String> row : CorpusTest.index(corpus)) {
            for (byte[] ip : ipPackets(corpus.resolve(row.get("file")))) {
                int protocol = ip[0] >> 4 == 4 ? V4 : V6;
                boolean wanted = agree(protocol, ip);
                assertEquals(wanted, machine.run(protocol, ip) > 0, row.get("name"));
                counts[wanted ? 1 : 0]++;
            }
        }
        assertTrue(counts[0] > 50 && counts[1] > 10_000, "others " + counts[0] + ", wanted " + counts[1]);
    }

    /** IP packets of the plain pcap files; link headers of the types that the corpus has. */
    private static List<byte[]> ipPackets(Path file) throws IOException {
        List<byte[]> out = new ArrayList<>();
        byte[] b;
        try (InputStream in = Files.newInputStream(file)) {
            b = in.readAllBytes();
        }
        int magic = Bytes.i32(b, 0);
        if (magic != 0xd4c3b2a1 && magic != 0x4d3cb2a1) {
            return out;
        }
        int skip = Map.of(1, 14, 113, 16, 276, 20, 101, 0).getOrDefault(Bytes.i32Little(b, 20), -1);
        for (int at = 24; skip >= 0 && at + 16 <= b.length; at += 16 + Bytes.i32Little(b, at + 8)) {
            int captured = Bytes.i32Little(b, at + 8);
            int start = at + 16 + skip;
            boolean ip =
                    at + 16 + captured <= b.length && captured > skip && (b[start] >> 4 == 4 || b[start] >> 4 == 6);
            if (ip) {
                out.add(java.util.Arrays.copyOfRange(b, start, at + 16 + captured));
            }
        }
        return out;
    }
}
