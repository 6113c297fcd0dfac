package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * An agent that stands still, or is refused what it needs, while it runs. Stopped for twelve seconds in every build, for a minute with
 * {@code -Dimdsight.stopped.seconds=60}; one that cannot open its capture is waited for to its end with {@code -Dimdsight.faults=full}.
 */
class StandstillIT extends WithAgentScript {
    private static final int STOPPED_SECONDS = Integer.getInteger("imdsight.stopped.seconds", 12);

    private static final boolean FULL = "full".equals(System.getProperty("imdsight.faults"));

    private static final String TOOLS = """
            healthz() { curl -q -s -m 2 --noproxy '*' -o healthz -w '%{http_code}' "http://127.0.0.1:16925/healthz" || true; }
            waitfor() { n=0; until grep -q "$1" "$2" 2>/dev/null; do n=$((n+1)); [ $n -lt ${3:-600} ] || { echo "no $1 in $2"; exit 97; }; sleep 0.05; done; }
            healthy() { n=0; until [ "$(healthz)" = $1 ]; do n=$((n+1)); [ $n -lt 300 ] || { echo "never $1"; exit 96; }; sleep 0.2; done; }
            """;

    @Override
    int secondsMax() {
        return 240 + STOPPED_SECONDS;
    }

    @BeforeEach
    void compile() throws Exception {
        script.compilePump();
    }

    @Test
    void aStoppedAgentGoesOnCountsWhatItLostAndTheVerdictSaysSo() throws Exception {
        // more connections than the probe's rings hold (3,360 on two processors), more packets than the capture's
        int status = script.bare(TOOLS + """
                ip link set lo up
                export PUMP_ADDRESS=198.18.77.19
                ip addr add $PUMP_ADDRESS/32 dev lo
                ./pump serve 300 >served & standin=$!
                "$PROGRAM" agent --config /dev/null --interface lo --endpoint $PUMP_ADDRESS --format json --log callers --state-dir state >out 2>err &
                agent=$!
                waitfor 'metrics and health' err
                waitfor ready served
                sleep 1
                ./pump call 2 10 2 1 1 >called
                healthy 200
                kill -STOP $agent
                begun=$(date +%s)
                ./pump call 5 5000 3 1 1 >>called
                while [ $(($(date +%s) - begun)) -lt SECONDS ]; do sleep 0.2; done
                kill -CONT $agent
                healthy 200
                ./pump call 2 10 2 1 1 >>called
                sleep 7
                healthy 200
                kill -TERM $agent
                wait $agent
                audit=0
                "$PROGRAM" audit --config /dev/null --state-dir state --from-ledger --since 1h --window-min 1s --json audit.json >audit.out 2>&1 || audit=$?
                echo $audit >verdict
                """.replace("SECONDS", Integer.toString(STOPPED_SECONDS)));
        assertEquals(0, status, script.everything());
        long asked = script.read("called")
                .lines()
                .mapToLong(l -> Long.parseLong(l.split(" ", -1)[0]))
                .sum();
        long requests = script.count("requests");
        String last = script.read("err").lines().reduce("", (a, b) -> b.startsWith("{\"counts\"") ? b : a);
        System.out.println("stopped for " + STOPPED_SECONDS + " s, asked " + asked + ": " + last);
        assertTrue(requests < asked, "nothing was lost, and so nothing is shown: " + last);
        assertTrue(requests >= 40, "before and after all is seen: " + last);
        assertTrue(last.contains("\"kernel-ring\":"), last);
        assertTrue(last.contains("\"probe-ring\":"), last);
        assertEquals(requests, script.count("sightings"), last);
        String audit = script.read("audit.json");
        assertTrue(audit.contains("\"drops\"") && audit.contains("kernel-ring"), audit);
        JsonNode window = new ObjectMapper().readTree(audit).at("/audit/window");
        long seconds = Duration.between(
                        Instant.parse(window.at("/start").asText()),
                        Instant.parse(window.at("/end").asText()))
                .toSeconds();
        assertTrue(window.at("/watched_ms").asLong() / 1000 <= seconds - STOPPED_SECONDS + 1, audit);
        // calls without a token were seen: blocked, and not ready whatever was lost
        assertEquals("1\n", script.read("verdict"), script.read("audit.out"));
    }

