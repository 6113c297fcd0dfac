package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.PrivateNetwork;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Sighting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent's whole pipeline, opened and closed again and again within one process, with a call each time. Needs root and curl. */
@Timeout(900)
class PipelineRestartIT {
    /** In the build; -Dimdsight.restarts=500 on demand. */
    private static final int RESTARTS = Integer.getInteger("imdsight.restarts", 30);

    /** What a virtual machine still loads, compiles and caches when it does something for the first times. */
    private static final int WARM_UP = 20;

    /** malloc's own pools still settle; a leaked buffer of a capture has megabytes each time. */
    private static final long GROWTH_KIB_MAX = 16 * 1024;

    /**
     * What a process holds, from /proc/self. Not its resident memory, which grows with what the collector leaves lying.
     *
     * @param dataKib private memory that can be written: malloc's, stacks, heap as reserved
     * @param sharedKib mapped and shared, as rings are
     * @param heapKib in use after a collection
     */
    private record Held(long descriptors, long threads, long pinnedKib, long dataKib, long sharedKib, long heapKib) {
        static Held now() throws IOException {
            System.gc();
            Runtime machine = Runtime.getRuntime();
            long heapKib = (machine.totalMemory() - machine.freeMemory()) / 1024;
            return new Held(
                    entries("fd"),
                    entries("task"),
                    status("VmPin:") + status("VmLck:"),
                    status("VmData:"),
                    shared(),
                    heapKib);
        }

        /** Of lines as "7f0000000000-7f0000001000 rw-s …": proc(5), maps. */
        private static long shared() throws IOException {
            long bytes = 0;
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                String[] parts = line.split("[- ]", 3);
                if (line.matches("\\S+ ...s .*")) {
                    bytes += Long.parseUnsignedLong(parts[1], 16) - Long.parseUnsignedLong(parts[0], 16);
                }
            }
            return bytes / 1024;
        }

        private static long entries(String name) throws IOException {
            try (Stream<Path> all = Files.list(Path.of("/proc/self", name))) {
                return all.count();
            }
        }

        private static long status(String name) throws IOException {
            try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
                return lines.filter(l -> l.startsWith(name))
                        .mapToLong(l -> Long.parseLong(l.replaceAll("[^0-9]", "")))
                        .sum();
            }
        }
    }

    /** Keeps the last one. */
    private static final class Last implements SightingThread.Output {
        private volatile Sighting sighting;

        @Override
        public void accept(Sighting s) {
            sighting = s;
        }

        @Override
        public void flush() {
            // nothing is kept back
        }
    }

    @Test
    void leavesNoDescriptorThreadOrByteBehind() throws Exception {
        InPrivateNetwork.runServed(800, (network, service) -> restart(network));
    }

    private static void restart(PrivateNetwork network) throws Exception {
        for (int i = 0; i < WARM_UP; i++) {
            once(network);
        }
        Thread.sleep(1_500); // the stand-in's own threads go after a second
        Held before = Held.now();
        for (int i = 0; i < RESTARTS; i++) {
            once(network);
        }
        Thread.sleep(1_500);
        Held after = Held.now();
        System.out.printf("%d restarts: %s, before %s%n", RESTARTS, after, before);
        assertEquals(before.descriptors(), after.descriptors(), "descriptors");
        assertTrue(after.threads() <= before.threads(), "threads: " + after + ", before " + before);
        assertEquals(before.pinnedKib(), after.pinnedKib(), "memory that the kernel holds for us");
        String both = after + ", before " + before;
        assertTrue(after.dataKib() - before.dataKib() < GROWTH_KIB_MAX, both);
        assertEquals(before.sharedKib(), after.sharedKib(), both);
        assertTrue(after.heapKib() - before.heapKib() < GROWTH_KIB_MAX, both);
        List<String> sockets = Files.readAllLines(Path.of("/proc/thread-self/net/packet"));
        assertEquals(1, sockets.size(), "packet sockets: " + sockets); // the head of the table
    }

    private static void once(PrivateNetwork network) throws Exception {
        Last last = new Last();
        LivePipeline pipeline = LivePipeline.open(network.endpoints(), PrivateNetwork.MACHINE_INTERFACE, last);
        pipeline.start();
        network.machineGuard().check();
        Process curl = new ProcessBuilder(
                        "curl", "-q", "-s", "-m", "10", "-o", "/dev/null", "http://169.254.169.254/latest/")
                .start();
        assertEquals(0, curl.waitFor());
        pipeline.finish();
        assertNull(pipeline.failed());
        String said = pipeline.counts().text(pipeline.drops(), true) + ": " + last.sighting;
        assertNotNull(last.sighting, said);
        assertEquals(EvidenceMethod.CONNECT_PROBE, last.sighting.evidence().method(), said);
        assertEquals(curl.pid(), last.sighting.caller().pid(), said);
    }
}
