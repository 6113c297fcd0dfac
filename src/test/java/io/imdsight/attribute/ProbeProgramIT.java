package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.TracepointSample;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.IpAddress;
import io.imdsight.model.KernelOnly;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The probe where perf events are refused: its records come from programs of ours. Needs root, a C compiler, and a kernel that describes its types. */
class ProbeProgramIT {
    private static final int CLIENTS = 200;

    /** Tenths of a second that are waited for what is to come. */
    private static final int ROUNDS_MAX = 300;

    /** Addresses of this test's own: the probe sees every namespace, and somebody else may be testing. */
    private static final Endpoints OWN =
            new Endpoints(List.of(IpAddress.parse("198.18.79.1"), IpAddress.parse("fd00:79::1")), 80);

    /**
     * Connects of many sorts, one after the other: refused, over IPv4, IPv6 and mapped addresses, from a port of its own choice, without waiting,
     * reset, ended by the service first, and to others.
     */
    private static final String CONNECTS = """
            import socket, struct, sys, threading
            SERVICES = [(socket.AF_INET, "198.18.79.1"), (socket.AF_INET6, "::ffff:198.18.79.1"), (socket.AF_INET6, "fd00:79::1")]
            def connect(family, address, port=80, own=0, waits=True):
                s = socket.socket(family)
                if own:
                    s.bind(("::" if family == socket.AF_INET6 else "", own))
                s.setblocking(waits)
                try:
                    s.connect((address, port))
                except OSError:
                    pass
                return s
            for family, address in SERVICES:
                connect(family, address).close()
            def serve(family, address):
                l = socket.socket(family)
                l.bind((address, 80))
                l.listen(50)
                def run():
                    while True:
                        s, _ = l.accept()
                        try:
                            if s.recv(1) == b"y":
                                s.recv(1)
                        except OSError:
                            pass
                        s.close()
                threading.Thread(target=run, daemon=True).start()
            serve(*SERVICES[0])
            serve(*SERVICES[2])
            for family, address in SERVICES:
                for own in (0, 41000):
                    s = connect(family, address, own=own)
                    s.sendall(b"x")
                    s.recv(1)
                    s.close()
                s = connect(family, address, waits=False)
                s.setblocking(True)
                s.sendall(b"y")
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                s.close()
                connect(family, address, port=81).close()
            connect(socket.AF_INET, "198.18.79.2").close()
            """;

    @TempDir
    private static Path directory;

    private static String program;