    @Test
    void messagesOfTheKernelThatDidNotFitAreNoReasonToMissAnInterface() throws Exception {
        int status = script.bare(TOOLS + """
                ip link set lo up
                "$PROGRAM" agent --config /dev/null --format json --listen none --no-ledger >out 2>err &
                agent=$!
                waitfor watching err
                waitfor waiting err
                sleep 0.5
                kill -STOP $agent
                for i in $(seq 3000); do echo "addr add 10.$((i / 200)).$((i % 200)).1/32 dev lo"; done | ip -batch -
                awk '$5 ~ /^[0-9a-f]*$/ && $9 > 0 { n += $9 } END { print n + 0 }' /proc/net/netlink >lost
                ip link add imds0 type veth peer name imds1
                ip addr add 198.18.77.20/24 dev imds0
                ip link set imds1 up
                ip link set imds0 up
                ip route add 169.254.169.254/32 dev imds0
                kill -CONT $agent
                waitfor 'capturing on imds0' err
                kill -TERM $agent
                wait $agent
                """);
        assertEquals(0, status, script.everything());
        assertTrue(
                Long.parseLong(script.read("lost").strip()) > 0,
                "the socket's buffer was never full: " + script.read("lost"));
    }

    @Test
    void withoutDescriptorsItDoesNotBeginOrCountsAllTheSame() throws Exception {
        int status = script.bare(TOOLS + """
                ip link set lo up
                export PUMP_ADDRESS=198.18.77.21
                ip addr add $PUMP_ADDRESS/32 dev lo
                ./pump serve 200 >served & standin=$!
                waitfor ready served
                for limit in 8 16 24 32 40 48 64 96; do
                    prlimit --nofile=$limit:$limit "$PROGRAM" agent --config /dev/null --interface lo --endpoint $PUMP_ADDRESS --format json --listen none \\
                        --log callers --state-dir state$limit >out$limit 2>err$limit &
                    agent="$agent $!"
                    eval "pid$limit=$!"
                done
                for limit in 8 16 24 32 40 48 64 96; do
                    eval "pid=\\$pid$limit"
                    n=0
                    until grep -q watching err$limit || ! kill -0 $pid 2>/dev/null; do n=$((n+1)); [ $n -lt 600 ] || { echo "$limit hangs"; exit 95; }; sleep 0.05; done
                done
                sleep 1
                ./pump call 1 10 1 1 1 >called
                sleep 3
                for limit in 8 16 24 32 40 48 64 96; do
                    eval "pid=\\$pid$limit"
                    kill -TERM $pid 2>/dev/null || true
                    wait $pid && status=0 || status=$?
                    echo "$limit $status $(grep -o '"requests":[0-9]*' err$limit || true)" >>lives
                done
                """);
        assertEquals(0, status, script.everything());
        System.out.println(
                "descriptors, exit status, counted: " + script.read("lives").replace('\n', ';'));
        assertEquals(8, script.read("lives").lines().count());
        for (String life : script.read("lives").lines().toList()) {
            // it counted everything, or it ended with a status that says so
            assertTrue(life.contains(" 0 \"requests\":10") || !life.contains(" 0 "), script.read("lives"));
        }
        assertTrue(script.read("lives").contains("96 0 \"requests\":10"), script.read("lives") + script.read("err96"));
    }

    @Test
    void anInterfaceThatCannotBeCapturedForWantOfDescriptorsIsNoHealth() throws Exception {
        int status = script.bare(TOOLS + """
                ip link set lo up
                ip link add imds0 type veth peer name imds1
                ip link set imds0 up
                "$PROGRAM" agent --config /dev/null --interface imds0 --format json --state-dir state >out 2>err &
                agent=$!
                waitfor 'metrics and health' err
                healthy 200
                ip link del imds0
                waitfor 'nothing is captured now' err
                soft=$(prlimit -p $agent --nofile --output SOFT --noheadings)
                prlimit -p $agent --nofile=4:
                ip link add imds0 type veth peer name imds1
                ip link set imds0 up
                waitfor 'tries again every second' err
                ticks() { cut -d' ' -f14,15 /proc/$agent/stat | tr ' ' '+'; }
                before=$(($(ticks)))
                waitfor 'an interface that leads to the service cannot be captured' err
                [ "$(healthz)" != 200 ] || { echo 'says that it is healthy'; exit 94; }
                echo $(($(ticks) - before)) >ticks
                [ FULL = false ] || {
                    wait $agent && ended=0 || ended=$?
                    [ $ended = 69 ] || { echo "ended with $ended"; exit 93; }
                    exit 0
                }
                prlimit -p $agent --nofile=$soft:
                waitfor 'capturing goes on' err
                healthy 200
                kill -TERM $agent
                wait $agent
                """.replace("FULL", Boolean.toString(FULL)));
        assertEquals(0, status, script.everything());
        long ticks = Long.parseLong(script.read("ticks").strip());
        assertTrue(
                ticks < 500,
                "ten seconds without a descriptor took " + ticks + " hundredths of a second of a processor");
    }
}
