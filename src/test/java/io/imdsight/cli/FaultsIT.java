package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imdsight.record.AgentRun;
import io.imdsight.record.LedgerReader;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Faults of ours and of the machine, against the assembled agent in a network namespace of each script's own. The claim is one: none of them leaves an
 * agent that is deaf and looks healthy. The table of all faults and their tests is in docs/reliability.md.
 */
class FaultsIT extends WithAgentScript {
    /** What each stage makes of a fault: it throws the second time that it has something to do. */
    private static final Map<String, String> STAGES = Map.of(
            "supervise", "supervise:2",
            "decode", "decode:2:error",
            "classify", "classify:2",
            "probe", "probe:2:error",
            "attribute", "attribute:2:error",
            "record", "record:2",
            "ledger", "ledger:3:error",
            "publish", "publish:3",
            "vigil", "vigil:3:error");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Tokens only, so that it is not a call that makes a verdict. */
    private static final String CALL = """
            token() { curl -q -s -m 5 --noproxy '*' -o /dev/null -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token; }
            healthz() { curl -q -s -m 5 --noproxy '*' -o healthz -w '%{http_code}' "http://127.0.0.1:$1/healthz" || true; }
            waitfor() { n=0; until grep -q "$1" "$2" 2>/dev/null; do n=$((n+1)); [ $n -lt ${3:-600} ] || { echo "no $1 in $2"; exit 97; }; sleep 0.05; done; }
            ended() { n=0; while kill -0 $1 2>/dev/null; do n=$((n+1)); [ $n -lt ${2:-600} ] || return 1; sleep 0.05; done; }
            status() { status=0; wait $1 || status=$?; }
            verdict() { "$PROGRAM" audit --config /dev/null --state-dir $1 --from-ledger --since 1h --window-min 1s --json $1.json >$1.verdict 2>&1 && echo 0 || echo $?; }
            """;

    @Override
    int secondsMax() {
        return 240;
    }

    @Test
    void aFaultInAnyStageEndsTheAgentAloudAndWhatItHadCountedIsInTheLedger() throws Exception {
        int status = script.withService(CALL + """
                agent=
                for stage in $STAGES; do
                    name=${stage%%:*}
                    IMDSIGHT_JAVA_OPTIONS=-Dimdsight.fault=$stage "$PROGRAM" agent --config /dev/null --interface lo --format json --listen none \\
                        --log callers --state-dir $name >$name.out 2>$name.err &
                    agent="$agent $!"
                    eval "pid_$name=$!"
                done
                for stage in $STAGES; do waitfor watching ${stage%%:*}.err; done
                ip link add imds8 type veth peer name imds9 # something to do for who looks after the captures
                for i in 1 2 3 4; do token; sleep 0.3; done
                for stage in $STAGES; do
                    name=${stage%%:*}
                    eval "pid=\\$pid_$name"
                    ended $pid || { echo "$name goes on"; kill -9 $pid; }
                    status $pid
                    echo $name $status $(verdict $name) >>statuses
                done
                """.replace("$STAGES", String.join(" ", STAGES.values())));
        assertEquals(0, status, script.everything());
        for (String name : STAGES.keySet()) {
            String said = name + ": " + script.read(name + ".err") + script.read("log");
            assertTrue(script.read("statuses").contains(name + " 70 "), script.read("statuses") + said);
            assertTrue(said.contains("a fault made on purpose in " + name.toUpperCase(Locale.ROOT)), said);
            JsonNode counts = counts(name + ".err");
            long sightings = counts.at("/sightings").asLong();
            assertEquals(
                    counts.at("/requests").asLong(),
                    sightings + counts.at("/drops/sighting-queue").asLong(),
                    said);
            assertEquals(sightings, inLedger(name), said);
            assertEquals(1, counts.at("/drops/fault").asLong(), said);
            // whatever it had in hand may have been a call without a token
            assertTrue(script.read("statuses").contains(name + " 70 2\n"), script.read("statuses") + said);
        }
    }

