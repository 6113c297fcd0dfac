package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the launcher does before the virtual machine is there; none of these commands touches a network. */
@Timeout(120)
class LauncherIT {
    private static int run(StringBuilder said, String options, String... arguments) throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of(AgentScript.PROGRAM)),
                "SKIPPED: the tree is not built: " + AgentScript.PROGRAM);
        ProcessBuilder b = new ProcessBuilder(arguments).redirectErrorStream(true);
        b.command().addFirst(AgentScript.PROGRAM);
        b.environment().put("IMDSIGHT_JAVA_OPTIONS", options);
        Process p = b.start();
        said.append(new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return p.waitFor();
    }

    @Test
    void optionsThatTheVirtualMachineRefusesAreWrongConfigurationAndNoVerdict() throws Exception {
        StringBuilder said = new StringBuilder();
        assertEquals(78, run(said, "-Xbogus", "audit", "--for", "0s"), said.toString());
        assertTrue(said.toString().startsWith("imdsight: IMDSIGHT_JAVA_OPTIONS: "), said.toString());
        assertEquals(1, said.toString().lines().count(), said.toString());
    }

    @Test
    void aHeapThatDoesNotFitTheLaunchersIsSaidAsWell() throws Exception {
        StringBuilder said = new StringBuilder();
        assertEquals(78, run(said, "-Xms500m", "--version"), said.toString());
        assertTrue(said.toString().contains("Initial heap size"), said.toString());
        assertEquals(1, said.toString().lines().count(), said.toString());
    }

    @Test
    void optionsThatItTakesAreItsOptions() throws Exception {
        StringBuilder said = new StringBuilder();
        assertEquals(0, run(said, "-Dx=1 -Xmx64m", "--version"), said.toString());
        assertTrue(said.toString().startsWith("imdsight "), said.toString());
    }
}
