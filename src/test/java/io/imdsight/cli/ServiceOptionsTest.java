package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class ServiceOptionsTest {
    private static final Path STATE = Path.of("/var/lib/imdsight");

    @TempDir
    Path directory;

    private static ServiceOptions options(String... args) {
        AgentCommand command = new AgentCommand(null, null);
        new CommandLine(command).parseArgs(args);
        return command.service;
    }

    @Test
    void aListenerIsAnAddressWithAPortOrNone() {
        assertEquals("127.0.0.1:16925", options().listen.toString());
        assertEquals("127.0.0.1:9999", Listen.of("9999").toString());
        assertEquals("[::1]:80", Listen.of("[::1]:80").toString());
        assertNull(Listen.of("none").host());
        for (String wrong :
                List.of("localhost:80", "::1:80", "127.0.0.1", "127.0.0.1:70000", "[127.0.0.1]:80", ":80", "")) {
            String said = assertThrows(TypeConversionException.class, () -> Listen.of(wrong), wrong)
                    .getMessage();
            assertTrue(said.contains("give an address and a port"), said);
        }
    }

    @Test
    void eventsAreKeptByTheServiceAndNotByTheForeground() {
        assertNull(options().eventFile(STATE));
        assertEquals(STATE.resolve("events.ndjson"), options("--log", "callers").eventFile(STATE));
        assertNull(options("--log", "callers", "--events", "none").eventFile(STATE));
        assertEquals(Path.of("e.ndjson"), options("--events", "e.ndjson").eventFile(STATE));
    }

    @Test
    void aFeedIsAFileOrADirectory() {
        assertNull(options().feedFile());
        assertEquals(Path.of("f.ndjson"), options("--feed", "f.ndjson").feedFile());
        assertEquals(Path.of("new/feed.ndjson"), options("--feed", "new/").feedFile());
        assertEquals(
                directory.resolve("feed.ndjson"),
                options("--feed", directory.toString()).feedFile());
    }

    @Test
    void anIntervalDividesADay() {
        assertEquals(Duration.ofMinutes(5), options("--feed-every", "5m").feedEvery);
        for (String wrong : List.of("30s", "7m", "90s", "2d")) {
            assertThrows(CommandLine.ParameterException.class, () -> options("--feed-every", wrong), wrong);
        }
        assertEquals("90m", Values.text(Duration.ofMinutes(90)));
        assertEquals("1d", Values.text(Duration.ofDays(1)));
        assertEquals("1500ms", Values.text(Duration.ofMillis(1500)));
    }
}
