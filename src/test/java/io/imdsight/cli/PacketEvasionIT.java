package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The second half of the table of docs/reliability.md: packets that the capture sees and the service does not, or that the capture cannot put together and the
 * service can. A router stands between the two, so that a short time to live ends on the way; each request is really served, and the service says with what.
 */
@Timeout(180)
class PacketEvasionIT extends WithAgentScript {
    private static final int FIRST_PORT = 41_000;

    /** For each attempt has a few ports of its own, by which its sightings are known. */
    private static final int PORTS_EACH = 10;

    /** What the agent says of each. */
    private static final Map<String, String> EXPECTED = new LinkedHashMap<>();

    static {
        EXPECTED.put("fragments", "undetermined served");
        EXPECTED.put("fragments-v6", "undetermined served");
        EXPECTED.put("atomic-fragment", "v1 served");
        EXPECTED.put("extension-headers", "v1 served python3");
        EXPECTED.put("long-chain", "undetermined served");
        EXPECTED.put("syn-decoy", "undetermined served");
        EXPECTED.put("dying-decoy", "undetermined served python3");
        EXPECTED.put("dying-decoy-bare", "undetermined served python3");
        EXPECTED.put("dying-tail", "undetermined served python3");
        EXPECTED.put("dying-reset", "v1 served python3");
        EXPECTED.put("dying-end", "undetermined served python3");
        EXPECTED.put("fast-open", "v1 served python3, v1 served python3");
        EXPECTED.put("multipath", "v1 served python3");
        EXPECTED.put("multipath-split", "undetermined served");
        EXPECTED.put("fragments-alone", "");
    }

    /** Three namespaces in a row, as the head of packets.py draws them, and the service in the last. */
    private static final String NETWORK = """
            wait_ns() { n=0; until [ "$(readlink /proc/$1/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do n=$((n+1)); [ $n -lt 1200 ] || exit 94; sleep 0.05; done; }
            in_ns() { pid=$1; shift; nsenter -t $pid -n "$@"; }
            unshare --net sleep 300 & router=$!
            unshare --net sleep 300 & service=$!
            standin="$router $service"
            wait_ns $router; wait_ns $service
            ip link set lo up
            ip link add w0 type veth peer name w1 netns $router
            in_ns $router ip link add x0 type veth peer name x1 netns $service
            ip addr add 198.18.79.2/24 dev w0; ip addr add 198.18.79.3/24 dev w0; ip addr add fd79::2/64 dev w0 nodad; ip link set w0 up
            in_ns $router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
                ip addr add 198.18.79.1/24 dev w1; ip addr add fd79::1/64 dev w1 nodad; ip link set w1 up
                ip addr add 198.18.80.1/24 dev x0; ip addr add fd80::1/64 dev x0 nodad; ip link set x0 up
                ip route add 198.18.78.0/24 via 198.18.80.2; ip -6 route add fd78::/64 via fd80::2'
            in_ns $service sh -c 'echo 3 >/proc/sys/net/ipv4/tcp_fastopen; ip link set lo up
                ip addr add 198.18.78.1/32 dev lo; ip addr add 198.18.78.2/32 dev lo; ip addr add fd78::1/128 dev lo nodad
                ip addr add 198.18.80.2/24 dev x1; ip addr add fd80::2/64 dev x1 nodad; ip link set x1 up
                ip route add 198.18.79.0/24 via 198.18.80.1; ip -6 route add fd79::/64 via fd80::1
                ip mptcp limits set subflows 2 add_addr_accepted 2'
            ip route add 198.18.78.0/24 via 198.18.79.1; ip -6 route add fd78::/64 via fd79::1
            ip mptcp limits set subflows 2 add_addr_accepted 2
            ip mptcp endpoint add 198.18.79.3 dev w0 subflow
            in_ns $router ip -br link show w1 | awk '{ print $3 }' >w1.mac
            mine=$(ip -br link show w0 | awk '{ print $3 }')
            in_ns $router ip neigh add 198.18.79.9 lladdr $mine dev w1
            in_ns $router ip -6 neigh add fd79::9 lladdr $mine dev w1
            in_ns $service python3 packets.py serve 100 >served 2>&1 & standin="$standin $!"
            n=0; until grep -q ready served; do n=$((n+1)); [ $n -lt 1200 ] || { cat served; exit 98; }; sleep 0.05; done
            """;

