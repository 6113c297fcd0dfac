package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the assembled agent from a shell script, inside a network namespace that {@code unshare} makes for that script alone: it has a loopback
 * interface and nothing else, so no packet can leave, and it goes with the script. The script refuses to go on where it still stands in the
 * namespace that the test came from.
 */
final class AgentScript {
    static final Path TREE = Path.of(System.getProperty("imdsight.tree", "target/imdsight"));
    static final String PROGRAM = TREE.resolve("bin/imdsight").toAbsolutePath().toString();

    /** {@code -Dimdsight.probe=program}: every agent does without perf events, unless its script has Java options of its own. */
    private static final String PROBE = System.getProperty("imdsight.probe");

    /** Longer than any script here takes, on a machine under load. */
    static final int SECONDS_MAX = 120;

    private static final String GUARD = """
            set -eu
            standin= agent= copy=
            trap 'kill $standin $agent 2>/dev/null || true; [ -z "$copy" ] || rm -rf "$copy"' EXIT
            [ "$(readlink /proc/self/ns/net)" != "$OUTSIDE" ] || exit 99
            [ -z "$(ip route show default)" ] || exit 99
            """;

    private static final String SERVICE = """
            ip link set lo up
            ip addr add 169.254.169.254/32 dev lo
            IMDSIGHT_DEMO_HOST_NAMESPACE=$(echo "$OUTSIDE" | tr -dc 0-9)
            export IMDSIGHT_DEMO_HOST_NAMESPACE
            "$TREE/runtime/bin/java" -Djna.boot.library.path="$TREE/native" -Djna.nounpack=true \\
                -cp "$TREE/lib/*" io.imdsight.demo.StandInMain --mode optional >stand-in.log 2>&1 &
            standin=$!
            n=0; until grep -q ready stand-in.log; do n=$((n+1)); [ $n -lt 1200 ] || { cat stand-in.log; exit 98; }; sleep 0.05; done
            """;

    private final Path directory;
    private final int secondsMax;

    AgentScript(Path directory) {
        this(directory, SECONDS_MAX);
    }

    /** One for scripts that take longer, or less. */
    AgentScript(Path directory, int secondsMax) {
        this.directory = directory;
        this.secondsMax = secondsMax;
    }

    static void needsRoot() throws IOException {
        assumeTrue(Files.isExecutable(Path.of(PROGRAM)), "SKIPPED: the tree is not built: " + PROGRAM);
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "SKIPPED: needs root to make a network namespace");
    }

    /** Makes the program that calls and answers as fast as it is told, for scripts to start as {@code ./pump}: see the head of pump.c. */
    void compilePump() throws Exception {
        compile("pump");
    }

    /** Makes a program from its source beside this class, for scripts to start as {@code ./NAME}. */
    void compile(String name) throws Exception {
        try (InputStream in = AgentScript.class.getResourceAsStream(name + ".c")) {
            Files.write(directory.resolve(name + ".c"), in.readAllBytes());
        }
        Process gcc = new ProcessBuilder("gcc", "-O2", "-o", name, name + ".c")
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertEquals(0, gcc.waitFor(), "needs gcc");
    }

    /** Runs a script in a fresh namespace; the variables TREE and PROGRAM name the assembled tree. */
    int bare(String body) throws Exception {
        return run(GUARD + body);
    }

    /** The same, with a stand-in service on the loopback interface. */
    int withService(String body) throws Exception {
        return run(GUARD + SERVICE + body);
    }

    private int run(String script) throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--mount", "env"));
        command.add("OUTSIDE=" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
        command.add("TREE=" + TREE.toAbsolutePath());
        command.add("PROGRAM=" + PROGRAM);
        if (PROBE != null) {
            command.add("IMDSIGHT_JAVA_OPTIONS=-Dimdsight.probe=" + PROBE);
        }
        command.addAll(List.of("sh", "-c", script));
        Process p = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
        return Leftovers.await(p, secondsMax, directory);
    }

    String read(String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    }

    /** What the script and the agent said, and what else lies there as text, for failures; of long files the begin and the end. */
    String everything() {
        return Shown.all(directory);
    }

    /** A number of the agent's final counts. */
    long count(String name) throws IOException {
        Matcher m = Pattern.compile("\"" + name + "\":([0-9]+)").matcher(read("err"));
        assertTrue(m.find(), name + " is missing: " + everything());
        return Long.parseLong(m.group(1));
    }

    /** What the agent's final counts say was dropped there; what is not mentioned was not. */
    long dropped(String where) throws IOException {
        Matcher m =
                Pattern.compile("\"drops\":\\{[^}]*\"" + where + "\":([0-9]+)").matcher(read("err"));
        return m.find() ? Long.parseLong(m.group(1)) : 0;
    }
}
