package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A real driver that counts by names of its own: a veth pair's, in a network namespace that the test makes. */
class DriverStatisticsIT {
    @Test
    void aVethDriversCountsAreReadAndLackTheAllowance() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root for a network namespace");
        Callable<Map<String, Long>> inside = () -> {
            NetworkNamespace.enterFresh();
            Process p =
                    new ProcessBuilder("ip", "link", "add", "here0", "type", "veth", "peer", "name", "there0").start();
            assertEquals(0, p.waitFor(), "ip link add failed");
            return DriverStatistics.read("here0");
        };
        FutureTask<Map<String, Long>> task = new FutureTask<>(inside);
        new Thread(task, "driver-statistics").start();
        Map<String, Long> read = task.get(60, TimeUnit.SECONDS);
        assertTrue(read.getOrDefault("peer_ifindex", 0L) > 0, read.toString());
        assertNull(read.get("linklocal_allowance_exceeded"));
    }
}
