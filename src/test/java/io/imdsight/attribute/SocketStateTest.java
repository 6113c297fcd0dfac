package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.imdsight.linux.TracepointFormat;
import io.imdsight.linux.TracepointSample;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Reads records of kernel 6.18: curl over IPv4, over IPv6, through a mapped address, and once more with nobody listening. */
class SocketStateTest {
    private static final SocketState.Layout LAYOUT = new SocketState.Layout(8, 16, 20, 24, 26, 28, 32, 36, 40, 56);

    @Test
    void recordedConnectsAreJoined() throws Exception {
        ConnectTable table = new ConnectTable(Endpoints.EC2, new Drops());
        for (TracepointSample s : samples()) {
            table.apply(SocketState.parse(s, LAYOUT), 0);
        }
        assertEquals(4, table.connects());
        assertEquals(3, table.established());
        assertEquals(1, table.refused());
        assertEquals(1929, table.find(tuple("169.254.169.254", 46290), 4368866561829L).pid);
        assertEquals(1931, table.find(tuple("fd00:ec2::254", 59292), 4368880406001L).pid);
        assertEquals(1936, table.find(tuple("169.254.169.254", 46302), 4368892513129L).pid, "mapped is IPv4");
    }

    @Test
    void shortAndForeignRecordsAreNull() throws Exception {
        byte[] whole = samples().get(0).raw();
        for (int i = 0; i < 72; i++) {
            byte[] cut = java.util.Arrays.copyOf(whole, i);
            assertNull(SocketState.parse(new TracepointSample(1, 1, 1, cut, 0), LAYOUT));
        }
        whole[28] = 1;
        assertNull(SocketState.parse(new TracepointSample(1, 1, 1, whole, 0), LAYOUT));
        assertNull(SocketState.parse(new TracepointSample(1, 1, 1, null, 3), LAYOUT));
    }

    @Test
    void aKernelWithOtherFieldsIsRefused() {
        TracepointFormat other = new TracepointFormat(1, Map.of("skaddr", new TracepointFormat.Field(8, 4)));
        assertThrows(IllegalArgumentException.class, () -> SocketState.Layout.of(other));
    }

    @Test
    void theFilterNamesEachIpv4AddressAndIpv6Once() {
        Endpoints two = new Endpoints(
                List.of(IpAddress.IMDS_V4, IpAddress.parse("192.0.2.1"), IpAddress.IMDS_V6, IpAddress.parse("fd00::1")),
                8080);
        assertEquals(
                "dport == 8080 && (daddr == 0xfea9fea9 || daddr == 0x10200c0 || family == 10) && (newstate == 2)",
                SocketState.filter(two, "newstate == 2"));
    }

    private static Connection tuple(String address, int port) {
        IpAddress a = IpAddress.parse(address);
        return new Connection(a, port, a, 80);
    }

    private static List<TracepointSample> samples() throws Exception {
        String text = new String(
                SocketStateTest.class
                        .getResourceAsStream("inet_sock_set_state.samples")
                        .readAllBytes(),
                StandardCharsets.US_ASCII);
        List<TracepointSample> out = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] p = line.split(" ", -1);
            out.add(new TracepointSample(
                    Long.parseLong(p[0]),
                    Integer.parseInt(p[1]),
                    Integer.parseInt(p[2]),
                    HexFormat.of().parseHex(p[3]),
                    0));
        }
        return out;
    }
}
