package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.linux.KernelClock;
import io.imdsight.linux.ProcessStat;
import io.imdsight.linux.ProcessTable;
import io.imdsight.model.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallerReaderTest {
    private static final ConnectRecord.End END = new ConnectRecord.End(0, 0, 0);

    /** Booted at second 1,000 of the epoch. */
    private static final KernelClock CLOCK = new KernelClock(() -> 50, () -> 1_000_000_000_050L, () -> 50);

    @TempDir
    Path root;

    private CallerReader reader;

    @BeforeEach
    void world() throws IOException {
        Files.writeString(root.resolve("passwd"), "root:x:0:0::/:\nme:x:1000:1000::/:\n");
        reader = new CallerReader(
                new ProcessTable(root),
                new CgroupPlaces(root),
                new UserNames(root, root.resolve("passwd"), CLOCK.monotonic()),
                CLOCK);
        process(1, "systemd", 0, 100, "/sbin/init\0", "systemd-binary");
        process(20, "bash", 1, 200, "-bash\0", "bash-binary");
        process(30, "python3", 20, 300, "python3\0/opt/sync.py\0--token\0hush\0", "python3.11");
    }

    @Test
    void aProcessIsDescribedWithItsAncestors() {
        Caller c = reader.describe(reader.read(30));
        assertEquals(30, c.pid());
        assertEquals("python3.11", c.executable());
        assertEquals(List.of("python3", "/opt/sync.py", "--token", "[redacted]"), c.arguments());
        assertEquals("python3 sync.py", c.title());
        assertEquals(1000, c.userId());
        assertEquals("me", c.owner());
        assertEquals(1_003_000_000_000L, c.startTimeNanos());
        assertEquals(3_000_000_000L, c.startBootNanos());
        assertEquals("job.service", c.systemdUnit());
        assertEquals(List.of(20, 1), c.parents().stream().map(Caller::pid).toList());
        assertEquals("bash", c.parents().get(0).title());
    }

    @Test
    void aParentThatStartedAfterItsChildHasOnlyTheNumber() throws IOException {
        process(20, "thief", 1, 301, "thief\0", "thief");
        assertEquals(List.of(), reader.describe(reader.read(30)).parents());
    }

    @Test
    void aParentThatRunsAnotherProgramIsReadAgain() throws IOException {
        reader.describe(reader.read(30));
        process(20, "zsh", 1, 200, "zsh\0", "zsh-binary");
        assertEquals("zsh", reader.describe(reader.read(30)).parents().get(0).title());
    }

    @Test
    void aProcessThatStartedAfterTheConnectIsAnother() {
        var stat = reader.read(30).stat();
        assertTrue(reader.startedBefore(stat, 1_003_000_000_000L));
        assertFalse(reader.startedBefore(stat, 1_002_990_000_000L));
    }

    @Test
    void oneThatHasEndedIsNull() throws IOException {
        assertNull(reader.read(31));
        process(32, "gone", 1, 5, "", null);
        Files.writeString(root.resolve("32/stat"), stat(32, "gone", 'Z', 1, 5));
        assertNull(reader.read(32));
    }

    @Test
    void aLoopOfParentsEnds() throws IOException {
        process(40, "a", 41, 10, "a\0", "a");
        process(41, "b", 40, 10, "b\0", "b");
        assertEquals(
                Ancestry.PARENTS_MAX, reader.describe(reader.read(40)).parents().size());
    }

    @Test
    void aProcessThatIsGoneIsDescribedByTheKernelsCopy() throws IOException {
        Caller c = reader.describe(copy("curl\0--token\0hush\0", true), null);
        assertEquals(50, c.pid());
        assertEquals(List.of("curl", "--token", "[redacted]"), c.arguments());
        assertEquals("curl", c.title());
        assertNull(c.executable());
        assertEquals(1000, c.userId());
        assertEquals("me", c.owner());
        assertEquals(1_004_000_000_000L, c.startTimeNanos());
        assertNull(c.systemdUnit());
        assertEquals(List.of(45, 20, 1), c.parents().stream().map(Caller::pid).toList());
        assertEquals("gone.sh", c.parents().get(0).title()); // ended since
        assertNull(c.parents().get(0).arguments());
        assertEquals(List.of("-bash"), c.parents().get(1).arguments());
    }

    @Test
    void oneThatIsStillThereIsDescribedByBoth() throws IOException {
        process(50, "curl", 45, 400, "curl\0-s\0", "/usr/bin/curl");
        Caller c = reader.describe(copy("curl\0-s\0", true), reader.read(50));
        assertEquals("/usr/bin/curl", c.executable());
        assertEquals("job.service", c.systemdUnit());
    }

    @Test
    void aCommandLineThatTheKernelCutIsReadToItsEnd() throws IOException {
        process(50, "curl", 45, 400, "curl\0-s\0", "/usr/bin/curl");
        Caller c = reader.describe(copy("curl\0", false), reader.read(50));
        assertEquals(List.of("curl", "-s"), c.arguments());
    }

    @Test
    void whatAProcessBecameAfterItsConnectIsNotBorrowed() throws IOException {
        process(50, "curl", 45, 400, "curl\0-v\0", "/opt/other/curl");
        Caller c = reader.describe(copy("curl\0-s\0", true), reader.read(50));
        assertEquals(List.of("curl", "-s"), c.arguments());
        assertNull(c.executable());
    }

    @Test
    void anotherProcessWithTheSameNumberLendsNothing() throws IOException {
        process(50, "curl", 45, 401, "curl\0-s\0", "/opt/other/curl");
        Caller c = reader.describe(copy("curl\0-s\0", true), reader.read(50));
        assertNull(c.executable());
        assertNull(c.systemdUnit());
        assertEquals(1_004_000_000_000L, c.startTimeNanos());
    }

    @Test
    void theExecutableOfOneThatIsGoneIsKnownFromAnotherThatRanTheSameFile() throws IOException {
        Path file = Files.writeString(root.resolve("curl-binary"), "x");
        long device = (Long) Files.getAttribute(file, "unix:dev");
        int kernelDevice = (int) (device >>> 8 & 0xfff) << 20 | (int) (device & 0xff | device >>> 12 & 0xfff00);
        long inode = (Long) Files.getAttribute(file, "unix:ino");
        executable = new ConnectRecord.FileIdentity(kernelDevice, inode, 3);
        process(50, "curl", 45, 400, "curl\0-s\0", file.toString());
        assertNull(reader.describe(copy("curl\0-s\0", true), null).executable());
        reader.describe(copy("curl\0-s\0", true), reader.read(50));
        assertEquals(
                file.toString(), reader.describe(copy("curl\0-v\0", true), null).executable());
        executable = new ConnectRecord.FileIdentity(kernelDevice, inode, 4);
        assertNull(reader.describe(copy("curl\0-v\0", true), null).executable());
    }

    @Test
    void aPathThatLeadsToAnotherFileIsNotLearned() throws IOException {
        executable = new ConnectRecord.FileIdentity(1, 2, 3);
        Path file = Files.writeString(root.resolve("thief"), "x");
        process(50, "curl", 45, 400, "curl\0-s\0", file.toString());
        reader.describe(copy("curl\0-s\0", true), reader.read(50));
        assertNull(reader.describe(copy("curl\0-s\0", true), null).executable());
    }

    private ConnectRecord.FileIdentity executable;

    /** Process 50, whose parent 45 ended and left its number to another. */
    private ConnectRecord copy(String commandLine, boolean whole) throws IOException {
        process(45, "thief", 1, 999, "thief\0", "thief");
        ProcessStat stat = new ProcessStat("curl".getBytes(StandardCharsets.US_ASCII), 'R', 45, 0, 400);
        List<ConnectRecord.Ancestor> ancestors = List.of(
                new ConnectRecord.Ancestor(45, 390, "gone.sh".getBytes(StandardCharsets.US_ASCII)),
                new ConnectRecord.Ancestor(20, 200, "bash".getBytes(StandardCharsets.US_ASCII)),
                new ConnectRecord.Ancestor(1, 100, "systemd".getBytes(StandardCharsets.US_ASCII)));
        byte[] bytes = commandLine.getBytes(StandardCharsets.ISO_8859_1);
        return new ConnectRecord(1, 2, 0, END, END, 50, 1000, 3, 0, 0, 0, stat, executable, bytes, whole, ancestors);
    }

    private void process(int pid, String name, int parent, long start, String commandLine, String exe)
            throws IOException {
        Path dir = Files.createDirectories(root.resolve(Integer.toString(pid)));
        Files.writeString(dir.resolve("stat"), stat(pid, name, 'S', parent, start));
        Files.write(dir.resolve("cmdline"), commandLine.getBytes(StandardCharsets.ISO_8859_1));
        Files.writeString(dir.resolve("status"), "Name:\t" + name + "\nUid:\t1000\t0\t0\t0\n");
        Files.writeString(dir.resolve("cgroup"), "0::/system.slice/job.service\n");
        Files.deleteIfExists(dir.resolve("exe"));
        if (exe != null) {
            Files.createSymbolicLink(dir.resolve("exe"), Path.of(exe));
        }
    }

    private static String stat(int pid, String name, char state, int parent, long start) {
        return pid + " (" + name + ") " + state + " " + parent + " 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 " + start
                + " 0 0 0\n";
    }
}
