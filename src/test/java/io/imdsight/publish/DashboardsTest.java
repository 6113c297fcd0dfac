package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.imdsight.model.Cause;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Evidence;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.record.TallyKey;
import io.trino.sql.parser.SqlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the dashboards ask for is what the agent offers. That the expressions are understood is shown with a real Prometheus: AgentServiceIT. */
class DashboardsTest {
    private static final Path HOME = Path.of("packaging/dashboards");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern METRIC = Pattern.compile("\\bimdsight_[a-z_]+");
    private static final Pattern FIELD =
            Pattern.compile("\\b(?:feed|imds|caller|host|process|systemd|container|quality|evidence)(?:\\.[a-z_-]+)+");

    private static Set<String> exposed() throws IOException {
        CallerSeries series = new CallerSeries(() -> 0);
        series.accept(TallyKey.of(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)));
        Meters meters = new Meters(
                () -> new Totals(0, Map.of(), Map.of(EvidenceMethod.NONE, 0L), ConnectionCounts.NONE, Map.of()),
                () -> new Condition(true, true, true, true, 0, 0, 0, 0, 0, Map.of("ledger", true)),
                series,
                "1");
        String text = new String(meters.scrape(Exposition.TEXT), StandardCharsets.UTF_8);
        return text.lines()
                .filter(l -> !l.startsWith("#"))
                .map(l -> l.split("[{ ]", 2)[0])
                .collect(Collectors.toSet());
    }

    private static void asksOnlyFor(Set<String> known, Pattern pattern, String text, String where) {
        Set<String> asked = new TreeSet<>();
        Matcher m = pattern.matcher(text);
        while (m.find()) {
            asked.add(m.group());
        }
        assertTrue(!asked.isEmpty(), where + " asks for nothing");
        asked.removeAll(known);
        assertEquals(Set.of(), asked, where + " asks for what there is not");
    }

    @Test
    void grafanaAndTheAlertsAskForMetricsThatThereAre() throws IOException {
        asksOnlyFor(exposed(), METRIC, Files.readString(HOME.resolve("grafana.json")), "Grafana");
        asksOnlyFor(exposed(), METRIC, Files.readString(HOME.resolve("prometheus-alerts.yml")), "the alerts");
    }

    @Test
    void grafanasPanelsLieApartAndEachHasADataSourceAndAQuestion() throws IOException {
        JsonNode board = JSON.readTree(HOME.resolve("grafana.json").toFile());
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : board.get("panels")) {
            assertTrue(ids.add(panel.get("id").asInt()), "id twice");
            assertEquals("${datasource}", panel.at("/datasource/uid").asText());
            JsonNode at = panel.get("gridPos");
            assertTrue(at.get("x").asInt() + at.get("w").asInt() <= 24, "too wide: " + panel.get("title"));
            for (int x = 0; x < at.get("w").asInt(); x++) {
                for (int y = 0; y < at.get("h").asInt(); y++) {
                    String cell = (at.get("x").asInt() + x) + "," + (at.get("y").asInt() + y);
                    assertTrue(cells.add(cell), "overlap at " + panel.get("title"));
                }
            }
            for (JsonNode target : panel.get("targets")) {
                assertTrue(!target.get("expr").asText().isBlank() && target.has("refId"));
            }
        }
        assertTrue(board.get("schemaVersion").asInt() > 30
                && board.get("uid").asText().length() <= 40);
    }

    @Test
    void logsInsightsAndCloudWatchAskForFieldsOfTheFeed() throws IOException {
        Set<String> fields = new HashSet<>();
        collect("", JSON.readTree(Path.of("docs/feed.schema.json").toFile()), fields);
        for (Cause c : Cause.values()) {
            fields.add("imds.cause." + c.label());
        }
        asksOnlyFor(
                fields,
                FIELD,
                Files.readString(HOME.resolve("logs-insights.md")).replace("docs/feed.md", ""),
                "Logs Insights");
        JsonNode board = JSON.readTree(HOME.resolve("cloudwatch.json").toFile());
        String queries = StreamSupport.stream(board.get("widgets").spliterator(), false)
                .map(w -> w.at("/properties/query").asText())
                .collect(Collectors.joining("\n"));
        asksOnlyFor(fields, FIELD, queries, "the CloudWatch dashboard");
        for (JsonNode w : board.get("widgets")) {
            assertTrue(Set.of("metric", "log", "text").contains(w.get("type").asText()));
            assertTrue(w.get("x").asInt() + w.get("width").asInt() <= 24, w.toString());
        }
    }

    /** Athena's table has a column for each of the feed's top fields. */
    @Test
    void athenasTableHasTheFeedsFields() throws IOException {
        String sql = Files.readString(HOME.resolve("athena.sql"));
        JSON.readTree(Path.of("docs/feed.schema.json").toFile())
                .get("properties")
                .fieldNames()
                .forEachRemaining(name -> assertTrue(
                        Pattern.compile("(?m)^  `?" + name + "`? ").matcher(sql).find(), "no column " + name));
    }

    /** With the parser of the engine that Athena is built on; Hive's definition of the table is none of its words. */
    @Test
    void athenasQuestionsCanBeParsed() throws IOException {
        String sql = Files.readString(HOME.resolve("athena.sql")).replaceAll("(?m)^--.*$", "");
        int parsed = 0;
        for (String statement : sql.split(";", -1)) {
            if (!statement.isBlank() && !statement.strip().startsWith("CREATE EXTERNAL TABLE")) {
                new SqlParser().createStatement(statement.strip());
                parsed++;
            }
        }
        assertEquals(9, parsed);
    }

    private static void collect(String prefix, JsonNode schema, Set<String> out) {
        JsonNode properties = schema.get("properties");
        if (properties != null) {
            properties.fieldNames().forEachRemaining(name -> {
                out.add(prefix + name);
                collect(prefix + name + ".", properties.get(name), out);
            });
        }
    }
}
