package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled agent as a service, beside the stand-in and real clients, all inside a network namespace that {@code unshare} makes for one script:
 * a loopback interface and nothing else. Prometheus and the agent's endpoint are on that namespace's loopback.
 */
class AgentServiceIT {
    private static final Path TREE =
            Path.of(System.getProperty("imdsight.tree", "target/imdsight")).toAbsolutePath();
    private static final int SECONDS_MAX = 150;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PREPARE = """
            set -eu
            [ "$(readlink /proc/self/ns/net)" != "$OUTSIDE" ] || exit 99
            ip link set lo up
            ip addr add 169.254.169.254/32 dev lo
            [ -z "$(ip route show default)" ] || exit 99
            IMDSIGHT_DEMO_HOST_NAMESPACE=$(echo "$OUTSIDE" | tr -dc 0-9)
            export IMDSIGHT_DEMO_HOST_NAMESPACE
            "$TREE/runtime/bin/java" -Djna.boot.library.path="$TREE/native" -Djna.nounpack=true \\
                -cp "$TREE/lib/*" io.imdsight.demo.StandInMain --mode optional >stand-in.log 2>&1 &
            started=$!
            trap 'kill $started 2>/dev/null || true' EXIT
            waitfor() { n=0; until grep -q "$1" "$2" 2>/dev/null; do n=$((n+1)); [ $n -lt ${3:-1200} ] || { echo "no $1 in $2"; exit 98; }; sleep 0.05; done; }
            waitfor ready stand-in.log
            agent() {
                "$TREE/bin/imdsight" agent --interface lo "$@" >out 2>err &
                agent=$!
                started="$started $agent"
                waitfor watching err
                case "$*" in *--listen*) sleep 1 ;; *) waitfor 'metrics and health\\|no scrape endpoint' err ;; esac
                sleep 0.3
            }
            calls() { for i in $(seq 1 $1); do curl -q -s -m 5 -o /dev/null http://169.254.169.254/latest/meta-data/instance-id; done; }
            finish() { kill -TERM $agent; wait $agent && status=0 || status=$?; [ $status = ${1:-0} ] || { echo "agent ended with $status"; exit 97; }; }
            """;

    /** What systemd would hear. */
    private static final String LISTENER = """
            cat >listen.py <<'END'
            import socket, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind('notify')
            s.settimeout(60)
            with open('notified', 'w') as f:
                while True:
                    d = s.recv(4096).decode()
                    print(time.monotonic(), d.replace('\\n', '|'), file=f, flush=True)
                    if 'STOPPING' in d:
                        break
            END
            python3 listen.py &
            started="$started $!"
            n=0; until [ -S notify ]; do n=$((n+1)); [ $n -lt 1200 ] || exit 96; sleep 0.05; done
            """;

    @TempDir
    Path directory;

    @BeforeAll
    static void namespacesArePermitted() throws Exception {
        assumeTrue(Files.isExecutable(TREE.resolve("bin/imdsight")), "SKIPPED: the tree is not built: " + TREE);
        assumeTrue(
                new ProcessBuilder("unshare", "--net", "true").start().waitFor() == 0,
                "SKIPPED: needs root: unshare --net");
    }

