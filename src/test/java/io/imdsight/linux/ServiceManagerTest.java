package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams to a real socket, which another program reads. */
@Timeout(60)
class ServiceManagerTest {
    private static final String LISTENER = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.settimeout(20)
            s.bind(sys.argv[1].replace('@', '\\0', 1))
            print('ready', flush=True)
            print(repr(s.recv(4096)), flush=True)
            """;

    @TempDir
    Path directory;

    private void heardAt(String socket) throws Exception {
        Process python = new ProcessBuilder("python3", "-c", LISTENER, socket).start();
        try (BufferedReader out = python.inputReader(StandardCharsets.UTF_8);
                ServiceManager manager = ServiceManager.open(socket)) {
            assertEquals("ready", out.readLine());
            assertTrue(manager.tell("READY=1", "STATUS=ça va"));
            assertEquals("b'READY=1\\nSTATUS=\\xc3\\xa7a va'", out.readLine());
        } finally {
            python.destroyForcibly();
            python.waitFor(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aPathIsReached() throws Exception {
        heardAt(directory.resolve("notify").toString());
    }

    @Test
    void anAbstractNameIsReached() throws Exception {
        heardAt("@imdsight-test-" + ProcessHandle.current().pid());
    }

    @Test
    void nobodyThereIsNoFailure() throws Exception {
        try (ServiceManager manager =
                ServiceManager.open(directory.resolve("nobody").toString())) {
            assertFalse(manager.tell("READY=1"));
        }
    }

    @Test
    void whatIsNoSocketsNameIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ServiceManager.open("relative"));
        assertThrows(IllegalArgumentException.class, () -> ServiceManager.open("/" + "a".repeat(108)));
    }
}
