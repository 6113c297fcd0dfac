package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled program, capturing for real. Everything runs inside a network namespace that {@code unshare} makes for one script: it has a
 * loopback interface and nothing else, so no packet can leave, and it goes with the script. The script refuses to go on where it still stands in the
 * namespace that the test came from.
 */
class AgentLifecycleIT {
    private static final Path TREE = Path.of(System.getProperty("imdsight.tree", "target/imdsight"));
    private static final String PROGRAM =
            TREE.resolve("bin/imdsight").toAbsolutePath().toString();

    /** Longer than any script here takes, on a machine under load. */
    private static final int SECONDS_MAX = 150;

    static final String PREPARE = """
            set -eu
            [ "$(readlink /proc/self/ns/net)" != "$OUTSIDE" ] || exit 99
            ip link set lo up
            ip addr add 169.254.169.254/32 dev lo
            [ -z "$(ip route show default)" ] || exit 99
            # the stand-in refuses to start where a packet could leave; it must be told which namespace is the machine's own
            IMDSIGHT_DEMO_HOST_NAMESPACE=$(echo "$OUTSIDE" | tr -dc 0-9)
            export IMDSIGHT_DEMO_HOST_NAMESPACE
            "$TREE/runtime/bin/java" -Djna.boot.library.path="$TREE/native" -Djna.nounpack=true \\
                -cp "$TREE/lib/*" io.imdsight.demo.StandInMain --mode optional >stand-in.log 2>&1 &
            standin=$!
            trap 'kill $standin 2>/dev/null || true' EXIT
            n=0; until grep -q ready stand-in.log; do n=$((n+1)); [ $n -lt 1200 ] || { cat stand-in.log; exit 98; }; sleep 0.05; done
            """;

    /** Starts the agent in the background and waits until it watches. */
    private static final String AGENT = """
            "$PROGRAM" agent --config /dev/null $FLAGS >out 2>err &
            agent=$!
            n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 1200 ] || exit 97; sleep 0.05; done
            sleep 0.3
            """;

    @TempDir
    Path directory;

    @BeforeAll
    static void namespacesArePermitted() throws Exception {
        assumeTrue(Files.isExecutable(Path.of(PROGRAM)), "the tree is not built: " + PROGRAM);
        assumeTrue(
                run(Path.of("."), ProcessBuilder.Redirect.DISCARD, List.of("unshare", "--net", "true")) == 0,
                "needs root: unshare --net");
    }

    @Test
    void aCurlIsNamedAndSigtermEndsInOrderWithCountsThatAddUp() throws Exception {
        int status = script("--interface lo --format json", """
                for i in 1 2 3; do curl -q -s -m 5 -o /dev/null http://169.254.169.254/latest/meta-data/instance-id; done
                token=$(curl -q -s -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
                curl -q -s -m 5 -o /dev/null -H "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id
                sleep 0.5
                kill -TERM $agent
                wait $agent
                """);
        assertEquals(0, status, err());
        List<String> lines = out().lines().toList();
        assertEquals(5, lines.size(), out() + err());
        assertEquals(
                3, lines.stream().filter(l -> l.contains("\"version\":\"v1\"")).count());
        assertTrue(lines.getFirst().contains("\"title\":\"curl\""), lines.getFirst());
        assertEquals(5, count("requests"));
        assertEquals(5, count("sightings"));
        assertEquals(3, count("metadata_no_token"));
        assertTrue(err().contains("\"drops\":{}"), err());
    }

    @Test
    void textNamesTheCallerAndAutoFindsTheInterface() throws Exception {
        int status = script("--interface auto --for 2s", """
                sh -c 'curl -q -s -m 5 -o /dev/null http://169.254.169.254/latest/user-data; true'
                wait $agent
                """);
        assertEquals(0, status, err());
        assertTrue(out().contains("!V1  GET /latest/user-data"), out() + err());
        assertTrue(out().contains("curl["), out());
        assertTrue(err().contains("capturing on lo"), err());
        assertTrue(err().contains("1 request;"), err());
    }

