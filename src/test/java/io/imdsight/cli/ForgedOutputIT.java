package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes whose path, arguments, name, parent, user's name, User-Agent and request target are each an attempt to forge output (forgeries.py),
 * while every mode runs once; afterwards each output has to have the structure that it has without them.
 */
@Timeout(300)
class ForgedOutputIT {
    private static final int SECONDS_MAX = 240;

    /** The journal's LineMax, journald.conf(5). */
    private static final int JOURNAL_LINE_BYTES_MAX = 48 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Set<String> SIGHTING_MEMBERS = Set.of(
            "event",
            "timestamp",
            "imds",
            "http",
            "url",
            "user_agent",
            "source",
            "destination",
            "network",
            "process",
            "caller",
            "evidence");

    /** A sample of either text format: name, labels in which quotes and backslashes are escaped, value. */
    private static final Pattern SAMPLE = Pattern.compile(
            "([a-z_]+)(?:\\{((?:[a-z_]+=\"(?:[^\"\\\\]|\\\\[\\\\\"n])*\"(?:,(?=[a-z])|(?=\\})))*)\\})? ([0-9.E+-]+)");

    private static final String SCRIPT = """
            chmod 755 . && mkdir searched searched/state searched/state2 callers && chmod 711 callers
            printf 'root:x:0:0::/:/bin/sh\\n"\\033[31m<forged>}\\342\\200\\256\\\\,x=x:x:4711:4711::/:/bin/sh\\n' >passwd
            mount --bind passwd /etc/passwd
            said() { n=0; until grep -q "$1" "$2"; do n=$((n+1)); [ $n -lt 1200 ] || { cat "$2"; exit 97; }; sleep 0.05; done; }
            cd searched
            agent() { "$PROGRAM" agent --config /dev/null "$@" & agent="$agent $!"; }
            agent --no-ledger --listen none --format text >calls.text 2>calls.text.err
            agent --no-ledger --listen none --format json >calls.json 2>calls.json.err
            : >log.json; : >log.text
            export JOURNAL_STREAM="$(stat -c %d:%i log.text)"
            agent --log callers --format text --log-every 1m --feed feed/ --emf emf --cloudwatch-top-callers 100 --state-dir state >>log.text 2>log.text.err
            services=${agent##* }
            export JOURNAL_STREAM="$(stat -c %d:%i log.json)"
            agent --log callers --format json --log-every 1m --listen none --state-dir state2 >>log.json 2>log.json.err
            services="$services ${agent##* }"
            unset JOURNAL_STREAM
            "$PROGRAM" audit --config /dev/null --for 10m --json audit.json --html audit.html >audit.txt 2>audit.txt.err & agent="$agent $!"
            python3 ../sniff.py ../capture.pcap >../sniff & agent="$agent $!"
            said listening ../sniff
            for f in calls.text calls.json log.json audit.txt; do said watching $f.err; done
            said 'health are at' log.text.err
            python3 ../forgeries.py ../forger ../callers >../served
            sleep 3
            kill -USR1 $services
            sleep 1
            """;

    private static final String END = """
            for what in metrics healthz; do curl -q -s -m 10 http://127.0.0.1:16925/$what >$what; done
            curl -q -s -m 10 -H 'Accept: application/openmetrics-text; version=1.0.0' http://127.0.0.1:16925/metrics >openmetrics
            kill $agent
            wait $agent || true
            agent=
            "$PROGRAM" audit --config /dev/null --from-ledger --state-dir state --json ledger.json --html ledger.html >ledger.txt 2>ledger.txt.err || true
            for format in text json; do "$PROGRAM" replay --config /dev/null --format $format ../capture.pcap >replay.$format 2>replay.$format.err; done
            python3 -c 'import sqlite3; print(sqlite3.connect("state/ledger.db").execute("PRAGMA integrity_check").fetchall())' >../integrity
            if command -v promtool >../promtool; then promtool check metrics <metrics >../promtool 2>&1 || true; else echo SKIPPED >../promtool; fi
            """;

    @TempDir
    Path directory;

    private AgentScript machine;
    private int calls;