    @Test
    void aRealPrometheusScrapesItsAlertFiresAndTheDashboardsAreAnswered() throws Exception {
        assumeTrue(
                new ProcessBuilder("sh", "-c", "command -v prometheus && command -v promtool")
                                .start()
                                .waitFor()
                        == 0,
                "SKIPPED: no prometheus here; packaging/bootstrap test installs it");
        run("""
                promtool check rules "$DASHBOARDS/prometheus-alerts.yml"
                promtool test rules "$DASHBOARDS/prometheus-alerts.test.yml"
                agent --config /dev/null --feed "$PWD/feed.ndjson"
                cat >prometheus.yml <<END
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: [ $DASHBOARDS/prometheus-alerts.yml ]
                scrape_configs:
                  - { job_name: imdsight, static_configs: [ { targets: [ '127.0.0.1:16925' ] } ] }
                END
                prometheus --config.file=prometheus.yml --storage.tsdb.path="$PWD/tsdb" --web.listen-address=127.0.0.1:9090 >prometheus.log 2>&1 &
                started="$started $!"
                waitfor 'Server is ready' prometheus.log 1200
                sleep 3
                calls 25
                sleep 8 # the witness decides a connection some seconds after its end
                cat >ask.py <<'END'
                import json, os, sys, time, urllib.parse, urllib.request
                def ask(path):
                    return json.load(urllib.request.urlopen('http://127.0.0.1:9090/api/v1/' + path, timeout=10))['data']
                def query(expr):
                    return ask('query?query=' + urllib.parse.quote(expr))['result']
                for attempt in range(60):
                    firing = {a['labels']['alertname'] for a in ask('alerts')['alerts'] if a['state'] == 'firing'}
                    if 'ImdsCallsWithoutToken' in firing:
                        break
                    time.sleep(0.5)
                print('firing', sorted(firing))
                target = ask('targets')['activeTargets'][0]
                print('target', target['health'], target['lastError'] or 'no error')
                for name, expr in [('decoded', 'imdsight_requests_decoded_total'), ('requests', 'sum(imdsight_requests_total)'),
                        ('sightings', 'imdsight_sightings_total'), ('evidence', 'sum(imdsight_attribution_total)'),
                        ('callers', 'sum(imdsight_caller_requests_total)'), ('connections', 'sum(imdsight_connections_total{seen_by="both"})'), ('notoken', 'imdsight_metadata_no_token_total')]:
                    print(name, query(expr)[0]['value'][1])
                meta = ask('metadata?metric=imdsight_requests')
                print('help', meta.get('imdsight_requests', ask('metadata?metric=imdsight_requests_total').get('imdsight_requests_total'))[0]['help'])
                board = json.load(open(os.environ['DASHBOARDS'] + '/grafana.json'))
                for panel in board['panels']:
                    for t in panel['targets']:
                        e = t['expr'].replace('$job', '.*').replace('$instance', '.*').replace('$__range', '1h')
                        print('panel', len(query(e)), panel['title'])
                END
                python3 ask.py >asked
                finish
                """);
        List<String> asked = read("asked").lines().toList();
        // the probe sees every namespace: what else runs on this machine may well have made another alert fire
        assertTrue(
                asked.getFirst().startsWith("firing ") && asked.getFirst().contains("'ImdsCallsWithoutToken'"),
                read("asked"));
        assertTrue(asked.contains("target up no error"), read("asked"));
        for (String name :
                List.of("decoded", "requests", "sightings", "evidence", "callers", "connections", "notoken")) {
            assertTrue(asked.contains(name + " 25"), name + " in " + read("asked"));
        }
        assertTrue(asked.contains("help Requests to the metadata service that were decoded."), read("asked"));
        List<String> panels = asked.stream().filter(l -> l.startsWith("panel ")).toList();
        assertTrue(panels.size() >= 13, read("asked"));
        for (String p : panels) {
            assertTrue(!p.startsWith("panel 0 ") || p.endsWith("Drops"), "no answer for " + p);
        }
        assertTrue(asked.contains("panel 1 Callers"), read("asked"));
    }

    @Test
    void theServiceManagerHearsOfStartProgressReloadAndEnd() throws Exception {
        run(LISTENER + """
                echo 'log-every = 1h' >conf
                NOTIFY_SOCKET="$PWD/notify"; WATCHDOG_USEC=2000000; export NOTIFY_SOCKET WATCHDOG_USEC
                agent --config conf --format json --log callers --state-dir "$PWD/state" --feed "$PWD/feed/"
                calls 30
                sleep 2
                kill -USR1 $agent; waitfor summary out
                printf 'log-every = 30m\\nfor = 1h\\n' >conf; kill -HUP $agent; waitfor 'read again' err
                printf 'log-evry = 2s\\n' >conf; kill -HUP $agent; waitfor 'not changed' err
                date +%s%3N >before; finish; date +%s%3N >after
                """);
        String notified = read("notified");
        assertTrue(
                notified.lines().findFirst().orElseThrow().contains(" READY=1|STATUS=capturing; 0 requests"), notified);
        assertTrue(notified.lines().filter(l -> l.endsWith(" WATCHDOG=1")).count() >= 3, notified);
        assertTrue(notified.contains("RELOADING=1|MONOTONIC_USEC="), notified);
        assertTrue(notified.lines().toList().getLast().contains("STOPPING=1"), notified);
        assertTrue(number("after") - number("before") < 10_000, "ended within ten seconds");
        String err = read("err");
        assertTrue(
                err.contains(
                        "settings read again: for was not set, is 1h (takes effect when the agent is started again)"),
                err);
        assertTrue(err.contains("log-every was 1h, is 30m"), err);
        assertTrue(err.contains("settings not changed: conf:1: unknown name 'log-evry'"), err);
        List<JsonNode> log = json("out");
        assertEquals(
                1,
                log.stream()
                        .filter(l -> l.at("/event/action").asText().equals("caller-new"))
                        .count(),
                read("out"));
        assertTrue(
                log.stream()
                        .anyMatch(l -> l.at("/event/action").asText().equals("summary-caller")
                                && l.at("/imds/v1").asInt() == 30),
                read("out"));
        assertEquals(
                30,
                json("state/events.ndjson").stream()
                        .mapToLong(l -> l.at("/event/count").asLong(1))
                        .sum());
        assertEquals(
                20,
                json("state/events.ndjson").stream()
                        .filter(l -> l.at("/event/count").isMissingNode())
                        .count(),
                "twenty in full");
        int rest = json("state/events.ndjson").size() - 20;
        assertTrue(rest == 1 || rest == 2, rest + " lines for the rest, of one minute or of two");
        assertEquals(30, sum("caller"));
        assertEquals(30, sum("heartbeat"));
    }

