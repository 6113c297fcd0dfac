package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The kernel's probe sees every network namespace. What others do in one that is not captured must not cost the captured ones their callers, nor the agent
 * its memory.
 */
@Timeout(300)
class ConnectsElsewhereIT extends WithAgentScript {
    /**
     * The agent, and a caller of its own namespace that connects before the flood and asks after it. The address is this test's own: somebody else
     * may be testing.
     */
    private static final String AGENT = """
            export PUMP_ADDRESS=198.18.78.1
            ip link set lo up
            ip addr add $PUMP_ADDRESS/32 dev lo
            ./pump serve 250 >served & standin=$!
            export IMDSIGHT_JAVA_OPTIONS="${IMDSIGHT_JAVA_OPTIONS:-} -Xmx64m" # half of what it has otherwise
            "$PROGRAM" agent --config /dev/null --format json --interface lo --endpoint $PUMP_ADDRESS --listen none --no-ledger >out 2>err &
            agent=$!
            n=0; until grep -q watching err && grep -q ready served; do n=$((n+1)); [ $n -lt 1200 ] || exit 97; sleep 0.05; done
            mkfifo go
            python3 -c '
            import socket
            s = socket.create_connection(("198.18.78.1", 80))
            open("go").read()
            s.sendall(b"GET /latest/meta-data/instance-id HTTP/1.1\\r\\nHost: 169.254.169.254\\r\\nUser-Agent: pump/1\\r\\n\\r\\n")
            s.recv(65536)
            ' &
            sleep 1
            elsewhere() { unshare --net sh -c 'set -e; ip link set lo up; ip addr add $PUMP_ADDRESS/32 dev lo; '"$1"; }
            """;

    private static final String END = """
            echo >go
            sleep 8 # the witness decides a connection some seconds after its end
            awk '/^VmHWM/ { print $2 }' /proc/$agent/status >resident
            kill -TERM $agent
            wait $agent
            """;

    @Override
    int secondsMax() {
        return 200;
    }

    @BeforeEach
    void compile() throws Exception {
        script.compilePump();
    }

    private void run(String flood) throws Exception {
        assertEquals(0, script.bare(AGENT + flood + END), script.everything());
        assertTrue(script.read("out").contains("\"evidence\":{\"method\":\"connect-probe\"}"), script.everything());
        System.out.println("resident KiB at most: " + script.read("resident").strip() + "; "
                + script.read("err").lines().reduce("", (a, b) -> b));
    }

    @Test
    void twentyThousandConnectionsInANamespaceThatIsNotCapturedCostNoCapturedCallerItsName() throws Exception {
        run("""
                elsewhere './pump serve 150 >served2 & server=$!
                    until grep -q ready served2 2>/dev/null; do sleep 0.05; done
                    ./pump call 4 5000 4 1 1 >called; kill $server'
                """);
        assertEquals(1, script.count("both"), script.everything());
        assertTrue(script.count("other-namespace") > 10_000, script.everything());
        assertTrue(script.count("caller-elsewhere") > 0, "the table was never full: " + script.everything());
        assertFalse(script.read("err").contains("caller-table"), script.everything());
        assertFalse(script.read("err").contains("\"witness\""), script.everything());
    }

    @Test
    void connectsWithoutEndTakeNoMemory() throws Exception {
        run("elsewhere './pump knock 10 >knocked'\n");
        assertTrue(Long.parseLong(script.read("knocked").strip()) > 20_000, script.read("knocked"));
        assertEquals(1, script.count("both"), script.everything());
    }
}
