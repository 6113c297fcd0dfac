package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whoever can send anything tries to take all the memory: the decoder's stays within what it says, in a virtual machine with the agent's heap, and every
 * honest call in between is counted as what it is.
 */
class FloodTest {
    /** 16,384 connections, 8 MiB of streams, and what the virtual machine and the test keep. */
    private static final int RETAINED_MIB_MAX = 40;

    @Timeout(300)
    @ParameterizedTest(name = "{0} x {1}")
    @CsvSource({
        "half-open, 1000000, CONNECTION_TABLE",
        "same-numbers, 300000, CONNECTION_TABLE",
        "endless-heads, 10000, STREAM_MEMORY",
        "long-heads, 10000, STREAM_MEMORY",
        "a-byte-a-second, 10000, -",
        "overlaps, 120000, OVERLAP",
        "spoofed-answers, 150000, -",
        "pipelines, 500, PIPELINE",
    })
    void honestCallersAreCountedAndMemoryStaysWithinItsBounds(String kind, int size, String drop) throws Exception {
        String said = run(kind, Integer.toString(size));
        System.out.println(kind + " x " + size + ": " + said);
        Matcher m = Pattern.compile(
                        "honest (\\d+) (\\d+) undetermined (\\d+) retained (\\d+) streams (\\d+) connections (\\d+) .*")
                .matcher(said);
        assertTrue(m.matches(), said);
        assertTrue(Integer.parseInt(m.group(1)) > 100, said);
        assertEquals(m.group(1), m.group(2), said);
        assertTrue(Integer.parseInt(m.group(4)) <= RETAINED_MIB_MAX, said);
        assertTrue(Long.parseLong(m.group(5)) <= DecoderLimits.DEFAULT.streamBytesMax(), said);
        assertTrue(Integer.parseInt(m.group(6)) <= DecoderLimits.DEFAULT.connectionsMax(), said);
        assertTrue("-".equals(drop) || said.contains(drop), said);
    }

    private static String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        // as packaging/launcher
        command.addAll(List.of("-XX:+UseSerialGC", "-Xms8m", "-Xmx128m", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Floods.class.getName()));
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        p.getOutputStream().close();
        String said = new String(p.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(p.waitFor(240, TimeUnit.SECONDS));
        assertEquals(0, p.exitValue(), said);
        return said.strip();
    }
}
