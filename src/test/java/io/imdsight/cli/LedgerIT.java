package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.record.AgentRun;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.Tally;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assembled agent and its ledger, in a network namespace that {@code unshare} makes for one script, as in {@link AgentLifecycleIT}. */
class LedgerIT {
    private static final Path TREE = Path.of(System.getProperty("imdsight.tree", "target/imdsight"));
    private static final int SECONDS_MAX = 420;

    /** Calls made, and how often the agent is killed while they are made; the figures by default. */
    private static final int CALLS = Integer.getInteger("imdsight.calls", 1000);

    private static final int KILLS = Integer.getInteger("imdsight.kills", 20);

    private static final Pattern CALLER = Pattern.compile("\"title\":\"(bash call-\\d+)\"");

    @TempDir
    Path directory;

    @BeforeEach
    void root() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "SKIPPED: needs root: unshare --net");
    }

    /** Starts the agent and waits until it watches. */
    private static final String START = """
            start() {
                : >err
                "$PROGRAM" agent --config /dev/null --interface lo --format json --state-dir state --ledger-callers-max 5000 >>out 2>err &
                agent=$!
                n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 600 ] || { cat err; exit 97; }; sleep 0.05; done
            }
            """;

    @Test
    void aThousandCallsAndAnAgentKilledTwentyTimesGiveOneCountForEachRequestThatWasCaptured() throws Exception {
        // each call by a script of its own name, so that the ledger counts it apart
        int status = script(START + """
                start
                (   i=1
                    while [ $i -le $CALLS ]; do
                        cat >call-$i <<'SCRIPT'
                exec 3<>/dev/tcp/169.254.169.254/80
                printf 'GET /latest/meta-data/%s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' "$0" >&3
                timeout 5 cat <&3 >/dev/null
                SCRIPT
                        bash call-$i || exit 96
                        i=$((i+1))
                        sleep 0.02
                    done ) &
                calls=$!
                kills=0
                while [ $kills -lt $KILLS ]; do
                    sleep "$(awk -v n=$kills 'BEGIN { srand(n + 7); printf "%.2f", 0.1 + 1.4 * rand() }')"
                    kill -9 $agent
                    wait $agent || true
                    kills=$((kills+1))
                    start
                done
                wait $calls
                sleep 1
                kill -TERM $agent
                wait $agent
                """);
        assertEquals(0, status, log());
        Map<String, Long> counted = new TreeMap<>();
        int killed = 0;
        try (LedgerReader reader = LedgerReader.open(directory.resolve("state"))) {
            for (Tally t : reader.tallies(0, Long.MAX_VALUE)) {
                String title = t.key().caller().title();
                counted.merge(title == null ? "?" : title, t.count(), Long::sum);
            }
            killed = (int) reader.runs(0, Long.MAX_VALUE).stream()
                    .map(AgentRun::end)
                    .filter("killed"::equals)
                    .count();
        }
        Map<String, Integer> printed = new TreeMap<>();
        for (String line : Files.readAllLines(directory.resolve("out"), StandardCharsets.UTF_8)) {
            Matcher m = CALLER.matcher(line);
            if (m.find()) {
                printed.merge(m.group(1), 1, Integer::sum);
            }
        }
        System.out.printf(
                "of %d calls, agent killed %d times: printed %d, in the ledger %d%n",
                CALLS, killed, printed.size(), counted.size());
        assertEquals(KILLS, killed);
        assertTrue(printed.size() > CALLS / 10, "too little was captured to say anything: " + printed.size());
        printed.forEach((caller, times) -> assertEquals(1, times, caller + " was printed more than once"));
        printed.keySet()
                .forEach(caller -> assertEquals(
                        1L, counted.get(caller), caller + " was printed and not counted; counted: " + counted));
        long unnamed = counted.getOrDefault("?", 0L);
        counted.remove("?");
        counted.forEach((caller, count) -> assertEquals(1L, count, caller + " was counted more than once"));
        // what was on disk and not yet printed when the agent was killed: one or two calls each time
        assertTrue(counted.size() + unnamed <= CALLS, "more counted than called");
        assertTrue(
                counted.size() - printed.size() <= 2 * KILLS,
                counted.size() + " counted, " + printed.size() + " printed");
    }

    @Test
    void theDirectoryGoesUnderWayASecondAgentIsTurnedAwayAndSqliteReadsAlong() throws Exception {
        int status = script(START + """
                start
                call() { curl -q -s -m 5 --noproxy '*' -o /dev/null http://169.254.169.254/latest/meta-data/$1; }
                call 1
                sleep 1
                sqlite3 state/ledger.db 'SELECT sum(count) FROM tallies' >first
                rm -rf state
                call 2
                sleep 3
                call 3
                sleep 1
                "$PROGRAM" agent --config /dev/null --interface lo --state-dir state 2>second && exit 95 || echo $? >>second
                kill -TERM $agent
                wait $agent
                sqlite3 state/ledger.db 'SELECT sum(count) FROM tallies' >last
                ls state >files
                """);
        assertEquals(0, status, log());
        assertEquals("1", read("first").strip());
        assertEquals("3", read("last").strip(), read("err"));
        assertTrue(read("err").contains("deleted under way"), read("err"));
        assertTrue(read("second").contains("another agent") && read("second").endsWith("78\n"), read("second"));
        assertEquals("agent.lock\nledger.db\n", read("files"));
    }

    @Test
    void whereNothingCanBeWrittenTheAgentSaysSoAndRunsOn() throws Exception {
        int status = script("""
                echo x >state
                """ + START + """
                start
                curl -q -s -m 5 --noproxy '*' -o /dev/null http://169.254.169.254/latest/meta-data/
                sleep 1
                kill -TERM $agent
                wait $agent
                """);
        assertEquals(0, status, log());
        assertTrue(read("err").contains("counts are kept in memory"), read("err"));
        assertTrue(read("err").contains("\"requests\":1"), read("err"));
        assertTrue(read("err").contains("\"ledger\":1"), read("err"));
    }

    private int script(String body) throws Exception {
        List<String> command = List.of(
                "unshare",
                "--net",
                "env",
                "OUTSIDE=" + Files.readSymbolicLink(Path.of("/proc/self/ns/net")),
                "TREE=" + TREE.toAbsolutePath(),
                "PROGRAM=" + TREE.resolve("bin/imdsight").toAbsolutePath(),
                "CALLS=" + CALLS,
                "KILLS=" + KILLS,
                "sh",
                "-c",
                AgentLifecycleIT.PREPARE + body);
        Process p = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        return Leftovers.await(p, SECONDS_MAX, directory);
    }

    private String log() {
        return Shown.all(directory);
    }

    private String read(String name) throws Exception {
        return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
    }
}
