package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.model.Caller;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Evidence;
import io.imdsight.model.EvidenceMethod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names who sends, in each way in which a connection can be opened and come to somebody else. Needs root and a C compiler. */
class SendersIT {
    private static final String V4 = "169.254.169.254";
    private static final String SENT = "the kernel named it when it sent; ";

    @TempDir
    private static Path directory;

    private static String program;
    private static Attributor attributor;

    @BeforeAll
    static void start() throws Exception {
        Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assumeTrue(Integer.valueOf(0).equals(uid), "needs root to make a network namespace");
        program = TinyClientsIT.compile("senders", directory);
        attributor = Attributor.start(
                AttributorOptions.of(Endpoints.EC2, new Drops()).withoutSocketTable());
        assumeTrue(attributor.state().copyUp(), attributor.state().copyProblem());
        assertNull(attributor.state().sendProblem());
    }

    @AfterAll
    static void stop() {
        if (attributor != null) {
            attributor.close();
        }
    }

    @Test
    void whoConnectsAndSendsIsNamedWithoutReserve() throws Exception {
        checkSame("plain", V4);
        checkSame("plain", "fd00:ec2::254");
        checkSame("mapped", "::ffff:169.254.169.254");
        checkSame("nonblock", V4);
        checkSame("thread", V4);
    }

    @Test
    void aRequestThatRidesInTheSynIsNamed() throws Exception {
        checkSame("fastopen", V4);
    }

    @Test
    void aProcessInAPidNamespaceIsNamedByItsNumberOutside() throws Exception {
        checkSame("pidns", V4);
    }

    @Test
    void aProgramThatTookTheConnectionOverByExecIsNamedAsWhatSends() throws Exception {
        check("exec", V4, 5, SENT + "it ran another program when it opened the connection")
                .forEach((n, call) -> {
                    assertEquals("execed", call.found.caller().arguments().get(1));
                    assertEquals(program, call.found.caller().executable());
                });
    }

    @Test
    void afterAForkWhoeverSendsIsNamed() throws Exception {
        Map<Integer, AttributorIT.Call> child = check("child", V4, 5, null);
        child.values().forEach(c -> assertTrue(c.found.evidence().reason().startsWith(SENT + "process ")));
        check("orphan", V4, 5, null);
        check("parent", V4, 5, "");
    }

    @Test
    void twoWhoTakeTurnsOnAKeptConnectionAreEachNamedForTheirOwn() throws Exception {
        Map<Integer, AttributorIT.Call> calls = check("turns", V4, 50, null);
        assertEquals(2, calls.values().stream().map(c -> c.pid).distinct().count());
        calls.forEach((n, c) -> {
            boolean opener = n % 2 == 0;
            String reason = c.found.evidence().reason();
            assertTrue(n == 0 ? reason == null : reason.startsWith(SENT), n + ": " + reason);
            String who = opener ? "it opened the connection, and another" : "process " + calls.get(0).pid + " opened";
            assertTrue(n == 0 || reason.contains(who), n + ": " + reason);
        });
    }

    @Test
    void twoWhoDoNotWaitForAnswersAreEachNamedForTheirOwnThoughTheirRequestsLeaveInOnePacket() throws Exception {
        for (int i = 0; i < 5; i++) {
            Map<Integer, AttributorIT.Call> calls = check("hasty", V4, 50, null);
            assertEquals(2, calls.values().stream().map(c -> c.pid).distinct().count());
        }
    }

    @Test
    void aSocketPassedToAnOlderProcessIsNamedByWhoSends() throws Exception {
        check("passed", V4, 1, null);
        check("passed", V4, 5, null).values().forEach(c -> {
            assertTrue(c.found.evidence().reason().startsWith(SENT + "process "));
            assertTrue(c.found.evidence().reason().endsWith(" opened the connection"));
        });
    }