    @Test
    void aFaultUnderAnAuditIsNoVerdict() throws Exception {
        int status = script.withService(CALL + """
                agent=
                for stage in probe:1:error decode:1 attribute:1:error; do
                    name=${stage%%:*}
                    IMDSIGHT_JAVA_OPTIONS=-Dimdsight.fault=$stage "$PROGRAM" audit --config /dev/null --interface lo --for 90s --window-min 1s \\
                        --json $name.json >$name.out 2>$name.err &
                    agent="$agent $!"
                done
                for name in probe decode attribute; do waitfor watching $name.err; done
                sleep 1
                token
                for pid in $agent; do ended $pid || exit 96; status $pid; echo $status >>statuses; done
                """);
        assertEquals(0, status, script.everything());
        assertEquals("70\n70\n70\n", script.read("statuses"));
        for (String name : List.of("probe", "decode", "attribute")) {
            JsonNode report = JSON.readTree(script.read(name + ".json"));
            assertEquals("inconclusive", report.at("/audit/verdict").asText(), name + ": " + report);
            assertTrue(script.read(name + ".json").contains("capture-failed"), name + ": " + report);
        }
    }

    @Test
    void memoryThatEndsIsTheAgentsEndAndNoCountIsLost() throws Exception {
        // the heap's end, the kernel's killer, and a heap in which it cannot even begin
        int status = script.withService(CALL + """
                agent=
                start() {
                    "$PROGRAM" agent --config /dev/null --interface lo --format json --listen none --log callers --state-dir $1 >$1.out 2>$1.err &
                    agent="$agent $!"
                    last=$!
                }
                IMDSIGHT_JAVA_OPTIONS='-Xmx32m -Dimdsight.fault=decode:4:memory' start heap; heap=$last
                own=$(awk -F: '$2 == "memory" { print $3 }' /proc/self/cgroup)
                for group in "/sys/fs/cgroup/memory$own/imdsight-$$" /sys/fs/cgroup/memory/imdsight-$$ /sys/fs/cgroup/imdsight-$$; do
                    mkdir "$group" 2>/dev/null && break || group=
                done
                [ -n "$group" ] || { echo 'no memory cgroup can be made here'; exit 95; }
                trap 'kill -9 $standin $agent 2>/dev/null || true; sleep 0.2; rmdir "$group" || true' EXIT
                for limit in memory.limit_in_bytes memory.max; do [ ! -e "$group/$limit" ] || echo 300000000 >"$group/$limit"; done
                for swap in memory.memsw.limit_in_bytes memory.swap.max; do
                    [ ! -e "$group/$swap" ] || echo $([ $swap = memory.swap.max ] && echo 0 || echo 300000000) >"$group/$swap"
                done
                IMDSIGHT_JAVA_OPTIONS='-Xmx1g -Dimdsight.fault=decode:4:memory' start killed; killed=$last
                waitfor watching killed.err
                echo $killed >"$group/cgroup.procs"
                waitfor watching heap.err
                IMDSIGHT_JAVA_OPTIONS='-Xms2m -Xmn1m -Xmx2m' start tiny; tiny=$last
                for i in 1 2 3; do token; sleep 0.5; done
                sleep 1.5
                token
                for name in heap killed tiny; do
                    eval "pid=\\$$name"
                    ended $pid || { echo "$name goes on"; exit 94; }
                    status $pid
                    echo $name $status >>statuses
                done
                for name in heap killed; do rm $name.err; start $name; waitfor watching $name.err; token; sleep 1.5; kill -TERM $last; wait $last; done
                """);
        assertEquals(0, status, script.everything());
        String statuses = script.read("statuses");
        assertTrue(statuses.contains("heap 3\n"), "the virtual machine's own end: " + statuses + script.everything());
        assertTrue(statuses.contains("killed 137\n"), "SIGKILL: " + statuses + script.everything());
        assertFalse(statuses.contains("tiny 0\n"), statuses);
        for (String name : List.of("heap", "killed")) {
            assertEquals(4, inLedger(name), name + ": three before, one after; the fourth was its end");
            assertEquals(List.of("killed", "stopped"), ends(name));
        }
    }

    private JsonNode counts(String name) throws IOException {
        String line = script.read(name)
                .lines()
                .filter(l -> l.startsWith("{\"counts\""))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no counts in " + name));
        return JSON.readTree(line).at("/counts");
    }

    private long inLedger(String stateDir) throws Exception {
        try (LedgerReader ledger = LedgerReader.open(directory.resolve(stateDir))) {
            return ledger.tallies(0, Long.MAX_VALUE).stream()
                    .mapToLong(t -> t.count())
                    .sum();
        }
    }

    private List<String> ends(String stateDir) throws Exception {
        try (LedgerReader ledger = LedgerReader.open(directory.resolve(stateDir))) {
            return ledger.runs(0, Long.MAX_VALUE).stream().map(AgentRun::end).collect(Collectors.toList());
        }
    }
}
