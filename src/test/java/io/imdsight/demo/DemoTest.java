package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's outer half without a namespace: programs that are missing or refuse, as small scripts that fail on demand. */
class DemoTest {
    private final List<String> said = new ArrayList<>();

    @TempDir
    private Path directory;

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private int run() throws IOException {
        return new Demo(new Programs(directory.toString()), directory, said::add).run(List.of("inner"));
    }

    @Test
    void withoutUnshareItSaysWhatToInstall() throws IOException {
        assertEquals(69, run());
        assertTrue(said.getFirst().contains("util-linux"), said.toString());
    }

    @Test
    void withoutCurlItSaysWhatToInstall() throws IOException {
        program("unshare", "exit 0");
        assertEquals(69, run());
        assertTrue(said.getFirst().contains("install curl"), said.toString());
    }

    @Test
    void whereNamespacesAreNotPermittedItSaysWhyAndWhatToDo() throws IOException {
        program("unshare", "printf 'unshare: \\033[1mno' >&2; exit 1");
        program("curl", "exit 0");
        assertEquals(77, run());
        assertEquals(1, said.size());
        assertTrue(said.getFirst().startsWith("cannot make a private network: unshare: \\x1b[1mno; "), said.toString());
    }

    @Test
    void theInnerHalfsStatusIsItsOwn() throws IOException {
        program("unshare", "case \"$*\" in *true) exit 0;; esac; exit 42");
        program("curl", "exit 0");
        assertEquals(42, run());
        assertTrue(said.isEmpty());
    }

    @Test
    void programsAreFoundInAbsoluteDirectoriesOnly() throws IOException {
        program("tool", "exit 0");
        Files.writeString(directory.resolve("text"), "");
        assertTrue(new Programs("/nowhere:" + directory).has("tool"));
        assertFalse(new Programs(directory.toString()).has("text"));
        assertFalse(new Programs(".:src:\0:").has("tool"));
        assertFalse(new Programs(null).has("tool"));
    }

    @Test
    void aProgramIsStartedAgainWithoutItsArguments() {
        byte[] line = "java\0-Xmx1m\0-jar\0a b.jar\0demo\0\0".getBytes(StandardCharsets.UTF_8);
        assertEquals(List.of("/jdk/java", "-Xmx1m", "-jar", "a b.jar"), Demo.program(line, "/jdk/java", 2));
        assertEquals(List.of("/jdk/java"), Demo.program(line, "/jdk/java", 99));
    }

    @Test
    void withoutPythonTheOthersStillRun() throws IOException {
        program("curl", "exit 0");
        Programs programs = new Programs(directory.toString());
        assertEquals(1, DemoClients.missing(programs).size());
        List<DemoClients.Client> clients = DemoClients.all(programs, false);
        assertEquals(5, clients.size());
        assertTrue(clients.stream().noneMatch(c -> c.command().getFirst().equals("python3")));
    }

    @Test
    void aClientInheritsNoProxy() {
        ProcessBuilder builder = DemoClients.prepare(new DemoClients.Client("", List.of("curl")), directory);
        assertTrue(builder.environment().keySet().stream()
                .noneMatch(n -> n.equalsIgnoreCase("http_proxy") || n.startsWith("IMDSIGHT_")));
    }

    @Test
    void anInnerHalfThatNobodyStartedRefuses() {
        assertThrows(UnsafeNetworkException.class, DemoSession::open);
    }

    @Test
    void theScriptsAreWrittenAndRemoved() throws IOException {
        Path scripts = DemoDirectory.create();
        DemoClients.writeScripts(scripts);
        assertTrue(Files.exists(scripts.resolve("nightly-backup.sh")));
        DemoDirectory.delete(scripts);
        DemoDirectory.delete(scripts);
        assertFalse(Files.exists(scripts));
    }
}
