package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the real kernel; connects are made in network namespaces that have nothing but a loopback. Needs root. */
class ConnectRecordsIT {
    private static final Path PROC = Path.of("/proc");
    private static final Path SYS = Path.of("/sys");
    private static final int PORT = 9;

    private static final List<ConnectRecords.Peer> PEERS =
            List.of(new ConnectRecords.Peer(0, 0xffff_7f00_0001L), new ConnectRecords.Peer(0, 1));

    @BeforeAll
    static void needsRootAndTypes() throws IOException {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root");
        assumeTrue(Files.isReadable(SYS.resolve("kernel/btf/vmlinux")), "this kernel does not describe its types");
    }

    /** Runs a script of bash where there is only a loopback. */
    private static long bash(String script, String argument) throws Exception {
        String host = Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
        String guarded = "[ \"$(readlink /proc/self/ns/net)\" != '" + host + "' ] && ip link set lo up && { " + script
                + "; } 2>/dev/null; true";
        Process p = new ProcessBuilder("unshare", "--net", "bash", "-c", guarded, argument)
                .inheritIO()
                .start();
        assertTrue(p.waitFor(30, TimeUnit.SECONDS) && p.exitValue() == 0);
        return p.pid();
    }

    @Test
    void recordsConnectsToThePeersAndNoOthers() throws Exception {
        Path namespace = Files.createTempFile("namespace", "");
        try (ConnectRecords records = ConnectRecords.open(PROC, SYS, PEERS, PORT)) {
            long pid = bash(
                    "readlink /proc/self/ns/net >" + namespace
                            + "; : </dev/tcp/127.0.0.1/9; : </dev/tcp/127.0.0.1/10; : </dev/tcp/127.0.0.2/9; : </dev/tcp/::1/9; "
                            + ": </dev/tcp/::ffff:127.0.0.1/9",
                    "me");
            List<ConnectRecord> found = records.drain();
            assertEquals(3, found.size());
            for (ConnectRecord r : found) {
                String line = new String(r.arguments(), java.nio.charset.StandardCharsets.US_ASCII);
                assertTrue(line.startsWith("bash\0-c\0[") && line.endsWith("\0me\0"), line);
                assertEquals(pid, r.pid());
                assertEquals(ProcessHandle.current().pid(), r.ancestors().get(0).pid());
                assertEquals(1, r.ancestors().get(r.ancestors().size() - 1).pid());
                assertEquals(0, r.userId());
                assertEquals(
                        "net:[" + r.networkNamespace() + "]",
                        Files.readString(namespace).strip());
            }
            assertEquals(List.of(), records.drain());
            assertEquals(0, records.lost());
        } finally {
            Files.delete(namespace);
        }
    }

    @Test
    void aFullRingLosesTheNewestCountsThemAndGoesOn() throws Exception {
        try (ConnectRecords records = ConnectRecords.open(PROC, SYS, PEERS, PORT)) {
            String script = "for ((i = 0; i < 200; i++)); do : </dev/tcp/127.0.0.1/9; done";
            bash(script, "x".repeat(100_000));
            List<ConnectRecord> found = records.drain();
            assertTrue(found.size() >= 50, "kept " + found.size());
            assertEquals(200, found.size() + records.lost());
            assertEquals(0, records.lost());
            assertEquals(ConnectRecord.ARGUMENTS_BYTES_MAX, found.get(0).arguments().length);
            assertFalse(found.get(0).whole());
            for (int round = 0; round < 5; round++) { // round the end of the ring and on
                bash(script.replace("200", "40"), "x".repeat(100_000 + round));
                assertEquals(40, records.drain().size());
            }
        }
    }

    @Test
    void whatTheVerifierRefusesIsSaidInItsWords() {
        byte[] noResult = new BpfAssembler().exit().bytes();
        KernelException e = assertThrows(KernelException.class, () -> BpfCalls.load("bad", noResult));
        assertTrue(e.getMessage().contains("R0 !read_ok"), e.getMessage());
    }

    @Test
    void withoutTypesItSaysSo(@TempDir Path sys) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ConnectRecords.open(PROC, sys, PEERS, PORT));
        assertTrue(e.getMessage().contains("btf/vmlinux"), e.getMessage());
    }

    @Test
    void startsInAFewMilliseconds() throws Exception {
        long best = Long.MAX_VALUE;
        long first = 0;
        for (int i = 0; i < 10; i++) {
            long begun = System.nanoTime();
            ConnectRecords.open(PROC, SYS, PEERS, PORT).close();
            best = Math.min(best, System.nanoTime() - begun);
            first = i == 0 ? best : first;
        }
        System.out.printf(
                "connect program: started in %d ms, best of ten %d ms%n", first / 1_000_000, best / 1_000_000);
        assertTrue(best < 100_000_000, best + " ns");
    }
}
