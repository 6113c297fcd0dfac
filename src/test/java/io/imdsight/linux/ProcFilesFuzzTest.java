package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Any bytes as a file of /proc or /sys: each parser answers, within its bounds. Names and arguments in them are anybody's to choose. */
class ProcFilesFuzzTest {
    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        anyFileIsRead(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyFileIsRead(byte[] input) {
        ProcessStat stat = ProcessStat.parse(input);
        assertTrue(stat == null || stat.startTicks() >= 0);
        assertTrue(ProcessText.arguments(input, 3).size() <= 3);
        assertTrue(ProcessText.argumentCount(input)
                >= ProcessText.arguments(input, 3).size());
        assertTrue(ProcessText.realUserId(input) >= -1);
        ProcessText.cgroups(input);
        assertTrue(ProcessText.insideUserId(input, 1000) >= -1);
        ProcessText.namespace(input);
        ProcessText.accounts(input).keySet().forEach(uid -> assertTrue(uid >= 0));
        assertTrue(ProcessDirectory.socketInode(ByteBuffer.wrap(input), input.length) >= -1);
        int[] cpus = CpuList.parse(Arrays.copyOf(input, Math.min(input.length, 100)));
        assertTrue(Arrays.stream(cpus).allMatch(cpu -> cpu >= 0 && cpu < 8192));
        TracepointFormat.parse(input).fields().values().forEach(f -> assertTrue(f.offset() >= 0 && f.size() >= 0));
        String text = new String(input, StandardCharsets.ISO_8859_1);
        CgroupTree.mountPoint(text);
        PackageOwners.rpmOwner(text);
    }
}
