package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.model.Caller;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.EvidenceMethod;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names clients that live for a millisecond. Needs root, a C compiler, and a kernel that copies callers. */
class TinyClientsIT {
    /** In the build; -Dimdsight.tiny=2000 for the figures in the documentation. */
    private static final int CLIENTS = Integer.getInteger("imdsight.tiny", 400);

    /** What Escaped makes of the launcher's last argument. */
    private static final String HOSTILE = "x\\x0ay\\x1b[31m\\xff";

    @TempDir
    private static Path directory;

    private static String program;

    @BeforeAll
    static void compile() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root to make a network namespace");
        program = compile("tiny", directory);
    }

    /** Compiles a program of ours, into a directory. */
    static String compile(String name, Path directory) throws Exception {
        Path source = directory.resolve(name + ".c");
        try (InputStream in = TinyClientsIT.class.getResourceAsStream(name + ".c")) {
            Files.write(source, in.readAllBytes());
        }
        String program = directory.resolve(name).toString();
        try {
            Process gcc = new ProcessBuilder("gcc", "-static", "-O2", "-pthread", "-o", program, source.toString())
                    .inheritIO()
                    .start();
            assumeTrue(gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0, "the C compiler failed");
        } catch (IOException e) {
            assumeTrue(false, "no C compiler");
        }
        return program;
    }

    @Test
    void namesEachOneTwoMillisecondsApart() throws Exception {
        measure("tiny, 2 ms apart", true, CLIENTS, 1, 2_000, "169.254.169.254");
    }

    @Test
    void namesEachOneOfEightAtATime() throws Exception {
        measure("tiny, 8 at a time", true, CLIENTS, 8, 8_000, "169.254.169.254");
    }

    @Test
    void namesEachOneOverIpv6AndThroughMappedAddresses() throws Exception {
        measure("tiny, IPv6", true, 40, 4, 8_000, "fd00:ec2::254");
        measure("tiny, mapped", true, 40, 4, 8_000, "::ffff:169.254.169.254");
    }

    @Test
    void namesEachOneWhileWeAreStoppedAgainAndAgain() throws Exception {
        List<Object[]> ballast = new ArrayList<>(); // so that a collection takes long
        for (int i = 0; i < 400_000; i++) {
            ballast.add(new Object[4]);
        }
        Thread collector = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    long begun = System.nanoTime();
                    System.gc();
                    longestNanos = Math.max(longestNanos, System.nanoTime() - begun);
                    Thread.sleep(20);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            measure("tiny, 2 ms apart, stopped", true, CLIENTS, 1, 2_000, "169.254.169.254");
            measure("tiny, 8 at a time, stopped", true, CLIENTS, 8, 8_000, "169.254.169.254");
        } finally {
            collector.interrupt();
            collector.join();
        }
        System.out.printf("longest stop %d ms, %d objects%n", longestNanos / 1_000_000, ballast.size());
    }

    private static volatile long longestNanos;

    @Test
    void withoutTheCopyEachOneStillHasItsPid() throws Exception {
        measure("tiny, 2 ms apart, /proc only", false, CLIENTS, 1, 2_000, "169.254.169.254");
    }

    @Test
    void aProcessThatBecomesAnotherProgramIsNamedAsWhatItIsWhenItSends() throws Exception {
        Drops drops = new Drops();
        try (Attributor attributor =
                Attributor.start(AttributorOptions.of(Endpoints.EC2, drops).withoutSocketTable())) {
            assumeTrue(attributor.state().copyUp(), attributor.state().copyProblem());
            Map<Integer, AttributorIT.Call> calls =
                    AttributorIT.world(attributor, "plain", "tiny:" + program + " 50 1 5000 169.254.169.254 become");
            assertEquals(50, calls.size());
            calls.forEach((number, call) -> {
                assertEquals(call.pid, call.found.caller().pid());
                assertEquals("later", call.found.caller().arguments().get(1));
            });
        }
    }

    private static void measure(String name, boolean copy, int count, int burst, int gapMicros, String address)
            throws Exception {
        Drops drops = new Drops();
        AttributorOptions options = AttributorOptions.of(Endpoints.EC2, drops).withoutSocketTable();
        try (Attributor attributor = Attributor.start(copy ? options : options.withoutBpf())) {
            if (copy) {
                assumeTrue(attributor.state().copyUp(), attributor.state().copyProblem());
            }
            Thread.sleep(500); // what starts with the agent is not what is measured
            long cpuBefore = AttributorIT.cpuMicros("imdsight-probe");
            String round = "tiny:" + program + " " + count + " " + burst + " " + gapMicros + " " + address + " call";
            Map<Integer, AttributorIT.Call> calls = AttributorIT.world(attributor, "plain", round);
            int pids = 0;
            int lines = 0;
            int executables = 0;
            for (Map.Entry<Integer, AttributorIT.Call> e : calls.entrySet()) {
                AttributorIT.Call call = e.getValue();
                if (call.found == null || call.found.evidence().method() != EvidenceMethod.CONNECT_PROBE) {
                    System.out.println(name + ": call " + e.getKey() + ": "
                            + (call.found == null ? "never answered" : call.found.evidence()));
                    continue;
                }
                Caller caller = call.found.caller();
                assertEquals(call.pid, caller.pid(), "call " + e.getKey());
                pids++;
                if (caller.arguments() != null) {
                    assertEquals(List.of(program, "call", e.getKey().toString(), address, HOSTILE), caller.arguments());
                    lines++;
                    executables += caller.executable() == null ? 0 : 1;
                    assertTrue(caller.executable() == null || program.equals(caller.executable()));
                    assertEquals("tiny", caller.title());
                    assertTrue(caller.parents().stream().anyMatch(p -> p.pid() == 1), () -> "ancestry of " + caller);
                }
            }
            AttributorCounts counts = attributor.counts();
            System.out.printf(
                    "%s: %d calls, pid right %d, command line right %d, executable known %d, copied %d, lost %d; read after %d µs on average; %d CPU µs a connect%n",
                    name,
                    calls.size(),
                    pids,
                    lines,
                    executables,
                    counts.connectsCopied(),
                    counts.lost(),
                    counts.namingNanos() / Math.max(counts.connects(), 1) / 1000,
                    (AttributorIT.cpuMicros("imdsight-probe") - cpuBefore) / Math.max(counts.connects(), 1));
            assertEquals(count, calls.size());
            assertEquals(count, pids, "pid");
            if (copy) {
                assertEquals(count, lines, "command lines");
                assertEquals(0, drops.get(Drop.PROBE_RING));
            }
        }
    }
}
