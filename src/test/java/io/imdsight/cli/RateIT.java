package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.imdsight.record.LedgerReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ten thousand calls without a token each second through the whole of the assembled agent: capture, decoder, attribution, ledger, event file. Five
 * seconds in the build; the figures of docs/performance.md with {@code -Dimdsight.rate.seconds=60}, on a machine that does nothing else.
 */
@Timeout(420)
class RateIT extends WithAgentScript {
    private static final int SECONDS = Integer.getInteger("imdsight.rate.seconds", 5);
    private static final int CALLS_A_SECOND = Integer.getInteger("imdsight.rate.calls", 10_000);

    /** Requests that a client writes at once. */
    private static final int DEPTH = Integer.getInteger("imdsight.rate.depth", 8);

    private static final int CALLERS = 5;
    private static final int CALLS_A_CONNECTION = 1_000;

    /** The start, the end, and as long again for a machine that cannot keep up. */
    private static final int SECONDS_MAX = 120 + 4 * SECONDS;

    /** docs/ledger.md: 4 MiB of log and what a second brings; the file itself has a row a caller and minute. */
    private static final long LEDGER_KIB_MAX = 6 * 1024;

    /** docs/operations.md: less than 3 MiB a minute. */
    private static final long EVENT_BYTES_A_MINUTE_MAX = 3 << 20;

    /** A quarter of what it has otherwise: what grew by some forty bytes a call would end it within a minute. */
    private static final String HEAP = System.getProperty("imdsight.rate.heap", "32m");

    /** Beside the heap are the virtual machine's own code and data, some 60 MiB, and the rings, 10 MiB. */
    private static final long RESIDENT_KIB_MAX = 192 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    int secondsMax() {
        return SECONDS_MAX;
    }

    @BeforeEach
    void compile() throws Exception {
        script.compilePump();
    }

    @Test
    void tenThousandCallsASecondAreCountedOneByOneInBoundedMemoryAndFiles() throws Exception {
        int status = script.bare(String.format(
                Locale.ROOT, """
                ip link set lo up
                ip addr add 198.18.77.9/32 dev lo
                ./pump serve %d >served & standin=$!
                export IMDSIGHT_JAVA_OPTIONS=-Xmx%s
                "$PROGRAM" agent --config /dev/null --interface lo --endpoint 198.18.77.9 --format json \\
                    --log callers --state-dir state --listen none >out 2>err &
                agent=$!
                n=0; until grep -q watching err && grep -q ready served; do n=$((n+1)); [ $n -lt 600 ] || exit 97; sleep 0.05; done
                ./pump call %d %d %d %d %d >called & calls=$!
                while kill -0 $calls 2>/dev/null; do
                    echo "$(awk '/^VmRSS/ { print $2 }' /proc/$agent/status) $(du -ck state/ledger.db* | tail -n 1 | cut -f 1)" >>sizes
                    sleep 1
                done
                wait $calls
                sleep 6 # the witness decides a connection some seconds after its end
                cut -d' ' -f14,15 /proc/$agent/stat >cpu
                kill -TERM $agent
                wait $agent
                """, SECONDS_MAX, HEAP, CALLERS, CALLS_A_SECOND, SECONDS, DEPTH, CALLS_A_CONNECTION));
        assertEquals(0, status, script.everything());
        long asked = column("called", 0);
        long connections = column("called", 2);
        assertEquals((long) CALLS_A_SECOND * SECONDS, asked, script.read("called"));
        assertEquals(asked, column("called", 1), "each was answered");
        counted(asked, connections);
        bounded();
    }

    private void counted(long asked, long connections) throws Exception {
        long requests = script.count("requests");
        long both = script.count("both");
        System.out.printf(
                "%d calls on %d connections: %d counted, %d seen by both%n", asked, connections, requests, both);
        try (LedgerReader ledger = LedgerReader.open(directory.resolve("state"))) {
            long inLedger = ledger.tallies(0, Long.MAX_VALUE).stream()
                    .mapToLong(t -> t.count())
                    .sum();
            assertEquals(script.count("sightings"), inLedger, script.everything());
        }
        // docs/output.md: what the queue had no room for is counted as decoded and as dropped, and no more
        assertEquals(requests, script.count("sightings") + script.dropped("sighting-queue"), script.everything());
        assertEquals(script.count("sightings"), events(), script.everything());
        assertEquals(connections, both + script.count("kernel"), script.everything());
        String counts = script.read("err").lines().reduce("", (a, b) -> b);
        if (!counts.contains("\"drops\":{}")) {
            System.out.println("more than this machine can: " + counts);
        }
        if (script.dropped("kernel-ring") > 0) {
            // what that cost is counted, and no count is made up; what begins in the midst of a connection whose begin
            // was lost is seen by the capture alone
            assertTrue(requests <= asked, script.everything());
            assertTrue(script.count("capture") <= script.count("kernel"), script.everything());
        } else {
            assertEquals(asked, script.count("metadata_no_token"), script.everything());
            assertEquals(connections, both, script.everything());
            assertEquals(0, script.count("capture"), script.everything());
        }
    }

    /** Lines in full and the counts of the others. */
    private long events() throws IOException {
        long sum = 0;
        for (String line : Files.readAllLines(directory.resolve("state/events.ndjson"))) {
            sum += JSON.readTree(line).at("/event/count").asLong(1);
        }
        return sum;
    }

    private void bounded() throws IOException {
        List<String> sizes = script.read("sizes").lines().toList();
        long[] resident = sizes.stream()
                .mapToLong(l -> Long.parseLong(l.substring(0, l.indexOf(' '))))
                .toArray();
        long ledger = sizes.stream()
                .mapToLong(l -> Long.parseLong(l.substring(l.indexOf(' ') + 1)))
                .max()
                .orElseThrow();
        long events = Files.size(directory.resolve("state/events.ndjson"));
        long half = resident[resident.length / 2];
        long last = resident[resident.length - 1];
        String[] ticks = script.read("cpu").strip().split(" ", -1);
        System.out.printf(
                Locale.ROOT,
                "resident KiB: first %d, half %d, last %d; ledger with its log at most %d KiB, its file %d KiB; events %d KiB; CPU %.1f s%n",
                resident[0],
                half,
                last,
                ledger,
                Files.size(directory.resolve("state/ledger.db")) >> 10,
                events >> 10,
                (Long.parseLong(ticks[0]) + Long.parseLong(ticks[1])) / 100.0);
        assertTrue(ledger <= LEDGER_KIB_MAX, script.read("sizes"));
        assertTrue(events <= (SECONDS / 60 + 2) * EVENT_BYTES_A_MINUTE_MAX, "events: " + events);
        assertTrue(last <= RESIDENT_KIB_MAX, script.read("sizes"));
    }

    private long column(String name, int index) throws IOException {
        return script.read(name)
                .lines()
                .mapToLong(l -> Long.parseLong(l.split(" ", -1)[index]))
                .sum();
    }
}
