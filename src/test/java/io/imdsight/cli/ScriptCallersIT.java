package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imdsight.model.Script;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scripts of one user, under one wrapper, that all call with the same curl: each is a caller of its own, with its own cause, line and advice, wherever
 * callers are shown. The assembled agent and an audit watch the same calls.
 */
class ScriptCallersIT {
    private static final String URL = "http://169.254.169.254/latest/meta-data/";
    private static final String CURL = "curl -q -sf -m 5 --noproxy '*' -o /dev/null ";
    private static final int ROUNDS = 3;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What each says of itself in the audit: nobody else may be told that. */
    private static final Map<String, String> WHY = Map.of(
            "plain.sh", "has never asked for a token",
            "unused.sh", "gets a token and calls without it",
            "empty.sh", "sends the token header with an empty value, which is no header at all");

    private static final Map<String, String> CAUSES =
            Map.of("plain.sh", "never-tried", "unused.sh", "token-unused", "empty.sh", "never-tried");

    @TempDir
    Path directory;

    @BeforeAll
    static void namespacesArePermitted() throws IOException {
        AgentScript.needsRoot();
    }

    private void write(String name, String text) throws IOException {
        // its end is later than its call: what runs it is read while it is there
        Files.writeString(directory.resolve(name), "#!/bin/sh\n" + text + "sleep 0.3\n");
    }

    @Test
    @Timeout(300)
    void scriptsThatShareACurlAreCallersOfTheirOwnWhereverCallersAreShown() throws Exception {
        String dir = directory.toString();
        write("unused.sh", """
                TOKEN=$(curl -q -sf -m 5 --noproxy '*' -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
                """ + CURL + URL + "ami-id\n");
        write("plain.sh", "# nothing\n# here\n" + CURL + URL + "instance-id\n");
        write("empty.sh", CURL + "-H \"X-aws-ec2-metadata-token: $TOKEN\" " + URL + "instance-type\n");
        // the one that asks for a token goes first: what it did says nothing of those after it
        write("wrapper.sh", """
                for i in $(seq 1 ROUNDS); do
                    sh DIR/unused.sh
                    timeout 20 sh DIR/plain.sh
                    sh DIR/empty.sh
                done
                """.replace("DIR", dir).replace("ROUNDS", Integer.toString(ROUNDS)));
        AgentScript script = new AgentScript(directory);
        int status = script.withService("""
                "$PROGRAM" agent --config /dev/null --interface lo --format json --state-dir state --feed "$PWD/feed.ndjson" --log callers >out 2>err &
                agent=$!
                "$PROGRAM" audit --config /dev/null --interface lo --for 1h --window-min 1s --json report.json >audit.out 2>audit.err &
                audit=$!
                trap 'kill $standin $agent $audit 2>/dev/null || true' EXIT
                waitfor() { n=0; until grep -q "$1" "$2"; do n=$((n+1)); [ $n -lt 1200 ] || { cat "$2"; exit 97; }; sleep 0.05; done; }
                waitfor watching err
                waitfor watching audit.err
                waitfor 'metrics and health' err
                sleep 0.5
                sh "$PWD/wrapper.sh"
                sleep 1
                curl -q -sf -m 15 --noproxy '*' http://127.0.0.1:16925/metrics >metrics
                kill -TERM $audit; wait $audit || [ $? = 1 ]
                kill -TERM $agent; wait $agent
                judged=0
                "$PROGRAM" audit --config /dev/null --state-dir state --from-ledger --since 1h --window-min 1s --json ledger.json >ledger.out 2>ledger.err || judged=$?
                exit $judged
                """);
        assertEquals(1, status, script.everything() + script.read("audit.err") + script.read("ledger.err"));
        audited("report.json");
        audited("ledger.json");
        String text = script.read("audit.out");
        assertTrue(text.contains("would break 3 callers"), text);
        recorded();
        fed();
        String metrics = script.read("metrics");
        for (String name : WHY.keySet()) {
            String series = "imdsight_caller_requests_total{caller=\"curl (" + name + ")\"";
            assertTrue(
                    metrics.lines()
                            .anyMatch(l -> l.startsWith(series) && l.contains("version=\"v1\"") && l.endsWith(" 3.0")),
                    name + " in " + metrics);
            assertTrue(
                    script.read("out").lines().anyMatch(l -> l.contains("caller-new") && l.contains("/" + name + "\"")),
                    name + " in " + script.read("out"));
        }
    }

