package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.IpAddress;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pcap4j.core.PcapHandle;
import org.slf4j.LoggerFactory;
import org.slf4j.nop.NOPServiceProvider;

/** Names real processes in a network namespace made for it. Needs root. */
class AttributorIT {
    /** In the build; -Dimdsight.curls=1000 for the figures in the documentation. */
    private static final int CURLS = 200;

    /** What really happened to one call. */
    static final class Call {
        long pid;
        Connection connection;
        long openedNanos;
        int headEnd;
        String named;
        Attribution found;
    }

    private static String seedLine;

    @BeforeAll
    static void needsRoot() throws IOException {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root to make a network namespace");
    }

    @Test
    void namesEachCurlOneAfterTheOtherAndTwentyAtATime() throws Exception {
        Drops drops = new Drops();
        try (Attributor attributor =
                Attributor.start(AttributorOptions.of(Endpoints.EC2, drops).withoutSocketTable())) {
            assertTrue(attributor.state().probeUp(), attributor.state().probeProblem());
            int sequential = Integer.getInteger("imdsight.curls", CURLS);
            Map<Integer, Call> calls =
                    world(attributor, "plain", sequential + "x1:169.254.169.254", sequential + "x20:169.254.169.254");
            int[] right = check(calls);
            AttributorCounts counts = attributor.counts();
            System.out.printf(
                    "connect probe: %d calls, pid right %d, command line right %d; to the process read %d µs on average; %s CPU µs a connect%n",
                    calls.size(),
                    right[0],
                    right[1],
                    counts.namingNanos() / Math.max(counts.connectsNamed(), 1) / 1000,
                    cpuMicros("imdsight-probe") / Math.max(counts.connects(), 1));
            assertEquals(2 * sequential, calls.size());
            assertEquals(calls.size(), right[0], "pid");
            if (attributor.state().copyUp()) {
                assertEquals(calls.size(), right[1], "command lines");
            } else {
                // Read from /proc, a process that lives for milliseconds can be gone before, on a machine that does
                // other things, too.
                assertTrue(right[1] >= calls.size() * 99 / 100, "command lines: " + right[1] + " of " + calls.size());
            }
            // At least: the probe sees every network namespace, and somebody else may be testing.
            assertTrue(counts.connects() >= calls.size(), counts.toString());
            assertTrue(counts.established() >= calls.size(), counts.toString());
            assertEquals(0, drops.get(Drop.PROBE_RING));
        }
    }

    @Test
    void namesCallersOverIpv6AndThroughMappedAddresses() throws Exception {
        try (Attributor attributor = Attributor.start(
                AttributorOptions.of(Endpoints.EC2, new Drops()).withoutSocketTable())) {
            Map<Integer, Call> calls =
                    world(attributor, "plain", "20x4:[fd00:ec2::254]", "20x4:[::ffff:169.254.169.254]");
            assertEquals(40, calls.size());
            assertEquals(40, check(calls)[1]);
        }
    }

    @Test
    void aPortUsedAgainAtOnceLeadsToTheRightProcess() throws Exception {
        try (Attributor attributor = Attributor.start(
                AttributorOptions.of(Endpoints.EC2, new Drops()).withoutSocketTable())) {
            Map<Integer, Call> calls = world(attributor, "plain", "30x1:169.254.169.254#45000");
            assertEquals(30, check(calls)[0]);
            assertEquals(
                    1,
                    calls.values().stream()
                            .map(c -> c.connection.originatorPort())
                            .distinct()
                            .count());
        }
    }

    @Test
    void aConnectionOlderThanTheAttributorIsFoundThroughItsSocketAndStaysKnownWhenItEnds() throws Exception {
        seedLine = null;
        world(null, "seed", "1x1:169.254.169.254");
        assertEquals("seed socket-table true", seedLine);
    }

    @Test
    void aConnectionThatNoProcessHereMadeIsGivenToNobody() {
        try (Attributor attributor = Attributor.start(AttributorOptions.of(Endpoints.EC2, new Drops()))) {
            Connection forwarded = new Connection(IpAddress.parse("192.0.2.7"), 40000, IpAddress.IMDS_V4, 80);
            Attribution a = attributor.find(forwarded, System.currentTimeMillis() * 1_000_000, 0);
            assertEquals(EvidenceMethod.NONE, a.evidence().method());
            assertTrue(
                    a.evidence().reason().contains("no process of this machine"),
                    a.evidence().reason());
        }
    }

    @Test
    void namesCallersThroughTheirSocketsWhereThereIsNoProbe() throws Exception {
        Map<Integer, Call> calls =
                world(null, "table", "200x1:169.254.169.254", "200x20:169.254.169.254", "20x1:[fd00:ec2::254]");
        int right = 0;
        for (Map.Entry<Integer, Call> e : calls.entrySet()) {
            Call call = e.getValue();
            assertTrue(call.named != null, "call " + e.getKey() + " was answered");
            if (call.named.startsWith("none ")) {
                System.out.println("call " + e.getKey() + ": " + call.named);
                continue;
            }
            assertEquals(
                    "socket-table " + call.pid + " "
                            + commandLine(e.getKey())
                                    .formatted(
                                            call.connection.responder().isV4() ? "169.254.169.254" : "[fd00:ec2::254]"),
                    call.named);
            right++;
        }
        System.out.printf("socket table: %d calls, named %d, none wrong%n", calls.size(), right);
        assertTrue(right >= calls.size() * 9 / 10, right + " of " + calls.size());
    }