    private long sum(String record) throws IOException {
        return json("feed/feed.ndjson").stream()
                .filter(l -> l.at("/feed/record").asText().equals(record))
                .mapToLong(l -> l.at("/imds/requests").asLong())
                .sum();
    }

    @Test
    void theFeedLosesNothingToAKillAndACallerIsNoNewsAfterIt() throws Exception {
        run("""
                agent --config /dev/null --format json --log callers --state-dir "$PWD/state" --feed "$PWD/feed/"
                calls 20
                sleep 2
                kill -KILL $agent
                wait $agent || true
                mv out first
                agent --config /dev/null --format json --log callers --state-dir "$PWD/state" --feed "$PWD/feed/"
                calls 3
                n=0; until [ "$(sqlite3 -readonly state/ledger.db 'SELECT sum(count) FROM tallies')" = 23 ]; do
                    n=$((n+1)); [ $n -lt 300 ] || { echo "not 23 in the ledger"; exit 94; }; sleep 0.1
                done
                finish
                """);
        assertTrue(read("first").contains("caller-new"), read("first"));
        assertFalse(read("out").contains("caller-new"), read("out"));
        assertEquals(23, sum("caller"));
    }

    @Test
    void aFullDiskStopsNothingIsSaidOnceAndTakenUpAgain() throws Exception {
        run(
                """
                mkdir small
                unshare --mount sh -c 'mount -t tmpfs -o size=64k none small && exec sh inner.sh'
                """,
                "inner.sh",
                PREPARE.replace(
                                "ip addr add 169.254.169.254/32 dev lo\n",
                                "ip addr replace 169.254.169.254/32 dev lo\n")
                        + """
                head -c 70000 /dev/zero >small/ballast 2>/dev/null || true
                agent --config /dev/null --log callers --state-dir "$PWD/small/state" --feed "$PWD/small/feed.ndjson" --listen none --format text || true
                calls 30
                sleep 2
                rm small/ballast
                calls 1
                n=0; until grep -q again err; do n=$((n+1)); [ $n -lt 600 ] || { cat err; exit 95; }; sleep 0.2; done
                finish
                cp -r small kept
                """);
        String err = read("err");
        assertEquals(
                1,
                err.lines()
                        .filter(l -> l.contains("cannot write to") && l.contains("events.ndjson"))
                        .count(),
                err);
        assertTrue(err.contains("No space left on device"), err);
        assertTrue(err.contains("31 requests"), err);
        assertEquals(
                31,
                json("kept/state/events.ndjson").stream()
                        .mapToLong(l -> l.at("/event/count").asLong(1))
                        .sum());
    }

    @Test
    void aPortInUseIsSaidAndNoReasonToEnd() throws Exception {
        run("""
                python3 -c "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 16925)); s.listen(); print('up', flush=True); time.sleep(60)" >taken &
                started="$started $!"
                waitfor up taken
                agent --config /dev/null
                calls 2
                sleep 0.5
                finish
                """);
        assertTrue(read("err").contains("cannot listen on 127.0.0.1:16925: Address already in use"), read("err"));
        assertEquals(2, read("out").lines().filter(l -> l.contains("!V1")).count(), read("out"));
    }

    @Test
    void aConfigurationIsCheckedWithoutCapturing() throws Exception {
        run("""
                printf 'feed-every = 5m\\nendpoint = 169.254.169.254\\n' >conf
                "$TREE/bin/imdsight" agent --check-config --config conf >out 2>err
                printf 'feed-every = 7m\\n' >conf
                "$TREE/bin/imdsight" agent --check-config --config conf >out2 2>err2 && exit 95 || [ $? = 78 ]
                """);
        assertTrue(read("out").contains("feed-every = 5m\n"), read("out"));
        assertTrue(read("out").contains("listen = 127.0.0.1:16925\n"), read("out"));
        assertTrue(read("err2").contains("conf:1: bad value for feed-every"), read("err2"));
        assertFalse(read("err2").contains("\tat "), read("err2"));
    }

    private void run(String body) throws Exception {
        run(PREPARE + body, "unused", "");
    }

    private void run(String body, String otherName, String other) throws Exception {
        Files.writeString(directory.resolve(otherName), other);
        Path log = directory.resolve("script.log");
        Process p = new ProcessBuilder(
                        "unshare",
                        "--net",
                        "env",
                        "OUTSIDE=" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")),
                        "TREE=" + TREE,
                        "DASHBOARDS=" + Path.of("packaging/dashboards").toAbsolutePath(),
                        "sh",
                        "-c",
                        body)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertEquals(0, Leftovers.await(p, SECONDS_MAX, directory), () -> Shown.all(directory));
    }

    private List<JsonNode> json(String name) throws IOException {
        return read(name).lines().map(AgentServiceIT::tree).toList();
    }

    private static JsonNode tree(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private long number(String name) throws IOException {
        return Long.parseLong(read(name).strip());
    }

    private String read(String name) throws IOException {
        return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
    }
}