    /** A script that ends with its call may be gone when it is read. Its calls then have no script, and never another's. */
    @Test
    @Timeout(300)
    void aScriptThatEndsWithItsCallIsNearlyAlwaysKnownAndNeverTakenForAnother() throws Exception {
        Files.writeString(directory.resolve("last.sh"), "#!/bin/sh\n" + CURL + URL + "$1\n");
        Files.writeString(
                directory.resolve("wrapper.sh"),
                "i=0; while [ $i -lt $1 ]; do sh \"$2/last.sh\" a; sh -c 'exec sh \"$0\" b' \"$2/last.sh\"; i=$((i+1)); done\n");
        AgentScript script = new AgentScript(directory);
        int status = script.withService("""
                "$PROGRAM" agent --config /dev/null --interface lo --format json --no-ledger --listen none >out 2>err &
                agent=$!
                n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 1200 ] || { cat err; exit 97; }; sleep 0.05; done
                sleep 0.5
                sh "$PWD/wrapper.sh" 150 "$PWD"
                sleep 1
                kill -TERM $agent; wait $agent
                """);
        assertEquals(0, status, script.everything());
        int known = 0;
        int unknown = 0;
        for (String line : script.read("out").lines().toList()) {
            JsonNode of = JSON.readTree(line).at("/caller/script");
            assertTrue(of.isMissingNode() || of.asText().endsWith("/last.sh"), line);
            known += of.isMissingNode() ? 0 : 1;
            unknown += of.isMissingNode() ? 1 : 0;
        }
        System.out.printf("scripts that end with their call: %d known, %d not%n", known, unknown);
        assertTrue(known + unknown >= 290, known + " and " + unknown + "; " + script.everything());
        assertTrue(known >= 9 * unknown, known + " known, " + unknown + " not");
    }

    private void audited(String file) throws IOException {
        JsonNode callers = JSON.readTree(directory.resolve(file).toFile()).at("/audit/callers");
        Map<String, JsonNode> blocking = new TreeMap<>();
        for (JsonNode c : callers) {
            if (c.at("/standing").asText().equals("blocking")) {
                blocking.put(Script.lastName(c.at("/script").asText()), c);
            }
        }
        assertEquals(new TreeMap<>(WHY).keySet(), blocking.keySet(), callers.toPrettyString());
        blocking.forEach((name, c) -> {
            String shown = c.toPrettyString();
            assertTrue(c.at("/name").asText().matches("curl, run by /.*/" + name), shown);
            assertEquals(ROUNDS, c.at("/counts/blocking").asInt(), shown);
            assertEquals(
                    "{\"" + CAUSES.get(name) + "\":" + ROUNDS + "}",
                    c.at("/causes").toString());
            assertEquals(1, c.at("/advice").size(), shown);
            assertEquals(WHY.get(name), c.at("/advice/0/why").asText(), shown);
            assertEquals(1, c.at("/script_lines").size(), shown);
            assertTrue(c.at("/script_lines/0/file").asText().endsWith("/" + name), shown);
            assertTrue(c.at("/script_lines/0/text").asText().startsWith("curl"), shown);
        });
    }

    private void recorded() throws Exception {
        Map<String, Long> counts = new TreeMap<>();
        try (LedgerReader reader = LedgerReader.open(directory.resolve("state"))) {
            for (Tally t : reader.tallies(0, Long.MAX_VALUE)) {
                String of = t.key().caller().script();
                String cause = t.key().cause() == null ? "v2" : t.key().cause().label();
                counts.merge((of == null ? "?" : Script.lastName(of)) + " " + cause, t.count(), Long::sum);
            }
        }
        assertEquals(
                Map.of(
                        "plain.sh never-tried", 3L,
                        "empty.sh never-tried", 3L,
                        "unused.sh token-unused", 3L,
                        "unused.sh v2", 3L),
                counts);
    }

    private void fed() throws IOException {
        Map<String, Integer> blocking = new TreeMap<>();
        for (String line : Files.readAllLines(directory.resolve("feed.ndjson"))) {
            JsonNode r = JSON.readTree(line);
            if (r.at("/feed/record").asText().equals("caller")) {
                String of = Script.lastName(r.at("/caller/script").asText());
                assertEquals("curl (" + of + ")", r.at("/caller/name").asText());
                blocking.merge(of, r.at("/imds/blocking").asInt(), Integer::sum);
                List<String> causes = new ArrayList<>();
                r.at("/imds/cause").fieldNames().forEachRemaining(causes::add);
                assertTrue(causes.isEmpty() || causes.equals(List.of(CAUSES.get(of))), line);
            }
        }
        assertEquals(Map.of("plain.sh", 3, "empty.sh", 3, "unused.sh", 3), blocking);
    }
}
