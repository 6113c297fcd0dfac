package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Version;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The private network and the stand-in over real sockets. The machine's side is a thread of the test in a namespace of its own; the guard is asked
 * before anything is sent.
 */
@Timeout(120)
class PrivateNetworkIT {
    private static final String SERVICE = "http://169.254.169.254";

    private long hostInode;
    private List<String> hostBefore;
    private NamespaceThread machine;

    @BeforeEach
    void noteTheHostAndMakeANamespace() throws IOException {
        assumeTrue(isRoot(), "needs root for network namespaces");
        hostInode = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        hostBefore = inventory();
        machine = new NamespaceThread("machine-namespace");
    }

    @AfterEach
    void theHostIsAsItWas() throws IOException {
        if (machine != null) {
            machine.close();
            assertEquals(hostInode, NetworkNamespace.inode(NetworkNamespace.OF_THREAD));
            assertEquals(hostBefore, inventory());
        }
    }

    private static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    private static List<String> inventory() throws IOException {
        List<String> out = new ArrayList<>();
        try (RouteNetlink netlink = RouteNetlink.open()) {
            netlink.links().forEach(l -> out.add(l.toString()));
            netlink.addresses()
                    .forEach(a -> out.add(Prefix.of(a.linkIndex() + "", a.address(), a.prefixLength())
                            .toString()));
            netlink.routes()
                    .forEach(r -> out.add(Prefix.of(r.linkIndex() + "", r.destination(), r.prefixLength()) + " "
                            + r.type() + r.viaGateway()));
        }
        return out;
    }

    private interface Step {
        void run(PrivateNetwork network, StandInService service) throws Exception;
    }

    private void inNetwork(StandInOptions options, Step step) throws IOException {
        machine.call((Callable<Void>) () -> {
            try (PrivateNetwork network = PrivateNetwork.open(hostInode);
                    StandInService service = StandInService.start(network, options)) {
                network.machineGuard().check();
                step.run(network, service);
            }
            NamespaceGuard.exactly(hostInode, NamespaceGuard.Contents.NOTHING, NamespaceProbe.live())
                    .check();
            return null;
        });
    }

    private static String curl(PrivateNetwork network, String... arguments) throws Exception {
        network.machineGuard().check();
        List<String> command = new ArrayList<>(List.of("curl", "-q", "-gsS", "-m", "5", "--noproxy", "*"));
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(p.waitFor(30, TimeUnit.SECONDS));
        return out;
    }

    @Test
    void opensOnlyInAFreshNamespace() throws IOException {
        assertThrows(UnsafeNetworkException.class, () -> PrivateNetwork.open(hostInode));
        machine.call(() -> {
            long own = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
            assertThrows(UnsafeNetworkException.class, () -> PrivateNetwork.open(own));
            try (RouteNetlink netlink = RouteNetlink.open()) {
                netlink.up("lo");
                netlink.addAddress("lo", new byte[] {10, 9, 9, 9}, 32);
            }
            assertThrows(UnsafeNetworkException.class, () -> PrivateNetwork.open(hostInode));
            return null;
        });
    }

    @Test
    void curlIsAnsweredOverBothFamiliesAndTheRecordSaysSo() throws IOException {
        inNetwork(StandInOptions.OPTIONAL, (network, service) -> {
            assertTrue(network.hasV6());
            assertEquals("i-0123456789abcdef0", curl(network, SERVICE + "/latest/meta-data/instance-id"));
            assertEquals(
                    "demo-role", curl(network, "http://[fd00:ec2::254]/latest/meta-data/iam/security-credentials/"));
            String token =
                    curl(network, "-XPUT", "-HX-aws-ec2-metadata-token-ttl-seconds: 60", SERVICE + "/latest/api/token");
            curl(network, "-HX-aws-ec2-metadata-token: " + token, SERVICE + "/latest/user-data");
            List<StandInRequest> r = service.requests();
            assertEquals(
                    List.of(Version.V1, Version.V1, Version.V2, Version.V2),
                    r.stream().map(StandInRequest::version).toList());
            assertEquals(
                    List.of(200, 200, 200, 404),
                    r.stream().map(StandInRequest::status).toList());
            assertEquals(PrivateNetwork.MACHINE_V4, r.get(0).client());
            assertEquals(IpAddress.IMDS_V4, r.get(0).service());
            assertEquals(PrivateNetwork.MACHINE_V6, r.get(1).client());
            assertEquals(IpAddress.IMDS_V6, r.get(1).service());
            assertEquals("PUT", r.get(2).method());
            assertEquals("/latest/user-data", r.get(3).target());
            assertTrue(r.get(3).clientPort() > 0);
        });
    }

