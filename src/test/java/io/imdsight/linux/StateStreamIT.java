package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.StateStream.Programs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs in the real kernel; connects are made in network namespaces that have nothing but a loopback. Needs root. */
class StateStreamIT {
    private static final Path PROC = Path.of("/proc");
    private static final Path SYS = Path.of("/sys");

    /** Where nobody listens: each connect is refused, and makes two changes. An address of this test's own: somebody else may be testing. */
    private static final int PORT = 9;

    private static final List<ConnectRecords.Peer> PEERS = List.of(new ConnectRecords.Peer(0, 0xffff_7f4d_4e4fL));
    private static final String CONNECT = ": </dev/tcp/127.77.78.79/9";

    /** A page: the smallest there is; what the kernel keeps of it is a record less, at the most. */
    private static final int SMALL_RING = 4096;

    private static final int SMALL_RING_RECORDS = SMALL_RING / (8 + StateProgram.BYTES);

    @BeforeAll
    static void needsRootAndTypes() throws IOException {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "SKIPPED: needs root");
        assumeTrue(
                Files.isReadable(SYS.resolve("kernel/btf/vmlinux")),
                "SKIPPED: this kernel does not describe its types");
    }

    private static StateStream open(int ringBytes, Programs which) throws IOException {
        return new StateStream(StateStream.ofKernel(SYS), KernelClock.system(), PEERS, PORT, ringBytes, which);
    }

    /** Runs a script of bash where there is only a loopback. */
    private static long bash(String script) throws Exception {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String guarded = "[ \"$(readlink /proc/self/ns/net)\" != '" + host + "' ] && ip link set lo up && { " + script
                + "; } 2>/dev/null; true";
        Process p = new ProcessBuilder("unshare", "--net", "bash", "-c", guarded)
                .inheritIO()
                .start();
        assertTrue(p.waitFor(60, TimeUnit.SECONDS) && p.exitValue() == 0);
        return p.pid();
    }

    private static void connect(int times) throws Exception {
        bash("for ((i = 0; i < " + times + "; i++)); do " + CONNECT + "; done");
    }

    private static int newState(TracepointSample s) {
        return ByteBuffer.wrap(s.raw())
                .order(ByteOrder.nativeOrder())
                .getInt(StateStream.format().offset("newstate", 4));
    }

    private static List<Integer> states(List<TracepointSample> samples) {
        return samples.stream().map(StateStreamIT::newState).toList();
    }

    @Test
    void recordsEachChangeOfSocketsToThePeersOnceAndOfNoOthers() throws Exception {
        try (StateStream stream = open(StateStream.RING_BYTES, Programs.BOTH)) {
            long pid = bash(
                    CONNECT + "; : </dev/tcp/127.77.78.79/10; : </dev/tcp/127.0.0.2/9; : </dev/tcp/::1/9; " + CONNECT);
            assertTrue(stream.await(0), "a connect wakes");
            List<TracepointSample> found = stream.drain();
            assertEquals(
                    List.of(
                            PeerProgram.TCP_SYN_SENT,
                            PeerProgram.TCP_CLOSE,
                            PeerProgram.TCP_SYN_SENT,
                            PeerProgram.TCP_CLOSE),
                    states(found));
            long before = 0;
            for (TracepointSample s : found) {
                assertEquals(0, s.lost());
                assertTrue(newState(s) != PeerProgram.TCP_SYN_SENT || s.pid() == pid, s + " and not " + pid);
                assertTrue(s.timeNanos() >= before && s.timeNanos() <= System.nanoTime(), s.toString());
                before = s.timeNanos();
            }
            assertEquals(List.of(), stream.drain());
        }
    }

    @Test
    void whatTheFirstProgramMissesTheSecondRecords() throws Exception {
        try (StateStream stream = open(StateStream.RING_BYTES, Programs.SECOND)) {
            connect(3);
            assertEquals(
                    List.of(PeerProgram.TCP_CLOSE, PeerProgram.TCP_CLOSE, PeerProgram.TCP_CLOSE),
                    states(stream.drain()));
        }
    }

    @Test
    void aFullRingLosesTheNewestSaysSoOnceBehindThemAndGoesOn() throws Exception {
        try (StateStream stream = open(SMALL_RING, Programs.BOTH)) {
            connect(100);
            List<TracepointSample> found = stream.drain();
            TracepointSample last = found.removeLast();
            assertTrue(found.stream().allMatch(s -> s.lost() == 0), "only the last says what is missing");
            assertTrue(
                    found.size() >= SMALL_RING_RECORDS - 1 && found.size() <= SMALL_RING_RECORDS,
                    "kept " + found.size());
            assertNull(last.raw());
            assertEquals(200, found.size() + last.lost());
            assertEquals(found.getLast().timeNanos(), last.timeNanos(), "since then anything may have been");
            for (int round = 0; round < 20; round++) { // round the end of the ring and on
                connect(20);
                List<TracepointSample> more = stream.drain();
                assertEquals(40, more.size());
                assertTrue(more.stream().allMatch(s -> s.lost() == 0), "it was said already");
            }
        }
    }

    /** While it is drained, room comes back between two losses: each record must say what was lost before it, and nothing is counted twice. */
    @Test
    void lossesWhileItIsDrainedStandWhereTheyHappenedAndAddUp() throws Exception {
        int connects = 3_000;
        try (StateStream stream = open(SMALL_RING, Programs.BOTH)) {
            Thread caller = Thread.ofPlatform().start(() -> {
                try {
                    connect(connects);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            List<TracepointSample> all = new ArrayList<>();
            while (caller.isAlive()) {
                all.addAll(stream.drain());
                Thread.sleep(5);
            }
            caller.join();
            all.addAll(stream.drain());
            long lost = all.stream().mapToLong(TracepointSample::lost).sum();
            long kept = all.stream().filter(s -> s.lost() == 0).count();
            assertEquals(2L * connects, kept + lost, kept + " kept, " + lost + " lost");
            int before = PeerProgram.TCP_CLOSE;
            for (TracepointSample s : all) {
                // one socket after the other: without a loss in between, states take turns
                assertTrue(
                        s.lost() > 0 || before == 0 || newState(s) != before, "a loss that was not told before " + s);
                before = s.lost() > 0 ? 0 : newState(s);
            }
            System.out.println("a ring of a page: " + kept + " kept, " + lost + " lost in "
                    + all.stream().filter(s -> s.lost() > 0).count() + " places");
        }
    }

    @Test
    void whatItOpensIsClosedWithIt() throws Exception {
        open(StateStream.RING_BYTES, Programs.BOTH).close();
        Map<String, Long> before = openFiles();
        for (int i = 0; i < 5; i++) {
            StateStream stream = StateStream.open(PROC, SYS, KernelClock.system(), PEERS, PORT, null);
            stream.close();
            stream.close();
            assertEquals(List.of(), stream.drain());
        }
        assertEquals(before, openFiles());
    }

    private static Map<String, Long> openFiles() throws IOException {
        List<String> names = new ArrayList<>();
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : fds.toList()) {
                try {
                    names.add(Files.readSymbolicLink(fd).toString());
                } catch (IOException e) {
                    names.add("gone"); // that of the list itself
                }
            }
        }
        return names.stream()
                .filter(n -> n.startsWith("anon_inode"))
                .collect(Collectors.groupingBy(n -> n, Collectors.counting()));
    }

    @Test
    void withoutTypesItSaysSo(@TempDir Path sys) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> StateStream.open(PROC, sys, KernelClock.system(), PEERS, PORT, null));
        assertTrue(e.getMessage().contains("btf/vmlinux"), e.getMessage());
    }
}
