package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.CgroupTree;
import io.imdsight.linux.ProcessText;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.EvidenceMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Units and user names of real processes in real cgroups and mount namespaces. Needs root. */
class WhereItRunsIT {
    private static final Path PROC = Path.of("/proc");
    private static final String UNIT = "imdsighttest.service";

    @TempDir
    private Path directory;

    private Path slice;
    private Path service;

    @BeforeEach
    void makeCgroup() throws IOException {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root to make a cgroup");
        String mounts = Files.readString(Path.of("/proc/self/mountinfo"), StandardCharsets.ISO_8859_1);
        String at = mounts.lines()
                .filter(l -> l.contains(" - cgroup2 "))
                .map(l -> l.split(" ", -1)[4])
                .findFirst()
                .orElse(null);
        assumeTrue(at != null, "no version 2 hierarchy of cgroups is mounted");
        slice = Path.of(at, "imdsighttest-" + ProcessHandle.current().pid() + ".slice");
        service = slice.resolve(UNIT);
        Files.createDirectories(service);
    }

    @AfterEach
    void removeCgroup() throws IOException {
        if (service != null) {
            Files.deleteIfExists(service);
            Files.deleteIfExists(slice);
        }
    }

    @Test
    void aCgroupIsFoundByItsNumberAndRememberedWhenItIsGone() throws IOException {
        long number = (Long) Files.getAttribute(service, "unix:ino");
        try (CgroupTree tree = CgroupTree.open(PROC);
                CgroupPlaces seen = new CgroupPlaces(PROC);
                CgroupPlaces late = new CgroupPlaces(PROC)) {
            assertEquals("/" + slice.getFileName() + "/" + UNIT, tree.path(number));
            assertEquals(UNIT, seen.find(number).systemdUnit());
            Files.delete(service);
            assertNull(tree.path(number));
            assertEquals(UNIT, seen.find(number).systemdUnit());
            assertEquals(CgroupNames.NONE, late.find(number));
            late.learn(number, "0::/a.slice/learnt.service\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals("learnt.service", late.find(number).systemdUnit());
        }
    }

    @Test
    void processesOfAMillisecondHaveTheirUnitAlsoWhileWeAreStopped() throws Exception {
        String tiny = TinyClientsIT.compile("tiny", directory);
        String inUnit = directory.resolve("in-unit").toString();
        Files.writeString(
                Path.of(inUnit), "#!/bin/sh\necho $$ > " + service + "/cgroup.procs\nexec " + tiny + " \"$@\"\n");
        assertTrue(Path.of(inUnit).toFile().setExecutable(true));
        try (Attributor attributor = Attributor.start(
                AttributorOptions.of(Endpoints.EC2, new Drops()).withoutSocketTable())) {
            assumeTrue(attributor.state().copyUp(), attributor.state().copyProblem());
            Thread collector = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        System.gc();
                        Thread.sleep(20);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            try {
                Map<Integer, AttributorIT.Call> calls =
                        AttributorIT.world(attributor, "plain", "tiny:" + inUnit + " 200 4 4000 169.254.169.254 call");
                assertEquals(200, calls.size());
                calls.forEach((n, c) -> {
                    assertEquals(
                            EvidenceMethod.CONNECT_PROBE,
                            c.found.evidence().method(),
                            () -> "call " + n + ": " + c.found);
                    assertEquals(UNIT, c.found.caller().systemdUnit(), "call " + n);
                });
            } finally {
                collector.interrupt();
                collector.join();
            }
        }
    }

    @Test
    void aUserIsNamedByTheFileThatItsProcessSees() throws Exception {
        Path passwd = directory.resolve("passwd");
        Files.writeString(passwd, "inside:x:0:0::/:\n");
        Process p = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-c",
                        "mount --bind " + passwd + " /etc/passwd && echo ready && exec sleep 20")
                .start();
        try {
            assertEquals("ready", p.inputReader().readLine());
            UserNames users = new UserNames(PROC, Path.of("/etc/passwd"), System::nanoTime);
            long mounts = mounts(p.pid());
            assertEquals("root", users.name(1, 0, mounts(ProcessHandle.current().pid()), false));
            String name = null;
            for (int i = 0; i < 50 && name == null; i++) { // the first may come too late for its 10 ms
                name = users.name((int) p.pid(), 0, mounts, true);
            }
            assertEquals("inside", name);
            assertEquals("inside", users.name(0, 0, mounts, true), "known of the container when the process is gone");
            assertNull(users.name((int) p.pid(), 4711, mounts, true));
            assertNull(users.name(0, 0, 0, true), "in a container, but not known in which");
            assertEquals("root", users.name(0, 0, 0, false));
        } finally {
            p.destroyForcibly().waitFor();
        }
    }

    private static long mounts(long pid) throws IOException {
        String link =
                Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/mnt")).toString();
        return ProcessText.namespace(link.getBytes(StandardCharsets.US_ASCII));
    }
}
