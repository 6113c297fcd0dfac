package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code src/bench/soak}, and of the thirty minutes of {@code src/bench/load --hold}: whoever wants to know more gives them time. */
class SoakIT {
    /** Both together take less than a minute where the machine has nothing else to do. */
    private static final int SECONDS_MAX = 300;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsRoot() throws IOException {
        AgentScript.needsRoot();
    }

    private void run(String... command) throws Exception {
        Path out = directory.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment()
                .put("BENCH_TREE", AgentScript.TREE.toAbsolutePath().toString());
        Process p = builder.start();
        if (!p.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly();
        }
        String said = Files.readString(out);
        System.out.println(said);
        assertEquals(0, p.waitFor(), said);
    }

    @Test
    void callersThatComeAndGoAreAllCountedAndLeaveNothingBehind() throws Exception {
        run("src/bench/soak", "0.25");
    }

    @Test
    void tenTimesAnInterfacesCeilingIsHeldAndNothingIsLostThatIsNotCounted() throws Exception {
        run("src/bench/load", "--hold", "0.2", "--busy");
    }
}
