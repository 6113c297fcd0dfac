package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user starts it. It makes its own network, and refuses to send where it has not. */
class DemoIT {
    private static final Path TREE = Path.of(System.getProperty("imdsight.tree", "target/imdsight"));

    /** The clients take five seconds. */
    private static final int SECONDS_MAX = 60;

    @TempDir
    Path directory;

    @Test
    void textTellsTheStoryAndEndsWithTheVerdict() throws Exception {
        assertEquals(0, demo("text"), read("err"));
        String out = read("out");
        assertTrue(out.contains("!V1  GET /latest/meta-data/instance-id"), out);
        assertTrue(out.contains("← sh sync.sh ← sh nightly-backup.sh"), out);
        assertTrue(out.contains("VERDICT: blocked. HttpTokens=required would break 5 callers:"), out);
        assertEquals(4, out.split("why: has never asked for a token", -1).length - 1, out);
        assertEquals(1, out.split("raise the instance's HttpPutResponseHopLimit", -1).length - 1, out);
        assertTrue(out.contains("looks for another cloud here"), out);
        assertTrue(out.contains("nothing dropped"), out);
        assertFalse(out.contains("\u001b"), out);
    }

    @Test
    void jsonIsSightingsAndNothingElseOnStandardOutput() throws Exception {
        assertEquals(0, demo("json"), read("err"));
        List<String> lines = read("out").lines().toList();
        assertEquals(9, lines.size(), read("out"));
        assertTrue(lines.stream().allMatch(l -> l.startsWith("{\"timestamp\":\"")), read("out"));
        assertTrue(read("err").contains("VERDICT"), read("err"));
    }

    private int demo(String format) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        TREE.resolve("bin/imdsight").toString(), "demo", "--config", "/dev/null", "--format", format)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile());
        Process p = builder.start();
        if (!p.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            p.destroy();
            throw new AssertionError("took longer than " + SECONDS_MAX + " s");
        }
        return p.exitValue();
    }

    private String read(String name) throws Exception {
        return Files.readString(directory.resolve(name));
    }
}