    @BeforeAll
    static void needsRootAndTypes() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "SKIPPED: needs root to make a network namespace");
        assumeTrue(
                Files.isReadable(Path.of("/sys/kernel/btf/vmlinux")),
                "SKIPPED: this kernel does not describe its types");
        program = TinyClientsIT.compile("tiny", directory);
    }

    /** Runs a program of Python where there are only a loopback and the addresses. */
    private static void python(String text) throws Exception {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String guarded = "[ \"$(readlink /proc/self/ns/net)\" != '" + host + "' ] || exit 99\n"
                + "ip link set lo up; ip addr add 198.18.79.1/32 dev lo; ip addr add 198.18.79.2/32 dev lo\n"
                + "ip addr add fd00:79::1/128 dev lo nodad; echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets\n"
                + "exec python3 -c \"$1\"";
        Process p = new ProcessBuilder("unshare", "--net", "sh", "-ec", guarded, "sh", text)
                .inheritIO()
                .start();
        assertTrue(p.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, p.exitValue());
    }

    /** Takes each socket's changes, in order; the process only where it is the one that connects. */
    private static void take(StateSource source, Map<Long, List<String>> out) {
        ConnectTable table = new ConnectTable(OWN, new Drops());
        for (TracepointSample sample : source.stream().drain()) {
            assertEquals(0, sample.lost());
            SocketState s = SocketState.parse(sample, source.layout());
            if (s != null && table.isOurs(s)) {
                int pid = s.newState() == SocketState.SYN_SENT ? s.pid() : 0;
                out.computeIfAbsent(s.socket(), k -> new ArrayList<>())
                        .add(s.oldState() + ">" + s.newState() + " " + s.source() + " " + s.sourcePort() + " "
                                + s.destination() + " " + s.destinationPort() + " " + pid);
            }
        }
    }

    @Test
    void theProgramsSayWhatPerfEventsSay() throws Exception {
        AttributorOptions options = AttributorOptions.of(OWN, new Drops());
        try (ConnectCopies copies = ConnectCopies.start(options.withoutBpf());
                StateSource programs = StateSource.open(options.withoutPerf(), copies);
                StateSource perf = StateSource.open(withPerf(options), copies)) {
            assertNull(perf.detour());
            assertNotNull(programs.detour());
            python(CONNECTS);
            Map<Long, List<String>> byPerf = new LinkedHashMap<>();
            Map<Long, List<String>> byPrograms = new LinkedHashMap<>();
            for (int i = 0; i < ROUNDS_MAX && (i == 0 || !areClosed(byPerf) || !areClosed(byPrograms)); i++) {
                take(perf, byPerf); // on a busy machine the last packets take their time
                take(programs, byPrograms);
                Thread.sleep(100);
            }
            assertEquals(byPerf, byPrograms);
            List<String> all = byPerf.values().stream().flatMap(List::stream).toList();
            // three refused; nine established, of which the service's ends are other sockets, to other ports
            assertEquals(12, all.stream().filter(s -> s.startsWith("7>2 ")).count(), all.toString());
            assertEquals(9, all.stream().filter(s -> s.startsWith("2>1 ")).count(), all.toString());
            assertTrue(all.contains("2>1 198.18.79.1 41000 198.18.79.1 80 0"), all.toString());
            assertTrue(all.contains("2>1 fd00:79::1 41000 fd00:79::1 80 0"), all.toString());
        }
    }

    private static boolean areClosed(Map<Long, List<String>> changes) {
        return changes.values().stream().allMatch(c -> c.getLast().contains(">" + SocketState.CLOSE + " "));
    }

    private static AttributorOptions withPerf(AttributorOptions o) {
        return new AttributorOptions(
                o.endpoints(), o.drops(), o.procRoot(), o.sysRoot(), o.passwd(), o.clock(), true, true, o.bpf(), false);
    }

    private static AttributorOptions forced(Endpoints endpoints, Drops drops) {
        return AttributorOptions.of(endpoints, drops).withoutSocketTable().withoutPerf();
    }

    @Test
    void tinyClientsAreNamedOverIpv4Ipv6AndMappedAddresses() throws Exception {
        Drops drops = new Drops();
        try (Attributor attributor = Attributor.start(forced(Endpoints.EC2, drops))) {
            assertTrue(attributor.state().probeUp(), attributor.state().probeProblem());
            assertTrue(attributor.state().copyUp(), attributor.state().copyProblem());
            assertTrue(
                    attributor.state().probeDetour().contains("BPF"),
                    attributor.state().probeDetour());
            for (String address : List.of("169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254")) {
                check(attributor, CLIENTS, address, true);
            }
            AttributorCounts counts = attributor.counts();
            for (int i = 0; i < ROUNDS_MAX && counts.connectsNamed() < 3 * CLIENTS; i++) {
                Thread.sleep(100);
                counts = attributor.counts();
            }
            assertTrue(counts.connectsNamed() >= 3 * CLIENTS, counts.toString()); // somebody else may be testing
            assertEquals(0, drops.get(Drop.PROBE_RING));
        }
    }

    @Test
    void withoutTheCopyEachOneStillHasItsPid() throws Exception {
        try (Attributor attributor =
                Attributor.start(forced(Endpoints.EC2, new Drops()).withoutBpf())) {
            assertTrue(attributor.state().probeUp(), attributor.state().probeProblem());
            assertTrue(!attributor.state().copyUp());
            check(attributor, CLIENTS, "169.254.169.254", false);
        }
    }

    private static void check(Attributor attributor, int count, String address, boolean lines) throws Exception {
        String round = "tiny:" + program + " " + count + " 4 8000 " + address + " call";
        Map<Integer, AttributorIT.Call> calls = AttributorIT.world(attributor, "plain", round);
        assertEquals(count, calls.size());
        int late = 0;
        for (Map.Entry<Integer, AttributorIT.Call> e : calls.entrySet()) {
            AttributorIT.Call call = e.getValue();
            String which = "call " + e.getKey() + ": " + call.found;
            assertNotNull(call.found, which);
            if (call.found.caller() == null) {
                // the answer came too late on a busy machine, which is no matter of how the records are made
                assertTrue(call.found.evidence().reason().contains("did not answer in time"), which);
                late++;
                continue;
            }
            assertEquals(EvidenceMethod.CONNECT_PROBE, call.found.evidence().method(), which);
            assertEquals(call.pid, call.found.caller().pid(), which);
            if (lines) {
                assertEquals(
                        e.getKey().toString(), call.found.caller().arguments().get(2));
            }
        }
        assertTrue(late < count / 2, late + " answers came too late");
    }

    @Test
    void theWitnessKnowsWhatWasRefusedAndWhatWasMadeElsewhere() throws Exception {
        try (Attributor attributor = Attributor.start(forced(OWN, new Drops()))) {
            attributor.witness().captureBegan(System.currentTimeMillis() * 1_000_000 - 1_000_000_000);
            attributor.capturing(namespace -> false);
            python(CONNECTS);
            AttributorCounts counts = attributor.counts();
            for (int i = 0; i < ROUNDS_MAX && counts.established() + counts.refused() < 12; i++) {
                Thread.sleep(100);
                counts = attributor.counts();
            }
            assertEquals(12, counts.connects());
            assertEquals(9, counts.established());
            assertEquals(3, counts.refused());
            attributor.finishWitness();
            ConnectionCounts total = attributor.witness().total();
            assertEquals(12, total.kernelOnly(), total.toString());
            assertEquals(Map.of(KernelOnly.REFUSED, 3L, KernelOnly.OTHER_NAMESPACE, 9L), total.reasons());
        }
    }
}
