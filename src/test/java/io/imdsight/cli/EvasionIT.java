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

/** The table of docs/reliability.md: real sockets that try not to be seen, or not as what they are, beside the assembled agent. */
@Timeout(180)
class EvasionIT extends WithAgentScript {
    /** What the agent says of each; the stand-in reads heads leniently, refuses methods and bodies that it does not know, and closes on heads
     * that it will not read. {@code -}: no request. */
    private static final Map<String, String> EXPECTED = new LinkedHashMap<>();

    static {
        EXPECTED.put("plain", "v1 served");
        EXPECTED.put("token-in-url", "v1 served");
        EXPECTED.put("token-in-body", "v1 failed");
        EXPECTED.put("token-in-value", "v1 served");
        EXPECTED.put("folded", "v1 served");
        EXPECTED.put("blank-before-colon", "v1 served");
        EXPECTED.put("duplicate-host", "v1 served");
        EXPECTED.put("duplicate-token", "v2 refused");
        EXPECTED.put("zero-byte", "v1 served");
        EXPECTED.put("zero-byte-then-token", "undetermined refused");
        EXPECTED.put("bare-cr-then-token", "undetermined refused");
        EXPECTED.put("lf-then-token", "undetermined refused");
        EXPECTED.put("lf-only", "v1 served");
        EXPECTED.put("lower-case-method", "v1 failed");
        EXPECTED.put("absolute", "v1 served");
        EXPECTED.put("http-0.9", "-");
        EXPECTED.put("h2c", "v1 served");
        EXPECTED.put("smuggled", "v1 unanswered");
        EXPECTED.put("long-head", "undetermined unanswered");
        EXPECTED.put("tiny-segments", "v1 served");
        EXPECTED.put("urgent", "v1 served");
        EXPECTED.put("decoy-token", "undetermined served");
        EXPECTED.put("decoy-end", "undetermined served");
        EXPECTED.put("decoy-reset", "v1 served");
        EXPECTED.put("renamed", "v1 served");
    }

    @Test
    void whatTriesToHideIsSeenOrSaidToBeUndetermined() throws Exception {
        try (InputStream in = EvasionIT.class.getResourceAsStream("evasions.py")) {
            Files.write(directory.resolve("evasions.py"), in.readAllBytes());
        }
        int status = script.withService("""
                ip addr add 198.18.78.1/32 dev lo
                "$PROGRAM" agent --config /dev/null --format json --interface any --endpoint 198.18.78.1 >out 2>err &
                agent=$!
                n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 1200 ] || exit 97; sleep 0.05; done
                sleep 0.3
                for kind in %s; do timeout 20 python3 evasions.py $kind 198.18.78.1 || exit 96; done
                sleep 3
                kill -TERM $agent
                wait $agent
                """.formatted(String.join(" ", EXPECTED.keySet())));
        assertEquals(0, status, script.everything());
        Map<String, String> seen = new LinkedHashMap<>();
        List<JsonNode> all = sightings(script);
        EXPECTED.keySet().forEach(kind -> seen.put(kind, "-"));
        for (JsonNode s : all) {
            String path = s.at("/url/path").asText();
            int at = path.indexOf("e=");
            String kind = at < 0 ? "decoy-end" : path.substring(at + 2).replaceAll("&.*", "");
            if (seen.containsKey(kind)) {
                seen.put(
                        kind,
                        s.at("/imds/version").asText() + " "
                                + s.at("/imds/outcome").asText());
            }
            if ("renamed".equals(kind)) {
                assertTrue(s.at("/process/executable/path").asText().contains("python3"), s.toString());
                assertEquals("innocent", s.at("/process/title").asText(), s.toString());
                assertTrue(s.at("/process/parents").toString().contains("sh"), s.toString());
            }
        }
        seen.forEach((kind, what) -> System.out.println("evasion " + kind + ": " + what));
        assertEquals(EXPECTED, seen, script.everything());
        assertTrue(script.count("overlap") >= 2, script.everything());
    }

    private static List<JsonNode> sightings(AgentScript script) throws IOException {
        List<JsonNode> out = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : script.read("out").lines().toList()) {
            out.add(json.readTree(line));
        }
        return out;
    }
}
