package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * A machine that a script lays out and the assembled {@code audit} watches: real programs, a stand-in service, real kernels between them. It is a network
 * namespace of its own without a way out; the script refuses to go on where it still stands in the one that the test came from.
 */
abstract class AuditMachine {
    static final Path TREE = Path.of(System.getProperty("imdsight.tree", "target/imdsight"));
    private static final int SECONDS_MAX = 150;

    static final String SAFE = """
            set -eu
            [ "$(readlink /proc/self/ns/net)" != "$OUTSIDE" ] || exit 99
            unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
            IMDS=http://169.254.169.254
            waitfor() { n=0; until grep -q "$1" "$2" 2>/dev/null; do n=$((n+1)); [ $n -lt 1200 ] || { cat "$2"; exit 97; }; sleep 0.05; done; }
            # the stand-in refuses to start where a packet could leave; it must be told which namespace is the machine's own
            IMDSIGHT_DEMO_HOST_NAMESPACE=$(echo "$OUTSIDE" | tr -dc 0-9)
            export IMDSIGHT_DEMO_HOST_NAMESPACE
            standin="$TREE/runtime/bin/java -Djna.boot.library.path=$TREE/native -Djna.nounpack=true -cp $TREE/lib/* io.imdsight.demo.StandInMain"
            set -f
            """;

    /** The service on the machine's loopback interface. */
    static final String ONE_MACHINE = """
            ip link set lo up
            ip addr add 169.254.169.254/32 dev lo
            $standin $STANDIN >stand-in.log 2>&1 &
            service=$!
            trap 'kill $service 2>/dev/null || true' EXIT
            waitfor ready stand-in.log
            """;

    static final String AUDIT = """
            "$TREE/bin/imdsight" audit --config /dev/null --interface $INTERFACE $FLAGS --json report.json --html report.html >out 2>err &
            audit=$!
            waitfor watching err
            sleep 0.5
            """;

    /** Where the watch has no end of its own it ends when all has been called, however long that took. */
    static final String JUDGED = """
            case $FLAGS in *'--for 2m'*) sleep 2; kill -TERM $audit ;; esac
            status=0; wait $audit || status=$?
            exit $status
            """;

    @TempDir
    Path directory;

    String standIn = "--mode optional";
    String flags = "--for 2m --window-min 2s";
    String networkInterface = "lo";

    @BeforeAll
    static void namespacesArePermitted() throws Exception {
        assumeTrue(Files.isExecutable(TREE.resolve("bin/imdsight")), "SKIPPED: the tree is not built: " + TREE);
        Process p = new ProcessBuilder("unshare", "--net", "true").start();
        assumeTrue(p.waitFor() == 0, "SKIPPED: needs root for network namespaces");
    }

    int audit(String body) throws Exception {
        return inNamespace(SAFE + ONE_MACHINE + AUDIT + body + JUDGED);
    }

    int inNamespace(String script) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of("unshare", "--net", "sh", "-c", script))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment()
                .put(
                        "OUTSIDE",
                        Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString());
        builder.environment().put("TREE", TREE.toAbsolutePath().toString());
        builder.environment().put("STANDIN", standIn);
        builder.environment().put("FLAGS", flags);
        builder.environment().put("INTERFACE", networkInterface);
        Process p = builder.start();
        return Leftovers.await(p, SECONDS_MAX, directory);
    }

    void says(String... parts) throws IOException {
        for (String part : parts) {
            assertTrue(read("out").contains(part), "no '" + part + "' in\n" + said());
        }
    }

    void json(String... parts) throws IOException {
        for (String part : parts) {
            assertTrue(read("report.json").contains(part), "no '" + part + "' in\n" + read("report.json"));
        }
    }

    String said() {
        return Shown.all(directory);
    }

    String read(String name) throws IOException {
        Path file = directory.resolve(name);
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "(no " + name + ")";
    }
}