    @Test
    void noPacketHidesAServedCallWithoutATokenBehindOneWithOrBehindNothing() throws Exception {
        try (InputStream in = PacketEvasionIT.class.getResourceAsStream("packets.py")) {
            Files.write(directory.resolve("packets.py"), in.readAllBytes());
        }
        int status = script.bare(NETWORK + """
                watch() { "$PROGRAM" agent --config /dev/null --format json --interface w0 --listen none --state-dir $1 --endpoint $2 >out$1 2>err$1 & }
                watch 1 198.18.78.1,fd78::1; first=$!
                watch 2 198.18.78.2; agent="$first $!"
                n=0; until grep -q watching err1 && grep -q watching err2; do n=$((n+1)); [ $n -lt 1200 ] || { cat err1 err2; exit 97; }; sleep 0.05; done
                sleep 0.3
                port=%d
                for kind in %s; do timeout 20 python3 packets.py $kind $port || exit 96; port=$((port + %d)); done
                sleep 2
                cat err1 err2 >err
                for one in $agent; do kill -TERM $one; wait $one; done
                for one in 1 2; do
                    "$PROGRAM" audit --config /dev/null --state-dir $one --from-ledger --since 1h --window-min 1s --json audit$one.json >/dev/null 2>audit$one.err \\
                        && echo 0 >>verdicts || echo $? >>verdicts
                done
                """.formatted(FIRST_PORT, String.join(" ", EXPECTED.keySet()), PORTS_EACH));
        assertEquals(0, status, script.everything());
        Map<String, String> seen = seen(script);
        seen.forEach((kind, what) -> System.out.println("evasion " + kind + ": " + what));
        assertEquals(EXPECTED, seen, script.read("out1"));
        assertEquals(servedByTheService(script), EXPECTED.size() + 1, script.read("served")); // fast-open asks twice
        // the calls of the first are seen, so it blocks; the second saw a call that it cannot judge, and nothing else
        assertEquals("1\n2\n", script.read("verdicts"), script.read("audit2.err"));
        assertReasons(script.read("audit1.json"), "ip-fragment", "overlap", "undetermined");
        assertReasons(script.read("audit2.json"), "ip-fragment", "undetermined");
    }

    private static void assertReasons(String audit, String... reasons) throws IOException {
        String all = new ObjectMapper().readTree(audit).at("/audit/reasons").toString();
        for (String reason : reasons) {
            assertTrue(all.contains(reason), reason + ": " + all);
        }
    }

    private static long servedByTheService(AgentScript script) throws IOException {
        return script.read("served").lines().filter(l -> l.contains(" ")).count();
    }

    /** By the port; a second path of MPTCP has one that the kernel chose. */
    private static Map<String, String> seen(AgentScript script) throws IOException {
        List<String> kinds = new ArrayList<>(EXPECTED.keySet());
        Map<String, String> out = new LinkedHashMap<>();
        kinds.forEach(kind -> out.put(kind, ""));
        for (String line : script.read("out1").lines().toList()) {
            JsonNode s = new ObjectMapper().readTree(line);
            int kind = (s.at("/source/port").asInt() - FIRST_PORT) / PORTS_EACH;
            boolean own = kind >= 0 && kind < kinds.size();
            String title = s.at("/process/title").asText();
            String said = s.at("/imds/version").asText() + " "
                    + s.at("/imds/outcome").asText() + (title.startsWith("python3") ? " python3" : "");
            if (!own) {
                String reason = s.at("/evidence/reason").asText();
                assertTrue(reason.contains("a thread of the kernel connected"), line);
            }
            out.merge(own ? kinds.get(kind) : "multipath-split", said, (a, b) -> a.isEmpty() ? b : a + ", " + b);
        }
        return out;
    }
}
