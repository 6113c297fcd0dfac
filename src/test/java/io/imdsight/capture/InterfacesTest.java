package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterfacesTest {
    private static final String HEADING =
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT       \n";
    private static final String DEFAULT_ENS5 = "ens5\t00000000\t0100000A\t0003\t0\t0\t512\t00000000\t0\t0\t0    \n";
    private static final String DEFAULT_ENS6 = "ens6\t00000000\t0101000A\t0003\t0\t0\t513\t00000000\t0\t0\t0    \n";
    private static final String HOST_ENS6 = "ens6\tFEA9FEA9\t00000000\t0005\t0\t0\t513\tFFFFFFFF\t0\t0\t0    \n";
    private static final String LINK_LOCAL_DOCKER =
            "docker0\t0000FEA9\t00000000\t0001\t0\t0\t1000\t0000FFFF\t0\t0\t0 \n";
    private static final String DEFAULT_V6 =
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe80000000000000000000000000abcd"
                    + " 00000200 00000001 00000000 00450003     ens5\n";
    private static final String NO_V6 =
            "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000"
                    + " ffffffff 00000001 00000000 00200200       lo\n";
    private static final String LOCAL_V6 =
            "fd000ec2000000000000000000000254 80 00000000000000000000000000000000 00 00000000000000000000000000000000"
                    + " 00000000 00000004 00000000 80200001     veth1\n";
    private static final String LOCAL_V4 =
            "Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 169.254.169.254\n        /32 host LOCAL\n";

    private static Set<String> leading(String routes, String routesV6, String trie) throws Exception {
        return Interfaces.leadingTo(
                Endpoints.EC2, new StringReader(routes), new StringReader(routesV6), new StringReader(trie));
    }

    @Test
    void whereNoneLeadsTheAddressesAreToldAsAPersonWould() {
        CaptureException e = assertThrows(CaptureException.class, () -> leading(HEADING, NO_V6, ""));
        assertTrue(e.getMessage().contains("no route leads to 169.254.169.254 or fd00:ec2::254; name"), e.getMessage());
    }

    @Test
    void theDefaultRouteLeads() throws Exception {
        assertEquals(Set.of("ens5"), leading(HEADING + DEFAULT_ENS5, NO_V6, ""));
    }

    @Test
    void theLongestPrefixLeads() throws Exception {
        assertEquals(Set.of("ens6"), leading(HEADING + DEFAULT_ENS5 + HOST_ENS6 + LINK_LOCAL_DOCKER, NO_V6, ""));
        assertEquals(Set.of("docker0"), leading(HEADING + DEFAULT_ENS5 + LINK_LOCAL_DOCKER, NO_V6, ""));
    }

    @Test
    void theLeastMetricLeadsAndEqualOnesAll() throws Exception {
        assertEquals(Set.of("ens5"), leading(HEADING + DEFAULT_ENS6 + DEFAULT_ENS5, NO_V6, ""));
        assertEquals(
                Set.of("ens5", "ens6"),
                leading(HEADING + DEFAULT_ENS6.replace("513", "512") + DEFAULT_ENS5, NO_V6, ""));
    }

    @Test
    void eachFamilyHasItsOwn() throws Exception {
        assertEquals(Set.of("ens5", "ens6"), leading(HEADING + HOST_ENS6, DEFAULT_V6, ""));
        assertEquals(Set.of("ens5"), leading("", DEFAULT_V6 + NO_V6, ""));
    }

    @Test
    void anAddressOfOurOwnIsReachedOverLoopback() throws Exception {
        assertEquals(Set.of("lo"), leading(HEADING + DEFAULT_ENS5 + HOST_ENS6, NO_V6, LOCAL_V4));
        assertEquals(Set.of("lo"), leading("", DEFAULT_V6 + LOCAL_V6, ""));
        Endpoints loopback = new Endpoints(List.of(IpAddress.parse("127.0.0.9")), 80);
        String net = "Local:\n     |-- 127.0.0.0\n        /8 host LOCAL\n";
        assertEquals(
                Set.of("lo"),
                Interfaces.leadingTo(loopback, new StringReader(""), new StringReader(""), new StringReader(net)));
    }

    @Test
    void aRouteThatRejectsOrIsDownLeadsNowhere() {
        String reject = "*\tFEA9FEA9\t00000000\t0205\t0\t0\t0\tFFFFFFFF\t0\t0\t0   \n";
        String down = DEFAULT_ENS5.replace("0003", "0002");
        for (String table : List.of("", HEADING, HEADING + DEFAULT_ENS5 + reject, HEADING + down)) {
            CaptureException e = assertThrows(CaptureException.class, () -> leading(table, NO_V6, ""));
            assertEquals(CaptureException.Kind.NO_ROUTE, e.kind());
            assertTrue(e.getMessage().contains("--interface"), e.getMessage());
        }
    }

    @Test
    void linesThatMakeNoSenseArePassedOver() throws Exception {
        String junk =
                "x\ny z\n\n\u0000\nens9\tgggggggg\t0\t1\t0\t0\t0\tzz\n|-- x\n/32 host LOCAL\n|--\n/99999999999 host LOCAL\n";
        assertEquals(Set.of("ens5"), leading(junk + DEFAULT_ENS5, junk + NO_V6, junk));
    }

    @Test
    void tablesThatAreMissingAreEmpty(@TempDir Path procNet) throws Exception {
        java.nio.file.Files.writeString(procNet.resolve("route"), HEADING + DEFAULT_ENS5);
        assertEquals(Set.of("ens5"), Interfaces.leadingTo(Endpoints.EC2, procNet));
    }

    @Test
    void aTableRecordedInANamespaceOfItsOwnIsRead() throws Exception {
        // unshare --net; 169.254.169.254/32 and fd00:ec2::254/128 on lo, 10.0.0.5/24 on v0, default routes over v0
        Path recorded = Path.of("src/test/resources/io/imdsight/capture/proc-net-service-on-lo");
        assertEquals(Set.of("lo"), Interfaces.leadingTo(Endpoints.EC2, recorded));
        Endpoints elsewhere = new Endpoints(List.of(IpAddress.parse("192.0.2.1"), IpAddress.parse("2001:db8::1")), 80);
        assertEquals(Set.of("v0"), Interfaces.leadingTo(elsewhere, recorded));
        assertEquals(3, Arrays.stream(recorded.toFile().list()).count());
    }
}