    @BeforeEach
    void lay() throws Exception {
        AgentScript.needsRoot();
        machine = new AgentScript(directory, SECONDS_MAX);
        for (String name : List.of("forgeries.py", "sniff.py", "forger.c")) {
            try (InputStream in = ForgedOutputIT.class.getResourceAsStream(name)) {
                Files.write(directory.resolve(name), in.readAllBytes());
            }
        }
        Process gcc = new ProcessBuilder("gcc", "-O2", "-o", "forger", "forger.c")
                .directory(directory.toFile())
                .inheritIO()
                .start();
        assertEquals(0, gcc.waitFor(), "gcc");
    }

    @Test
    void noOutputChangesItsStructureWhateverCallersCallThemselves() throws Exception {
        assertEquals(0, machine.withService(SCRIPT + END), () -> everything());
        String[] served = machine.read("served").strip().split(" ", -1);
        calls = Integer.parseInt(served[1]);
        assertEquals(served[1], served[0], "every attempt is a call that was served");
        assertTrue(calls > 30);
        everyByteIsText();
        textHasALineACall();
        jsonHasAnObjectACall();
        theServiceLogIsWholeInTheJournal();
        filesForOthersAreWhole();
        scrapesAreWhole();
        auditsAreWhole();
    }

    /** UTF-8, and no character that moves a cursor, turns the direction, ends a line or is not seen, anywhere. */
    private void everyByteIsText() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory.resolve("searched"))) {
            files = all.filter(Files::isRegularFile)
                    .filter(p -> !p.toString().contains("/ledger.db"))
                    .toList();
        }
        assertTrue(files.size() > 20, files.toString());
        for (Path file : files) {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
            text.codePoints().forEach(c -> assertTrue(c == '\n' || isSeen(c), file + ": " + Integer.toHexString(c)));
        }
    }

    private static boolean isSeen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> c != 0x3164 && (c < 0xfe00 || c > 0xfe0f);
        };
    }

    /** The calls with a token are the agent's own: Embedded Metric Format needs the machine's identity. */
    private void textHasALineACall() throws IOException {
        String time = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}";
        Pattern forged = Pattern.compile(time + "  !V1  GET /latest/meta-data/instance-id\\?n=\\d+&.*");
        Pattern own = Pattern.compile(time + "   v2  (GET|PUT) /latest/[a-z/-]+ .*");
        for (String name : List.of("calls.text", "replay.text")) {
            List<String> lines = lines(name);
            assertEquals(
                    calls,
                    lines.stream().filter(l -> forged.matcher(l).matches()).count(),
                    name);
            lines.forEach(l ->
                    assertTrue(forged.matcher(l).matches() || own.matcher(l).matches(), name + ": " + l));
        }
    }

    private void jsonHasAnObjectACall() throws IOException {
        for (String name : List.of("calls.json", "replay.json")) {
            Set<String> numbers = new HashSet<>();
            for (JsonNode s : objects(name)) {
                if (!isForged(s)) {
                    continue;
                }
                Matcher n =
                        Pattern.compile("n=(\\d+)&").matcher(s.at("/url/path").asText());
                assertTrue(n.find() && numbers.add(n.group(1)), s.toString());
            }
            assertEquals(calls, numbers.size(), name);
        }
        JsonNode first = objects("calls.json").stream()
                .filter(s -> s.at("/url/path").asText().contains("?n=0&"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                first.at("/process/executable/path").asText().contains("\\x0aVERDICT: ready <forged>"),
                first.toString());
        assertTrue(first.at("/process/parents/0/title").asText().contains("\\x0aVERDICT"), first.toString());
        assertEquals(
                "\"\\x1b[31m<forged>}\\xe2\\x80\\xae\\,x=x",
                first.at("/process/owner").asText());
    }

    private static boolean isForged(JsonNode s) {
        s.fieldNames().forEachRemaining(f -> assertTrue(SIGHTING_MEMBERS.contains(f), f + " in " + s));
        boolean v1 = "v1".equals(s.at("/imds/version").asText());
        assertEquals("served", v1 ? s.at("/imds/outcome").asText() : "served", s.toString());
        return v1;
    }

    /** Each line has its priority, and is none that the journal would split: the next entry could begin with a caller's. */
    private void theServiceLogIsWholeInTheJournal() throws IOException {
        Pattern text = Pattern.compile(
                "<[46]>(new caller without a token: \\d{4}-.*|\\d+ more callers without a token were new.*|in the last \\d+ s: .*|  \\d+ by .*)");
        List<String> lines = lines("log.text");
        lines.forEach(l -> assertTrue(text.matcher(l).matches(), l));
        assertEquals(
                20,
                lines.stream().filter(l -> l.startsWith("<4>new caller")).count(),
                "as many as there may be in a minute");
        long summaries =
                lines.stream().filter(l -> l.startsWith("<6>in the last")).count();
        assertEquals(2, summaries, "one on demand, one at the end");
        assertEquals(
                20 * summaries,
                lines.stream()
                        .filter(l -> l.matches("<6>  \\d+ by .*") && !l.endsWith("further callers"))
                        .count());
        List<String> json = lines("log.json");
        assertTrue(json.size() > 20, json.toString());
        for (String l : json) {
            assertTrue(l.matches("<[46]>\\{.*\\}"), l);
            assertTrue(l.getBytes(StandardCharsets.UTF_8).length < JOURNAL_LINE_BYTES_MAX, l);
            assertTrue(JSON.readTree(l.substring(3)).has("event"), l);
        }
        assertTrue(longest(lines("calls.json")) > JOURNAL_LINE_BYTES_MAX, "no line had to be shortened");
        assertTrue(json.stream().anyMatch(l -> l.contains("n=39&") && l.contains("\"… (4 more)\"")), json.toString());
    }

    private static int longest(List<String> lines) {
        return lines.stream()
                .mapToInt(l -> l.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElseThrow();
    }

    private void filesForOthersAreWhole() throws IOException {
        long counted = 0;
        for (JsonNode e : objects("state/events.ndjson")) {
            boolean v1 = "v1".equals(e.at("/imds/version").asText());
            counted += !v1 ? 0 : e.has("event") ? e.at("/event/count").asLong() : 1;
        }
        assertEquals(calls, counted, "events");
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/feed.schema.json")));
        counted = 0;
        for (JsonNode record : objects("feed/feed.ndjson")) {
            assertEquals(Set.of(), schema.validate(record), record.toString());
            counted += record.at("/feed/record").asText().equals("caller")
                    ? record.at("/imds/v1").asLong()
                    : 0;
        }
        assertEquals(calls, counted, "feed");
        long byCaller = 0;
        for (JsonNode line : objects("emf")) {
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
        assertEquals(calls, callerSamples(lines("metrics")), "text format");
        List<String> open = lines("openmetrics");
        assertEquals(open.size() - 1, open.indexOf("# EOF"), "one end, at the end");
        assertEquals(calls, callerSamples(open.subList(0, open.size() - 1)), "OpenMetrics");
        String promtool = machine.read("promtool");
        if (promtool.startsWith("SKIPPED")) {
            System.out.println("SKIPPED: no promtool here; the text format was read by this test alone");
        }
        assertFalse(promtool.contains("error"), promtool);
        assertTrue(
                JSON.readTree(machine.read("searched/healthz")).get("healthy").asBoolean());
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
        assertEquals("[('ok',)]", machine.read("integrity").strip());
        for (String audit : List.of("audit", "ledger")) {
            List<String> text = lines(audit + ".txt");
            assertTrue(text.getFirst().startsWith("VERDICT: blocked"), text.getFirst());
            assertEquals(1, text.stream().filter(l -> l.startsWith("VERDICT")).count());
            Pattern numbered = Pattern.compile("  \\d+\\. .*");
            assertEquals(
                    calls,
                    text.stream().filter(l -> numbered.matcher(l).matches()).count(),
                    audit);
            List<JsonNode> json = objects(audit + ".json");
            assertEquals(1, json.size(), audit);
            assertEquals("blocked", json.getFirst().at("/audit/verdict").asText(), json.toString());
            String html = machine.read("searched/" + audit + ".html");
            assertTrue(html.contains("&lt;forged&gt;"), "the attempts are on the page");
            assertFalse(html.contains("<forged") || html.contains("</forged") || html.contains("<!--<"), audit);
        }
    }

    private List<String> lines(String name) throws IOException {
        String text = machine.read("searched/" + name);
        assertTrue(text.endsWith("\n"), name + " has whole lines: " + everything());
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    private List<JsonNode> objects(String name) throws IOException {
        List<JsonNode> out = new ArrayList<>();
        for (String line : lines(name)) {
            out.add(JSON.readTree(line));
            assertTrue(out.getLast().isObject(), line);
        }
        return out;
    }

    private String everything() {
        try {
            return machine.everything();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
