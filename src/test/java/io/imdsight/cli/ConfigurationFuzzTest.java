package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Any bytes as a configuration file: read, or refused with the status and the line, never otherwise. */
class ConfigurationFuzzTest {
    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        anyFileIsReadOrRefused(input);
    }

    @FuzzTest(maxDuration = "10s")
    void anyFileIsReadOrRefused(byte[] input) throws IOException {
        try {
            for (ConfigurationFile.Entry e : ConfigurationFile.read(new ByteArrayInputStream(input), "f")) {
                assertFalse(e.name().isEmpty() || e.value().isEmpty());
                assertTrue(e.line() >= 1);
            }
            asSettings(input);
        } catch (Failure e) {
            assertEquals(ExitStatus.CONFIGURATION, e.status());
            assertTrue(e.getMessage().startsWith("f:") || e.getMessage().startsWith("f "), e.getMessage());
        }
    }

    /** Also what the settings make of it: every value is read as its flag's type. */
    private static void asSettings(byte[] input) throws IOException {
        Path file = Files.createTempFile("fuzz", ".conf");
        try {
            Files.write(file, input);
            Settings.load(new picocli.CommandLine(new Imdsight()), file.toString(), Map.of(), file);
        } catch (Failure e) {
            assertEquals(ExitStatus.CONFIGURATION, e.status());
        } finally {
            Files.delete(file);
        }
    }
}