    @Test
    void namesAndArgumentsOfAnyBytesComeThroughEscaped() throws Exception {
        check("hostile", V4, 3, null).forEach((n, call) -> {
            Caller caller = call.found.caller();
            assertEquals("se'n\"d\\x0a\\x1b[1m\\xff$(x)", caller.arguments().get(0));
            assertEquals(
                    "a\\x0ab \"c' \\x1b]0;x\\x07 \\xc3( \\xff`x`",
                    caller.arguments().get(5));
            assertEquals("se'n\"d\\x0a\\x1b[1m\\xff$(x)", caller.title());
            assertTrue(caller.commandLine().chars().allMatch(c -> c >= ' ' && c < 0x7f), caller.commandLine());
        });
    }

    @Test
    void aKeptConnectionOlderThanTheAttributorIsNamedByWhoSends() throws Exception {
        Map<Integer, AttributorIT.Call> calls =
                AttributorIT.world(null, "plain", "senders:" + program + " older 0 20 " + V4);
        assertEquals(20, calls.size());
        new TreeMap<>(calls).forEach((n, call) -> {
            assertNotNull(call.named, "request " + n + " was named");
            String[] named = call.named.split(" ", 3);
            assertEquals("connect-probe " + call.pid, named[0] + " " + named[1], "request " + n);
        });
    }

    @Test
    void whereTheKernelDoesNotSayWhoSendsTheOpenerIsNamedWithReserve() throws Exception {
        AttributorOptions options = AttributorOptions.of(Endpoints.EC2, new Drops())
                .withoutSocketTable()
                .withoutBpf();
        try (Attributor blind = Attributor.start(options)) {
            assertTrue(blind.state().probeUp());
            assertTrue(blind.state().sendProblem().contains("it may be wrong")
                    || !blind.state().sendUp());
            Map<Integer, AttributorIT.Call> calls =
                    AttributorIT.world(blind, "plain", "senders:" + program + " child 0 5 " + V4);
            assertEquals(5, calls.size());
            for (AttributorIT.Call call : calls.values()) {
                Evidence evidence = call.found.evidence();
                assertEquals(EvidenceMethod.CONNECT_PROBE, evidence.method());
                assertTrue(evidence.reason().contains("it opened the connection; whether it also sent"));
            }
        }
    }

    @Test
    void withTheSocketTableAloneAConnectionHeldByTwoIsNamedWithReserve() throws Exception {
        Map<Integer, AttributorIT.Call> calls =
                AttributorIT.world(null, "table", "senders:" + program + " child 0 5 " + V4);
        assertEquals(5, calls.size());
        calls.forEach((n, call) -> assertTrue(
                call.named.startsWith("none ") || call.named.endsWith("which of them sends cannot be told here)"),
                call.named));
        assertTrue(calls.values().stream().anyMatch(c -> c.named.startsWith("socket-table ")));
    }

    private static void checkSame(String how, String address) throws Exception {
        check(how, address, 5, "");
    }

    /**
     * Runs one way.
     *
     * @param reason what the evidence must say: the empty text for nothing, null for anything
     */
    private static Map<Integer, AttributorIT.Call> check(String how, String address, int count, String reason)
            throws Exception {
        Map<Integer, AttributorIT.Call> calls = AttributorIT.world(
                attributor, "plain", "senders:" + program + " " + how + " 0 " + count + " " + address);
        assertEquals(count, calls.size(), how);
        for (Map.Entry<Integer, AttributorIT.Call> e : new TreeMap<>(calls).entrySet()) {
            AttributorIT.Call call = e.getValue();
            String request = how + ", request " + e.getKey() + ": " + call.found;
            assertEquals(EvidenceMethod.CONNECT_PROBE, call.found.evidence().method(), request);
            assertEquals(call.pid, call.found.caller().pid(), request);
            assertNotNull(call.found.caller().arguments(), request);
            if (reason != null) {
                assertEquals(
                        reason.isEmpty() ? null : reason, call.found.evidence().reason(), request);
            }
        }
        return calls;
    }
}
