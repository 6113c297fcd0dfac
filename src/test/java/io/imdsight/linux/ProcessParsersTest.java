package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessParsersTest {
    private static final String STAT =
            "R 6027 6028 6027 34816 6028 4194304 101 0 0 0 0 0 0 0 20 0 1 0 325914 9175040 345 18446744073709551615 1 1 0\n";

    @Test
    void statGivesParentFlagsAndStart() {
        ProcessStat stat = ProcessStat.parse(bytes("6028 (curl) " + STAT));
        assertEquals("curl", new String(stat.name(), StandardCharsets.ISO_8859_1));
        assertEquals('R', stat.state());
        assertEquals(6027, stat.parent());
        assertEquals(325914, stat.startTicks());
        assertFalse(stat.isKernelThread());
    }

    @Test
    void aNameOfBracketsBlanksAndNewlinesForgesNothing() {
        ProcessStat stat = ProcessStat.parse(bytes("6028 (a) R 1 1\n)) S 2 " + ") " + STAT));
        assertEquals("a) R 1 1\n)) S 2 ", new String(stat.name(), StandardCharsets.ISO_8859_1));
        assertEquals(6027, stat.parent());
    }

    @Test
    void damagedStatIsNull() {
        for (String s : List.of(
                "", "1", "1 (x", "1 (x)", "1 (x) R", "1 (x) R a b c", ")(", "1 (x) " + STAT.replace("325914", "x"))) {
            assertNull(ProcessStat.parse(bytes(s)), s);
        }
    }

    @Test
    void kernelThreadsAreTold() {
        assertTrue(ProcessStat.parse(bytes("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 2 0 0 0\n"))
                .isKernelThread());
    }

    @Test
    void argumentsAreSplitAtZeroBytes() {
        assertEquals(List.of("curl", "", "http://x"), strings(ProcessText.arguments(bytes("curl\0\0http://x\0"), 9)));
        assertEquals(
                List.of("nginx: worker process"), strings(ProcessText.arguments(bytes("nginx: worker process"), 9)));
        assertEquals(List.of("a", "b"), strings(ProcessText.arguments(bytes("a\0b\0c\0"), 2)));
        assertEquals(3, ProcessText.argumentCount(bytes("a\0b\0c\0")));
        assertEquals(1, ProcessText.argumentCount(bytes("title")));
        assertEquals(0, ProcessText.argumentCount(bytes("")));
    }

    @Test
    void theRealUserIdIsTheFirstOfTheLine() {
        assertEquals(1000, ProcessText.realUserId(bytes("Name:\tUid:\t7\nState:\tS\nUid:\t1000\t0\t0\t0\nGid:\t5\n")));
        assertEquals(-1, ProcessText.realUserId(bytes("Name:\tx\n")));
        assertEquals(-1, ProcessText.realUserId(bytes("Name:\tx\nUid:\t99999999999999\n")));
    }

    @Test
    void passwdGivesTheFirstNameOfAnId() {
        Map<Integer, String> names = ProcessText.accounts(
                bytes("root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n#x\n:x:5:\nbad:x:y:1:\nwww:x:33:33::/:\n"));
        assertEquals(Map.of(0, "root", 33, "www"), names);
    }

    @Test
    void theYoungestProcessComesFirstAlsoWhenNumbersHaveWrapped() {
        assertArrayEquals(
                new int[] {20, 10, 1, 400, 300}, ProcessTable.newestFirst(new int[] {1, 300, 10, 400, 20}, 25));
        assertArrayEquals(new int[] {3, 2, 1}, ProcessTable.newestFirst(new int[] {1, 2, 3}, 3));
    }

    @Test
    void socketLinksAreRead() {
        assertEquals(12345, inode("socket:[12345]"));
        for (String s : List.of("socket:[]x", "socket:[12", "pipe:[12345]", "socket:[1a]", "", "/tmp/socket:[1]")) {
            assertEquals(-1, inode(s), s);
        }
    }

    @Test
    void cpuListsAreReadAndNonsenseIsLeftOut() {
        assertArrayEquals(new int[] {0, 1, 2, 3, 8, 10, 11}, CpuList.parse(bytes("0-3,8,10-11\n")));
        assertArrayEquals(new int[] {0}, CpuList.parse(bytes("0\n")));
        assertArrayEquals(new int[] {5}, CpuList.parse(bytes("x,5,-,3-1,9-\n")));
    }

    @Test
    void ringsShareTheirMemoryOnManyCpus() {
        assertEquals(512 * 1024, TracepointStream.ringBytes(2));
        assertEquals(512 * 1024, TracepointStream.ringBytes(32));
        assertEquals(128 * 1024, TracepointStream.ringBytes(128));
        assertEquals(64 * 1024, TracepointStream.ringBytes(4096));
    }

    @Test
    void aRecordedTreeIsReadThroughItsRoot(@TempDir Path root) throws Exception {
        Path process = Files.createDirectories(root.resolve("42"));
        Files.write(process.resolve("stat"), bytes("42 (curl) " + STAT));
        Files.write(process.resolve("cmdline"), new byte[70_000]);
        Files.writeString(root.resolve("loadavg"), "0.00 0.01 0.05 1/123 4567\n");
        Files.createDirectories(process.resolve("fd"));
        Files.createSymbolicLink(process.resolve("fd/3"), Path.of("socket:[77]"));
        Files.createSymbolicLink(process.resolve("exe"), Path.of("curl-binary"));
        ProcessTable table = new ProcessTable(root);
        assertEquals(4567, table.lastPid());
        assertNull(table.open(43));
        try (ProcessDirectory p = table.open(42)) {
            assertNotNull(p);
            assertEquals(6027, p.stat().parent());
            assertEquals(50_000, p.read("cmdline", 50_000).length);
            assertEquals("curl-binary", new String(p.link("exe"), StandardCharsets.ISO_8859_1));
            assertNull(p.read("cgroup", 100));
            long[] seen = {0};
            assertEquals(ProcessDirectory.Sockets.VISITED, p.sockets(inode -> {
                seen[0] = inode;
                return true;
            }));
            assertEquals(77, seen[0]);
        }
        assertArrayEquals(new int[] {42}, table.newestFirst());
    }

    @Test
    void aSocketIsAskedForInTheKernelsLayout() {
        byte[] request = SocketTable.request(
                new byte[] {10, 0, 0, 5}, 40312, new byte[] {(byte) 169, (byte) 254, (byte) 169, (byte) 254}, 80, -1);
        assertEquals(
                "02060000ffffffff" + "9d780050" + "0a000005000000000000000000000000"
                        + "a9fea9fe000000000000000000000000" + "00000000" + "ffffffffffffffff",
                HexFormat.of().formatHex(request));
        assertNull(SocketTable.parse(ByteBuffer.allocate(71)));
    }

    @Test
    void tornPerfRecordsAreNull() {
        ByteBuffer in = ByteBuffer.allocate(64).order(java.nio.ByteOrder.nativeOrder());
        in.putInt(0, 9).putInt(24, 1000);
        assertNull(PerfRing.parse(in, 40));
        in.putInt(24, -1);
        assertNull(PerfRing.parse(in, 40));
        in.putInt(0, 2);
        assertNull(PerfRing.parse(in, 32));
        in.putLong(16, 7).putLong(32, 99);
        assertEquals(new TracepointSample(99, 0, 0, null, 7), PerfRing.parse(in, 40));
    }

    @Test
    void aFormatFileGivesIdAndFields() throws Exception {
        byte[] text = ProcessParsersTest.class
                .getResourceAsStream("/io/imdsight/attribute/inet_sock_set_state.format")
                .readAllBytes();
        TracepointFormat format = TracepointFormat.parse(text);
        assertEquals(2287, format.id());
        assertEquals(8, format.offset("skaddr", 8));
        assertEquals(56, format.offset("daddr_v6", 16));
        assertEquals(
                -1,
                TracepointFormat.parse(bytes("ID: x\nfield:;offset:a;size\n")).id());
    }

    private static long inode(String link) {
        byte[] b = bytes(link);
        return ProcessDirectory.socketInode(ByteBuffer.wrap(b), b.length);
    }

    private static byte[] bytes(String s) {
        return s.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> strings(List<byte[]> in) {
        return in.stream().map(b -> new String(b, StandardCharsets.ISO_8859_1)).toList();
    }

    @Test
    void userIdsAreMappedIntoANamespace() {
        byte[] map = "         0     100000      65536\n     70000       1000          1\n"
                .getBytes(StandardCharsets.US_ASCII);
        assertEquals(33, ProcessText.insideUserId(map, 100_033));
        assertEquals(70_000, ProcessText.insideUserId(map, 1000));
        assertEquals(-1, ProcessText.insideUserId(map, 165_536));
        assertEquals(-1, ProcessText.insideUserId(map, 0));
        assertEquals(-1, ProcessText.insideUserId("a b c\n1 2\n".getBytes(StandardCharsets.US_ASCII), 0));
        byte[] all = "         0          0 4294967295\n".getBytes(StandardCharsets.US_ASCII);
        assertEquals(5, ProcessText.insideUserId(all, 5));
    }

    @Test
    void aNamespaceIsItsNumber() {
        assertEquals(4026531841L, ProcessText.namespace("mnt:[4026531841]".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(0, ProcessText.namespace(null));
        assertEquals(0, ProcessText.namespace("mnt:[]".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(0, ProcessText.namespace("x]1[".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void theVersionTwoHierarchyIsFoundAmongTheMounts() {
        String hybrid = "29 24 0:26 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro\n"
                + "30 29 0:27 /../.. /other rw - cgroup2 cgroup2 rw\n"
                + "31 29 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw\n";
        assertEquals("/sys/fs/cgroup/unified", CgroupTree.mountPoint(hybrid));
        assertNull(CgroupTree.mountPoint(hybrid.replace("cgroup2 cgroup2", "cgroup cgroup")));
        assertEquals("/a.slice/b.service", CgroupTree.below("/sys/fs/cgroup", "/sys/fs/cgroup/a.slice/b.service"));
        assertEquals("/", CgroupTree.below("/sys/fs/cgroup", "/sys/fs/cgroup"));
        assertNull(CgroupTree.below("/sys/fs/cgroup", "/sys/fs/cgroup/a (deleted)"));
        assertNull(CgroupTree.below("/sys/fs/cgroup", "/sys/fs/cgroups/a"));
    }
}