    @Test
    void aRequiredTokenRefusesCurlWithoutOne() throws IOException {
        inNetwork(StandInOptions.REQUIRED, (network, service) -> {
            // curl writes HTTP/1.0 as "1"
            assertEquals(
                    "401 1",
                    curl(network, "-o/dev/null", "-w%{http_code} %{http_version}", SERVICE + "/latest/meta-data/"));
            assertEquals(401, service.requests().getFirst().status());
        });
    }

    @Test
    void behindAHopLimitTheTokenRequestIsNeverAnsweredAndTheRestIs() throws IOException {
        StandInOptions options = new StandInOptions(false, Set.of(PrivateNetwork.HOP_LIMITED_V4), 0);
        inNetwork(options, (network, service) -> {
            String[] put = {"-XPUT", "-HX-aws-ec2-metadata-token-ttl-seconds: 60", SERVICE + "/latest/api/token"};
            assertTrue(curl(network, "-m1", "--interface", "10.0.0.6", put[0], put[1], put[2])
                    .contains("timed out"));
            assertEquals(56, curl(network, put).length());
            assertEquals(
                    "demo-role",
                    curl(network, "--interface", "10.0.0.6", SERVICE + "/latest/meta-data/iam/security-credentials"));
            assertEquals(
                    List.of(0, 200, 200),
                    service.requests().stream().map(StandInRequest::status).toList());
            assertEquals(
                    PrivateNetwork.HOP_LIMITED_V4, service.requests().getFirst().client());
        });
    }

    @Test
    void requestsArePipelinedKeptAliveAndSplitAnywhere() throws IOException {
        inNetwork(StandInOptions.OPTIONAL, (network, service) -> {
            network.machineGuard().check();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(IpAddress.IMDS_V4.inetAddress(), 80), 2000);
                String[] four = {
                    "POST /latest/meta-data/ HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody",
                    "GET /latest/ HTTP/1.1\n\n",
                    "HEAD / HTTP/1.1\r\n\r\n",
                    "GET /latest/meta-data/mac HTTP/1.0\r\n\r\n"
                };
                for (byte b : String.join("", four).getBytes(StandardCharsets.US_ASCII)) {
                    socket.getOutputStream().write(b);
                }
                String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                assertEquals(4, answers.split("HTTP/1", -1).length - 1, answers);
                assertTrue(answers.endsWith("\r\n\r\n02:00:00:00:00:05"));
            }
            assertEquals(
                    List.of(405, 200, 200, 200),
                    service.requests().stream().map(StandInRequest::status).toList());
        });
    }

    @Test
    void whatIsNoRequestIsAnsweredOnceAndAHeadWithoutEndIsCutOff() throws IOException {
        inNetwork(StandInOptions.OPTIONAL, (network, service) -> {
            for (String hostile : new String[] {"\0\1\2\n\n", "GET / HTTP/1.1\r\nX: " + "x".repeat(70_000)}) {
                network.machineGuard().check();
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(IpAddress.IMDS_V4.inetAddress(), 80), 2000);
                    socket.setSoTimeout(3000);
                    socket.getOutputStream().write(hostile.getBytes(StandardCharsets.US_ASCII));
                    String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                    assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400"), answer);
                }
            }
            assertTrue(service.requests().isEmpty());
        });
    }

    @Test
    void networksComeAndGoWithoutLeavingDescriptors() throws Exception {
        inNetwork(StandInOptions.OPTIONAL, (network, service) -> {});
        int before = descriptors();
        for (int i = 0; i < 20; i++) {
            machine.close();
            machine = new NamespaceThread("machine-namespace");
            inNetwork(StandInOptions.OPTIONAL, (network, service) -> assertFalse(service.port() == 0));
        }
        assertTrue(descriptors() <= before + 2, before + " -> " + descriptors());
    }

    private static int descriptors() throws IOException {
        try (var list = Files.list(Path.of("/proc/self/fd"))) {
            return (int) list.count();
        }
    }
}