    @Test
    void aReaderThatGoesAwayEndsTheAgentQuietly() throws Exception {
        int status = script("--interface lo --for 30s", """
                kill -TERM $agent; wait $agent
                mkfifo pipe
                head -n 1 pipe >first &
                "$PROGRAM" agent --config /dev/null --interface lo --for 30s >pipe 2>err2 &
                second=$!
                n=0; until grep -q watching err2; do n=$((n+1)); [ $n -lt 1200 ] || exit 97; sleep 0.05; done
                sleep 0.3
                for i in 1 2 3; do curl -q -s -m 5 -o /dev/null http://169.254.169.254/latest/; sleep 0.5; done
                wait $second
                """);
        assertEquals(0, status, err());
        assertFalse(read("err2").contains("Broken pipe"), read("err2"));
        assertEquals(1, read("first").lines().count());
    }

    @Test
    void anInterfaceThatGoesIsNoSilenceAndIsCapturedAgainWhenItIsBack() throws Exception {
        int status = bare("""
                ip link add imds0 type veth peer name imds1
                ip link set imds0 up
                "$PROGRAM" agent --config /dev/null --interface imds0 >out 2>err &
                agent=$!
                n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 1200 ] || exit 97; sleep 0.05; done
                sleep 0.5
                ip link del imds0
                n=0; until grep -q 'nothing is captured now' err; do n=$((n+1)); [ $n -lt 1200 ] || exit 96; sleep 0.05; done
                ip link add imds0 type veth peer name imds1
                ip link set imds0 up
                n=0; until [ $(grep -c 'capturing on imds0' err) = 2 ]; do n=$((n+1)); [ $n -lt 1200 ] || exit 95; sleep 0.05; done
                kill -TERM $agent
                wait $agent
                """);
        assertEquals(0, status, err());
        assertTrue(err().contains("capture there has ended"), err());
        assertTrue(err().contains("there is no interface imds0 yet"), err());
    }

    @Test
    void anInterfaceThatIsNotThereAndNoRouteAreSaidAndWaitedFor() throws Exception {
        assertEquals(
                0, bare("exec \"$PROGRAM\" agent --config /dev/null --interface nosuch0 --for 1s >out 2>err"), err());
        assertTrue(err().contains("waiting: there is no interface nosuch0 yet"), err());
        assertEquals(0, bare("exec \"$PROGRAM\" agent --config /dev/null --for 1s >out 2>err"), err());
        assertTrue(err().contains("waiting: no interface leads to"), err());
        assertEquals("", out());
    }

    @Test
    void withoutThePrivilegeTheCapabilityIsNamed() throws Exception {
        assertEquals(
                77,
                bare(
                        "exec setpriv --bounding-set=-all --inh-caps=-all \"$PROGRAM\" agent --config /dev/null --interface lo"
                                + " >out 2>err"));
        assertTrue(err().contains("CAP_NET_RAW"), err());
        assertFalse(err().contains("\tat "), err());
    }

    /** Runs a script in a namespace where nothing is laid out. */
    private int bare(String body) throws Exception {
        return inNamespace("", "set -eu\n[ \"$(readlink /proc/self/ns/net)\" != \"$OUTSIDE\" ] || exit 99\n" + body);
    }

    private int script(String flags, String body) throws Exception {
        return inNamespace(flags, PREPARE + AGENT + body);
    }

    private int inNamespace(String flags, String body) throws Exception {
        try {
            return unshared(flags, body);
        } finally {
            Leftovers.end(directory);
        }
    }

    private int unshared(String flags, String body) throws Exception {
        return run(
                directory,
                ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()),
                List.of(
                        "unshare",
                        "--net",
                        "env",
                        "OUTSIDE=" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")),
                        "TREE=" + TREE.toAbsolutePath(),
                        "PROGRAM=" + PROGRAM,
                        "FLAGS=" + flags,
                        "sh",
                        "-c",
                        body));
    }

    private static int run(Path directory, ProcessBuilder.Redirect log, List<String> command) throws Exception {
        Process p = new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        assertTrue(
                p.waitFor(SECONDS_MAX, TimeUnit.SECONDS),
                () -> "took longer than " + SECONDS_MAX + " s: " + Shown.all(directory));
        return p.exitValue();
    }

    private long count(String name) throws IOException {
        Matcher m = Pattern.compile("\"" + name + "\":([0-9]+)").matcher(err());
        assertTrue(m.find(), err());
        return Long.parseLong(m.group(1));
    }

    private String out() throws IOException {
        return read("out");
    }

    private String err() throws IOException {
        return read("err");
    }

    private String read(String name) throws IOException {
        return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
    }
}
