package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the probe costs those who have nothing to do with the service. Needs root and a C compiler. */
class CostIT {
    /** In the build; -Dimdsight.cost=15 for the figures in the documentation. */
    private static final int ROUNDS = Integer.getInteger("imdsight.cost", 5);

    @TempDir
    private static Path directory;

    private static String program;

    @BeforeAll
    static void compile() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root for the probe");
        program = TinyClientsIT.compile("cost", directory);
    }

    @Test
    void aSendToAnotherPortCostsAFewNanoseconds() throws Exception {
        measure("a send of 64 bytes to another port", 1.5, program, "send", "200000");
    }

    @Test
    void anIpv6ConnectToAnotherPortCostsLittle() throws Exception {
        measure("an IPv6 connect to another port", 1.5, inNamespace("connect", "20000", "81"));
    }

    @Test
    void anIpv6ConnectToTheServicesPortElsewhereCostsMore() throws Exception {
        measure("an IPv6 connect to the service's port elsewhere", 4, inNamespace("connect", "20000", "80"));
    }

    private static String[] inNamespace(String... arguments) {
        return new String[] {
            "unshare", "--net", "sh", "-c", "ip link set lo up; exec " + program + " " + String.join(" ", arguments)
        };
    }

    /** One round without, one with the probe, again and again: the medians are compared. */
    private static void measure(String what, double ratioMax, String... command) throws Exception {
        List<Long> without = new ArrayList<>();
        List<Long> with = new ArrayList<>();
        long ours = 0;
        run(command);
        for (int i = 0; i < ROUNDS; i++) {
            without.add(run(command));
            AttributorOptions options =
                    AttributorOptions.of(Endpoints.EC2, new Drops()).withoutSocketTable();
            try (Attributor attributor = Attributor.start(options)) {
                assumeTrue(attributor.state().sendUp(), attributor.state().sendProblem());
                Thread.sleep(300);
                long before = AttributorIT.cpuMicros("imdsight-probe");
                with.add(run(command));
                ours += AttributorIT.cpuMicros("imdsight-probe") - before;
            }
        }
        Collections.sort(without);
        Collections.sort(with);
        double a = without.get(ROUNDS / 2);
        double b = with.get(ROUNDS / 2);
        System.out.printf(
                "%s: %.0f ns without, %.0f ns with the probe, ratio %.3f (best %d and %d); the probe's thread used %d ms in %d rounds%n",
                what, a, b, b / a, without.get(0), with.get(0), ours / 1000, ROUNDS);
        // what else the machine does falls on either of both: it is the dearer for our sake only where the median and
        // the best say so
        double best = (double) with.getFirst() / without.getFirst();
        assertTrue(Math.min(b / a, best) < ratioMax, "ratio of the medians " + b / a + ", of the best " + best);
    }

    private static long run(String... command) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII).strip();
        assertEquals(0, p.waitFor());
        return Long.parseLong(out);
    }
}
