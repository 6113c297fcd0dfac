package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files and pages for other programs and for readers, beside callers who would forge them.
 *
 * @param calls how many there were
 */
record ForgedFiles(ForgedOutputs outputs, int calls) {
    /** A sample of either text format: name, labels in which quotes and backslashes are escaped, value. */
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(?:\\{((?:[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\"(?:,(?=[a-z])|(?=\\})))*)\\})? ([0-9.E+-]+)");

    void areWhole() throws IOException {
        filesForOthersAreWhole();
        scrapesAreWhole();
        auditsAreWhole();
    }

    private void filesForOthersAreWhole() throws IOException {
        long counted = 0;
        for (JsonNode e : outputs.objects("state/events.ndjson")) {
            boolean v1 = "v1".equals(e.at("/imds/version").asText());
            counted += !v1 ? 0 : e.has("event") ? e.at("/event/count").asLong() : 1;
        }
        assertEquals(calls, counted, "events");
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/feed.schema.json")));
        counted = 0;
        for (JsonNode record : outputs.objects("feed/feed.ndjson")) {
            assertEquals(Set.of(), schema.validate(record), record.toString());
            counted += record.at("/feed/record").asText().equals("caller")
                    ? record.at("/imds/v1").asLong()
                    : 0;
        }
        assertEquals(calls, counted, "feed");
        long byCaller = 0;
        for (JsonNode line : outputs.objects("emf")) {
            JsonNode directive = line.at("/_aws/CloudWatchMetrics/0");
            directive
                    .get("Dimensions")
                    .get(0)
                    .forEach(d -> assertTrue(line.get(d.asText()).isTextual(), line.toString()));
            directive
                    .get("Metrics")
                    .forEach(m -> assertTrue(line.get(m.get("Name").asText()).isNumber(), line.toString()));
            byCaller += line.has("Caller") ? line.path("MetadataNoToken").asLong() : 0;
        }
        assertEquals(calls, byCaller, "Embedded Metric Format");
    }

    private void scrapesAreWhole() throws IOException {
        assertEquals(calls, callerSamples(outputs.lines("metrics")), "text format");
        List<String> open = outputs.lines("openmetrics");
        assertEquals(open.size() - 1, open.indexOf("# EOF"), "one end, at the end");
        assertEquals(calls, callerSamples(open.subList(0, open.size() - 1)), "OpenMetrics");
        assertTrue(ForgedOutputs.JSON
                .readTree(outputs.text("healthz"))
                .get("healthy")
                .asBoolean());
    }

    private static long callerSamples(List<String> lines) {
        double sum = 0;
        Set<String> series = new HashSet<>();
        for (String l : lines) {
            Matcher m = SAMPLE.matcher(l);
            if (l.matches("# (HELP|TYPE|UNIT) imdsight_[a-z_]+ .+")) {
                continue;
            }
            assertTrue(m.matches(), l);
            assertTrue(m.group(1).startsWith("imdsight_") && series.add(m.group(1) + m.group(2)), "twice: " + l);
            boolean byCaller = m.group(1).equals("imdsight_caller_requests_total")
                    && m.group(2).contains(",version=\"v1\"");
            sum += byCaller ? Double.parseDouble(m.group(3)) : 0;
        }
        return Math.round(sum);
    }

    private void auditsAreWhole() throws IOException {
        for (String audit : List.of("audit", "ledger")) {
            List<String> text = outputs.lines(audit + ".txt");
            assertTrue(text.getFirst().startsWith("VERDICT: blocked"), text.getFirst());
            assertEquals(1, text.stream().filter(l -> l.startsWith("VERDICT")).count());
            // an agent's own token request may be half sent as the audit begins, and is undetermined then
            Pattern numbered = Pattern.compile("  \\d+\\. (?!java imdsight\\.jar ).*");
            assertEquals(
                    calls,
                    text.stream().filter(l -> numbered.matcher(l).matches()).count(),
                    audit);
            List<JsonNode> json = outputs.objects(audit + ".json");
            assertEquals(1, json.size(), audit);
            assertEquals("blocked", json.getFirst().at("/audit/verdict").asText(), json.toString());
            String html = outputs.text(audit + ".html");
            assertTrue(html.contains("&lt;forged&gt;"), "the attempts are on the page");
            assertFalse(html.contains("<forged") || html.contains("</forged") || html.contains("<!--<"), audit);
        }
    }
}
