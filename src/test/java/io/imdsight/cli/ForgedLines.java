package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lines of calls and the service's log, beside callers who would forge them.
 *
 * @param calls how many there were
 */
record ForgedLines(ForgedOutputs outputs, int calls) {
    /** The journal's LineMax, journald.conf(5). */
    private static final int JOURNAL_LINE_BYTES_MAX = 48 * 1024;

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

    void areWhole() throws IOException {
        everyByteIsText();
        textHasALineACall();
        jsonHasAnObjectACall();
        theServiceLogIsWholeInTheJournal();
    }

    /** UTF-8, and no character that moves a cursor, turns the direction, ends a line or is not seen, anywhere. */
    private void everyByteIsText() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(outputs.directory())) {
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
            List<String> lines = outputs.lines(name);
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
            for (JsonNode s : outputs.objects(name)) {
                if (!isForged(s)) {
                    continue;
                }
                Matcher n =
                        Pattern.compile("n=(\\d+)&").matcher(s.at("/url/path").asText());
                assertTrue(n.find() && numbers.add(n.group(1)), s.toString());
            }
            assertEquals(calls, numbers.size(), name);
        }
        JsonNode first = outputs.objects("calls.json").stream()
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
        List<String> lines = outputs.lines("log.text");
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
        List<String> json = outputs.lines("log.json");
        assertTrue(json.size() > 20, json.toString());
        for (String l : json) {
            assertTrue(l.matches("<[46]>\\{.*\\}"), l);
            assertTrue(l.getBytes(StandardCharsets.UTF_8).length < JOURNAL_LINE_BYTES_MAX, l);
            assertTrue(ForgedOutputs.JSON.readTree(l.substring(3)).has("event"), l);
        }
        assertTrue(longest(outputs.lines("calls.json")) > JOURNAL_LINE_BYTES_MAX, "no line had to be shortened");
        assertTrue(json.stream().anyMatch(l -> l.contains("n=39&") && l.contains("\"… (4 more)\"")), json.toString());
    }

    private static int longest(List<String> lines) {
        return lines.stream()
                .mapToInt(l -> l.getBytes(StandardCharsets.UTF_8).length)
                .max()
                .orElseThrow();
    }
}
