package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both halves as processes, as root and as an ordinary user, left alone and interrupted. */
@Timeout(180)
class DemoIT {
    private static final int NOBODY = 65_534;
    private static final long GONE_MILLIS_MAX = 30_000;
    private static final List<String> TRUTH = List.of(
            "v1 GET /latest/meta-data/instance-id 200 10.0.0.5",
            "v1 GET /latest/meta-data/placement/region 200 fd00:10::5",
            "v1 GET /computeMetadata/v1/instance/id 404 10.0.0.5",
            "v2 PUT /latest/api/token 200 10.0.0.5",
            "v2 GET /latest/dynamic/instance-identity/document 200 10.0.0.5",
            "v1 GET /latest/meta-data/instance-type 200 10.0.0.5",
            "v1 GET /latest/meta-data/iam/security-credentials/demo-role 200 10.0.0.5",
            "v2 PUT /latest/api/token 0 10.0.0.6",
            "v1 GET /latest/meta-data/iam/security-credentials/ 200 10.0.0.6");

    /** From before the virtual machine is up to the clients' midst. */
    private static final int[] MOMENTS_MILLIS = {20, 150, 250, 350, 450, 550, 700, 900, 1200, 2000};

    /** In the environment of all that a test starts: finds what is left of it. */
    private final String mark = "DEMO_TEST_MARK=" + UUID.randomUUID();

    @TempDir
    private Path directory;

    private Path temporary;

    @BeforeEach
    void layOutWhatAnOrdinaryUserCanRead() throws Exception {
        assumeTrue((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "needs root");
        temporary = Files.createDirectory(directory.resolve("tmp"));
        Path jna = Files.createDirectory(directory.resolve("jna"));
        command("chmod", "755", directory.toString());
        command("chmod", "1777", temporary.toString(), jna.toString());
        copy(Demo.class, "main");
        copy(DemoIT.class, "test");
        copy(com.sun.jna.Native.class, "jna.jar");
    }

    private void copy(Class<?> type, String name) throws Exception {
        Path from =
                Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        command("cp", "-r", from.toString(), directory.resolve(name).toString());
    }

    private static void command(String... command) throws Exception {
        assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor(), String.join(" ", command));
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        if (temporary == null) {
            return;
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GONE_MILLIS_MAX);
        while (!marked().isEmpty() && System.nanoTime() < end) {
            Thread.sleep(20);
        }
        assertEquals(Set.of(), marked());
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /** What still runs of this test, with the namespace that it holds. */
    private Set<String> marked() throws IOException {
        Set<String> out = new TreeSet<>();
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            for (Path p : processes
                    .filter(d -> d.getFileName().toString().matches("[0-9]+"))
                    .toList()) {
                try {
                    String environment = Files.readString(p.resolve("environ"), StandardCharsets.ISO_8859_1);
                    if (environment.contains(mark)) {
                        out.add(p + " " + Files.readString(p.resolve("cmdline"), StandardCharsets.ISO_8859_1));
                    }
                } catch (IOException e) {
                    // it ended meanwhile
                }
            }
        }
        return out;
    }

    private Process start(boolean ordinaryUser) throws IOException {
        List<String> command = new ArrayList<>(List.of("setsid"));
        if (ordinaryUser) {
            String user = Integer.toString(NOBODY);
            command.addAll(List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups"));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + temporary));
        command.addAll(List.of("-Djna.tmpdir=" + directory.resolve("jna"), "-cp"));
        command.add(directory.resolve("main") + ":" + directory.resolve("test") + ":" + directory.resolve("jna.jar"));
        command.add(DemoProgram.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().put("DEMO_TEST_MARK", mark.substring(mark.indexOf('=') + 1));
        builder.environment().put("http_proxy", "http://192.0.2.1:9");
        return builder.redirectErrorStream(true).start();
    }

    private void runsToItsEnd(boolean ordinaryUser) throws Exception {
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        Process demo = start(ordinaryUser);
        String said = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(7, demo.waitFor(), said);
        assertTrue(said.startsWith("interface ens5\n- curl"), said);
        assertEquals(TRUTH, said.lines().filter(l -> l.matches("v[12] .*")).toList(), said);
        assertEquals(host, NetworkNamespace.inode(NetworkNamespace.OF_THREAD));
    }

    @Test
    void rootSeesEveryClientAnswered() throws Exception {
        runsToItsEnd(false);
    }

    @Test
    void anOrdinaryUserSeesEveryClientAnswered() throws Exception {
        assumeTrue(userNamespacesAllowed(), "user namespaces are not allowed to ordinary users here");
        runsToItsEnd(true);
    }

    private static boolean userNamespacesAllowed() throws Exception {
        String user = Integer.toString(NOBODY);
        List<String> command = List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups");
        command = new ArrayList<>(command);
        command.addAll(List.of("unshare", "--user", "--map-root-user", "--net", "true"));
        return new ProcessBuilder(command).start().waitFor() == 0;
    }

    @Test
    void terminatedAtAnyMomentItLeavesNothing() throws Exception {
        for (int millis : MOMENTS_MILLIS) {
            Process demo = start(false);
            Thread.sleep(millis);
            demo.destroy();
            assertTrue(demo.waitFor(30, TimeUnit.SECONDS), "still there after " + millis);
            nothingIsLeft();
        }
    }

    @Test
    void interruptedAtTheTerminalAtAnyMomentItLeavesNothing() throws Exception {
        boolean ordinaryUser = userNamespacesAllowed();
        for (int millis : MOMENTS_MILLIS) {
            Process demo = start(ordinaryUser);
            Thread.sleep(millis);
            command("kill", "-INT", "--", "-" + demo.pid());
            assertTrue(demo.waitFor(30, TimeUnit.SECONDS), "still there after " + millis);
            nothingIsLeft();
        }
    }

    @Test
    void theOuterHalfKilledTheInnerHalfEndsAndCleansUp() throws Exception {
        Process demo = start(false);
        BufferedReader lines = demo.inputReader(StandardCharsets.UTF_8);
        while (!lines.readLine().contains("nightly-backup")) {}
        demo.destroyForcibly();
        assertTrue(demo.waitFor(30, TimeUnit.SECONDS));
    }
}
