package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stand-in as a program of its own. A child process begins in the namespace of the thread that starts it. */
@Timeout(120)
class StandInMainIT {
    @BeforeEach
    void needsRoot() throws IOException {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
    }

    /** The child is told which namespace is the machine's own: not every machine lets even root see the first process's. */
    private static Process start(long hostInode, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(StandInMain.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put(StandInMain.HOST_NAMESPACE_VARIABLE, Long.toString(hostInode));
        return builder.start();
    }

    @Test
    void inTheMachinesOwnNamespaceItRefuses() throws Exception {
        Process p = start(NetworkNamespace.inode(NetworkNamespace.OF_THREAD), "--port", "0");
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(77, p.waitFor(), said);
        assertTrue(said.contains("machine's own network namespace"), said);
    }

    @Test
    void unknownArgumentsAreWrongUsage() throws Exception {
        Process p = start(1, "--mode", "sometimes");
        assertEquals(64, p.waitFor());
    }

    @Test
    void inANamespaceWithoutAWayOutItServesAndPrintsEachRequest() throws Exception {
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        try (NamespaceThread thread = new NamespaceThread("stand-in-namespace")) {
            thread.call(() -> {
                NamespaceGuard.exactly(host, NamespaceGuard.Contents.NOTHING, NamespaceProbe.live())
                        .check();
                try (RouteNetlink netlink = RouteNetlink.open()) {
                    netlink.up("lo");
                }
                Process p = start(host, "--mode", "required", "--port", "8080");
                try (BufferedReader lines = p.inputReader(StandardCharsets.UTF_8)) {
                    assertEquals("ready", lines.readLine());
                    Process curl = new ProcessBuilder(
                                    "curl", "-q", "-s", "-m", "5", "--noproxy", "*", "http://127.0.0.1:8080/x\"y")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
                    assertEquals(0, curl.waitFor());
                    String line = lines.readLine();
                    assertTrue(
                            line.endsWith(
                                    "\"method\":\"GET\",\"target\":\"/x\\\"y\",\"version\":\"v1\",\"status\":401}"),
                            line);
                } finally {
                    p.destroy();
                    assertTrue(p.waitFor(30, TimeUnit.SECONDS));
                }
                return null;
            });
        }
    }
}
