package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The assembled agent's word on how much its capture saw, with real connections of every sort. */
@Timeout(180)
class WitnessIT extends WithAgentScript {
    /**
     * Starts the agent and waits until it watches. The service has an address of this run's own ({@link #here}), for the probe sees every namespace
     * of the machine, and somebody else may be testing. A second endpoint leads to where nobody answers.
     */
    private static final String AGENT = """
            ip addr add 198.18.77.1/32 dev lo 2>/dev/null || true
            ip link add dead0 type veth peer name dead1
            ip link set dead0 up; ip link set dead1 up
            ip addr add 198.18.77.2/32 dev dead0
            ip route add 198.18.77.3/32 dev dead0
            ip neigh add 198.18.77.3 lladdr 02:00:00:00:00:01 dev dead0
            "$PROGRAM" agent --config /dev/null --format json --interface $ON --endpoint 198.18.77.1,198.18.77.3 >out 2>err &
            agent=$!
            n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 400 ] || exit 97; sleep 0.05; done
            sleep 0.3
            do_clients() { timeout 60 python3 clients.py "$@"; }
            """;

    private static final String END = """
            sleep 0.5
            kill -TERM $agent
            wait $agent
            """;

    @BeforeEach
    void writeClients() throws IOException {
        try (InputStream in = WitnessIT.class.getResourceAsStream("clients.py")) {
            Files.write(directory.resolve("clients.py"), in.readAllBytes());
        }
    }

    /**
     * On a machine that has more to do than it can a ring may overflow, the capture's or the probe's. Every connection is then still counted once, the
     * capture alone has seen no more of them than the probe has lost records, and nothing is called refused or unexplained that was lost.
     */
    private void expectAllSeen(long connections, long withoutRequest) throws IOException {
        boolean dropped = script.read("err").contains("kernel-ring");
        boolean lost = script.read("err").contains("probe-ring");
        if (!dropped && !lost) {
            expect("nothing dropped", connections, 0, 0, withoutRequest);
            return;
        }
        System.out.println("a ring overflowed: " + script.read("err").lines().reduce("", (a, b) -> b));
        long both = script.count("both");
        long kernel = script.count("kernel");
        long capture = script.count("capture");
        assertTrue(both > 0, script.everything());
        assertTrue(capture <= (lost ? script.count("probe-ring") : 0), script.everything());
        long undecided = script.read("err").contains("\"undecided\"") ? script.count("undecided") : 0;
        assertEquals(
                kernel, kernel == 0 ? 0 : undecided + (dropped ? script.count("dropped") : 0), script.everything());
        if (dropped && lost) {
            assertTrue(both + kernel + capture <= connections, script.everything()); // lost on both sides
            assertTrue(connections - both - kernel - capture <= script.count("probe-ring"), script.everything());
        } else {
            assertEquals(connections, both + kernel + capture, script.everything());
        }
    }

    private static final String NETWORK =
            "198.18." + (1 + ProcessHandle.current().pid() % 250) + ".";

    private static String here(String text) {
        return text.replace("198.18.77.", NETWORK);
    }

    private int withService(String text) throws Exception {
        return script.withService(here(text));
    }

    private int bare(String text) throws Exception {
        return script.bare(here(text));
    }

    private void run(String interfaceName, String body) throws Exception {
        int status = withService("ON=" + interfaceName + "\n" + AGENT + body + END);
        assertEquals(0, status, script.everything());
    }

    private void expect(String kind, long both, long kernel, long capture, long withoutRequest) throws IOException {
        String all = kind + ": " + script.everything();
        assertEquals(both, script.count("both"), all);
        assertEquals(kernel, script.count("kernel"), all);
        assertEquals(capture, script.count("capture"), all);
        assertEquals(withoutRequest, script.count("without_request"), all);
    }

    @Test
    void connectionsOfEverySortAreSeenByBoth() throws Exception {
        run("any", """
                for i in 1 2 3; do curl -q -s -m 5 -o /dev/null http://198.18.77.1/latest/meta-data/instance-id; done
                do_clients ask 198.18.77.1 20
                do_clients ask ::ffff:198.18.77.1 20
                do_clients ask-reset 198.18.77.1 20
                do_clients fork 198.18.77.1 20
                do_clients multipath 198.18.77.1 20
                do_clients fast-open 198.18.77.1 20
                echo 0 >/proc/sys/net/ipv4/tcp_max_tw_buckets
                do_clients same-port 198.18.77.1 200
                """);
        expectAllSeen(323, 0);
    }

    @Test
    void aConnectionWithoutARequestIsSeenByBothAndCountedAsSuch() throws Exception {
        run("any", """
                do_clients silent 198.18.77.1 10
                do_clients reset 198.18.77.1 10
                """);
        expectAllSeen(20, 20);
    }