    @Test
    void leavesNothingBehindAfterFiftyStarts() throws Exception {
        Attributor.start(AttributorOptions.of(Endpoints.EC2, new Drops())).close();
        List<String> filesBefore = openFiles();
        int threadsBefore = threads();
        for (int i = 0; i < 50; i++) {
            Attributor.start(AttributorOptions.of(Endpoints.EC2, new Drops())).close();
        }
        // threads of other tests end, and of the virtual machine, when they like
        for (int i = 0; i < 200 && (threads() > threadsBefore || !filesBefore.equals(openFiles())); i++) {
            Thread.sleep(50);
        }
        assertEquals(filesBefore, openFiles());
        assertTrue(
                threads() <= threadsBefore,
                () -> threadsBefore + " before: " + Thread.getAllStackTraces().keySet());
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static List<String> openFiles() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.map(p -> {
                        try {
                            return Files.readSymbolicLink(p).toString();
                        } catch (IOException e) {
                            return "gone";
                        }
                    })
                    .filter(s -> !"gone".equals(s))
                    .sorted()
                    .toList();
        }
    }

    private static String commandLine(int number) {
        return "curl -s -o /dev/null http://%s/n/" + number + " --max-time 5";
    }

    /** How many pids, and how many command lines, are right. Fails where one is wrong rather than unknown. */
    private static int[] check(Map<Integer, Call> calls) {
        int pids = 0;
        int lines = 0;
        for (Map.Entry<Integer, Call> e : calls.entrySet()) {
            Call call = e.getValue();
            Attribution a = call.found;
            if (a.evidence().method() != EvidenceMethod.CONNECT_PROBE) {
                System.out.println("call " + e.getKey() + ": " + a.evidence());
                continue;
            }
            assertEquals(call.pid, a.caller().pid(), "call " + e.getKey());
            pids++;
            if (a.caller().arguments() == null) {
                System.out.println("call " + e.getKey() + ": " + a.evidence());
                continue;
            }
            assertTrue(
                    a.caller().commandLine().contains("/n/" + e.getKey() + " "),
                    a.caller().commandLine());
            assertEquals("curl", a.caller().title());
            assertTrue(a.caller().parents().stream().anyMatch(p -> p.pid() == 1), () -> "ancestry of " + a.caller());
            lines++;
        }
        return new int[] {pids, lines};
    }

    /** Runs clients in a namespace and returns what happened. */
    static Map<Integer, Call> world(Attributor attributor, String mode, String... rounds) throws Exception {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String classPath = Stream.of(
                        NamespaceWorld.class,
                        Attributor.class,
                        Native.class,
                        PcapHandle.class,
                        LoggerFactory.class,
                        NOPServiceProvider.class)
                .map(c -> new File(c.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                "unshare",
                "--net",
                System.getProperty("java.home") + "/bin/java",
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dimdsight.probe=" + System.getProperty("imdsight.probe", ""),
                "-cp",
                classPath,
                NamespaceWorld.class.getName(),
                host,
                mode));
        command.addAll(List.of(rounds));
        Process world = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Map<Integer, Call> calls = new HashMap<>();
        try (BufferedReader in = world.inputReader()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                take(line, calls, attributor);
            }
        } finally {
            world.destroyForcibly();
        }
        return calls;
    }

    private static void take(String line, Map<Integer, Call> calls, Attributor attributor) {
        if (line.startsWith("seed ")) {
            seedLine = line;
            return;
        }
        String[] w = line.split(" ", 3);
        if (!List.of("accept", "client", "named").contains(w[0])) {
            System.out.println(line);
            return;
        }
        Call call = calls.computeIfAbsent(Integer.valueOf(w[1]), n -> new Call());
        switch (w[0]) {
            case "client" -> call.pid = Long.parseLong(w[2]);
            case "named" -> call.named = w[2];
            default -> {
                String[] a = w[2].split(" ", -1);
                call.connection =
                        new Connection(IpAddress.parse(a[0]), Integer.parseInt(a[1]), IpAddress.parse(a[3]), 80);
                call.openedNanos = Long.parseLong(a[2]);
                call.headEnd = Integer.parseInt(a[4]);
                if (attributor != null) {
                    call.found = attributor.find(call.connection, call.openedNanos, call.headEnd);
                    attributor.closed(call.connection, call.openedNanos);
                }
            }
        }
    }

    static long cpuMicros(String threadName) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (long id : threads.getAllThreadIds()) {
            ThreadInfo info = threads.getThreadInfo(id);
            if (info != null && info.getThreadName().equals(threadName)) {
                return threads.getThreadCpuTime(id) / 1000;
            }
        }
        return 0;
    }
}
