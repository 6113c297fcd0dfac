package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LongSummaryStatistics;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four floods at the same time on the assembled agent, with packets of a real kernel: connections that are only begun, from made-up sources; made-up connections
 * with a hole at their beginning; and, on real sockets, heads of a byte a second and heads without an end. Meanwhile curl calls as ever, with a token: whatever
 * the verdict has against this machine is the floods' doing. {@code FloodTest} has the same for the decoder alone, with larger numbers.
 */
@Timeout(180)
class LiveFloodIT {
    private static final int SECONDS = Integer.getInteger("imdsight.flood.seconds", 12);
    private static final int PACKETS_A_SECOND = Integer.getInteger("imdsight.flood.packets", 3_000);
    private static final int SLOW_CONNECTIONS = 1_000;
    private static final int ENDLESS_CONNECTIONS = 100;

    /** docs/performance.md: the heap of 128 MiB, the rings of 10 MiB, and the virtual machine's own. */
    private static final long PSS_KIB_MAX = 192 * 1024;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsRoot() throws IOException {
        AgentScript.needsRoot();
    }

    @Test
    void honestCallersAreCountedAndNamedMemoryIsBoundedAndTheVerdictSaysWhatWasDropped() throws Exception {
        AgentScript script = new AgentScript(directory, 120 + 2 * SECONDS);
        script.compile("flood");
        int status = script.bare("""
                ip link set lo up
                ip addr add 198.18.78.31/32 dev lo
                ip addr add 198.18.78.32/32 dev lo
                ./flood serve %1$d 198.18.78.31 198.18.78.32 >served 2>&1 & standin=$!
                "$PROGRAM" agent --config /dev/null --format json --interface lo --endpoint 198.18.78.31,198.18.78.32 --listen none --state-dir state >out 2>err &
                agent=$!
                n=0; until grep -q watching err && grep -q ready served; do n=$((n+1)); [ $n -lt 600 ] || exit 97; sleep 0.05; done
                sleep 0.3
                ./flood half-open %3$d %4$d 198.18.78.31 >half-open & floods=$!
                ./flood holes %5$d %4$d 198.18.78.31 >holes & floods="$floods $!"
                ./flood slow %6$d %2$d 198.18.78.32 >slow & floods="$floods $!"
                ./flood endless %7$d %2$d 198.18.78.32 >endless & floods="$floods $!"
                begun=$(date +%%s)
                while [ $(($(date +%%s) - begun)) -lt %2$d ]; do
                    [ "$(curl -q -s -m 5 --noproxy '*' -H 'X-aws-ec2-metadata-token: t' http://198.18.78.31/honest)" = hi ] || exit 95
                    echo 1 >>asked
                    awk '/^Pss:/ { print $2 }' /proc/$agent/smaps_rollup >>pss
                    sleep 0.1
                done
                wait $floods
                sleep 1
                kill -TERM $agent
                wait $agent
                "$PROGRAM" audit --config /dev/null --state-dir state --from-ledger --since 1h --window-min 1s --json audit.json >/dev/null 2>audit.err \\
                    && echo 0 >verdict || echo $? >verdict
                """.formatted(
                        200 + SECONDS,
                        SECONDS,
                        SECONDS * PACKETS_A_SECOND,
                        PACKETS_A_SECOND,
                        SECONDS * PACKETS_A_SECOND / 20,
                        SLOW_CONNECTIONS,
                        ENDLESS_CONNECTIONS));
        assertEquals(0, status, script.everything());
        long asked = script.read("asked").lines().count();
        LongSummaryStatistics pss =
                script.read("pss").lines().mapToLong(Long::parseLong).summaryStatistics();
        String counts = script.read("err").lines().reduce("", (a, b) -> b.startsWith("{\"counts\"") ? b : a);
        long named = named(script);
        System.out.printf(
                "honest calls %d, counted with their caller %d; PSS KiB at most %d, mean %.0f; half-open %s, holes %s, slow %s, endless %s; %s%n",
                asked,
                named,
                pss.getMax(),
                pss.getAverage(),
                script.read("half-open").strip(),
                script.read("holes").strip(),
                script.read("slow").strip(),
                script.read("endless").strip(),
                counts);
        assertTrue(asked >= SECONDS, "one a second at the least: " + asked);
        assertTrue(pss.getMax() <= PSS_KIB_MAX, "PSS " + pss);
        // sixteen thousand connections end with the agent: the probe answers all the same
        assertTrue(script.count("connects") >= SLOW_CONNECTIONS + ENDLESS_CONNECTIONS, counts);
        assertTrue(script.count("connection-table") > 0, counts);
        assertTrue(script.count("stream-memory") > 0, counts);
        if (counts.contains("\"kernel-ring\"")) {
            // a machine with more to do than it can: what that cost is counted
            System.out.println("the capture's ring overflowed, so that honest calls may be missing");
            assertTrue(named <= asked && named > 0, counts);
        } else {
            assertEquals(asked, named, counts);
        }
        assertEquals("2", script.read("verdict").strip(), script.read("audit.err"));
        String reasons = new ObjectMapper()
                .readTree(script.read("audit.json"))
                .at("/audit/reasons")
                .toString();
        assertTrue(reasons.contains("connection-table") && reasons.contains("stream-memory"), reasons);
    }

    /** Honest calls that are what they were, with the process that made them. */
    private static long named(AgentScript script) throws IOException {
        long out = 0;
        for (String line : script.read("out").lines().toList()) {
            JsonNode s = new ObjectMapper().readTree(line);
            if ("/honest".equals(s.at("/url/path").asText())) {
                assertEquals("v2", s.at("/imds/version").asText(), line);
                assertEquals("served", s.at("/imds/outcome").asText(), line);
                assertTrue(s.at("/process/command_line").asText().startsWith("curl -q -s -m 5"), line);
                out++;
            }
        }
        return out;
    }
}