    @Test
    void refusedAndUnansweredConnectsThatWereCapturedAreNoMiss() throws Exception {
        int status = bare("ip link set lo up; ip addr add 198.18.77.1/32 dev lo; ON=any\n" + AGENT + """
                do_clients refused 198.18.77.1 10
                do_clients half-open 198.18.77.3 10
                timeout 2 python3 clients.py ask 198.18.77.3 1 2>/dev/null || true
                timeout 30 python3 clients.py ask 198.18.77.3 1 2>/dev/null &
                sleep 0.2
                """ + END);
        assertEquals(0, status, script.everything());
        expect("refused", 22, 0, 0, 0);
    }

    @Test
    void whatGoesOverAnotherInterfaceIsAMissUnlessItWasRefused() throws Exception {
        run("dead1", """
                do_clients ask 198.18.77.1 10
                kill $standin; wait $standin || true
                do_clients refused 198.18.77.1 5
                """);
        expect("other interface", 0, 15, 0, 0);
        assertEquals(10, script.count("unexplained"));
        assertTrue(
                script.read("err").contains("\"kernel_only\":{\"refused\":5,\"unexplained\":10}"), script.read("err"));
    }

    @Test
    void whatHappensInANamespaceThatIsNotCapturedIsSaid() throws Exception {
        run("any", """
                unshare --net sh -c 'ip link set lo up; ip addr add 198.18.77.1/32 dev lo
                    exec timeout 30 python3 clients.py serve 198.18.77.1 1'
                do_clients ask 198.18.77.1 5
                """);
        expect("other namespace", 5, 7, 0, 0);
        assertTrue(script.read("err").contains("\"kernel_only\":{\"other-namespace\":7}"), script.read("err"));
    }

    @Test
    void whatTheCaptureDroppedIsFoundOut() throws Exception {
        run("any", """
                kill -STOP $agent
                do_clients ask 198.18.77.1 2600
                kill -CONT $agent
                sleep 2
                """);
        long unseen = 2600 - script.count("both") - script.count("kernel");
        assertTrue(
                unseen >= 0 && unseen <= script.count("probe-ring"),
                script.everything()); // the probe's ring is finite, too
        // of each connect that was not seen three records were lost, though no later one came with which the kernel
        // would say so
        long copiesLost = 2600 - script.count("copied");
        assertTrue(script.count("probe-ring") >= copiesLost + unseen, script.everything());
        assertEquals(0, script.count("capture"), script.everything());
        assertTrue(script.count("kernel") > 0, script.everything());
        // undecided where the probe's ring has lost what became of a connect
        long undecided = script.read("err").contains("\"undecided\"") ? script.count("undecided") : 0;
        assertTrue(undecided <= script.count("probe-ring"), script.everything());
        assertEquals(script.count("kernel"), script.count("dropped") + undecided, script.everything());
        assertTrue(script.count("kernel-ring") > 0, script.everything());
    }

    @Test
    void aConnectionOlderThanTheAgentIsTheCapturesAlone() throws Exception {
        int status = withService("""
                ON=any
                ip addr add 198.18.77.1/32 dev lo
                mkfifo go
                python3 - <<'EOF' &
                import socket
                s = socket.create_connection(("198.18.77.1", 80))
                open("connected", "w").close()
                open("go").read()
                s.sendall(b"GET /latest/ HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n")
                while s.recv(65536):
                    pass
                EOF
                n=0; until [ -e connected ]; do n=$((n+1)); [ $n -lt 600 ] || exit 95; sleep 0.05; done
                """ + AGENT + "echo >go\n" + END);
        assertEquals(0, status, script.everything());
        expect("older", 0, 0, 1, 0);
    }

    @Test
    void fiveThousandFastOnesAreEachCountedOnce() throws Exception {
        run("any", """
                for i in 1 2 3 4 5; do do_clients ask 198.18.77.1 1000 & c="${c:-} $!"; done
                wait $c
                """);
        expectAllSeen(5000, 0);
    }

    @Test
    void withoutTheProbeThereIsNoWitnessAndNoZeros() throws Exception {
        int status = withService("""
                setpriv --inh-caps=-all --bounding-set=-all,+net_raw "$PROGRAM" agent --config /dev/null --interface lo --for 1s >out 2>err
                setpriv --inh-caps=-all --bounding-set=-all,+net_raw "$PROGRAM" agent --config /dev/null --interface lo --for 1s --format json >out 2>err2
                """);
        assertEquals(0, status, script.everything());
        assertTrue(script.read("err").contains("no witness of the capture"), script.everything());
        assertTrue(script.read("err2").contains("\"requests\":0"), script.read("err2"));
        assertFalse(script.read("err2").contains("\"connections\""), script.read("err2"));
    }
}
