package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.record.CallerKey;
import io.imdsight.record.CallerProfile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Holds the table of clients against what real clients sent, as the service recorded it: by the User-Agent and the paths alone, for a capture names no
 * process. Environment: IMDSIGHT_SHARED, the directory that holds {@code corpus}; default {@code ../shared}.
 */
class RecogniserCorpusTest {
    private static final Pattern AGENT = Pattern.compile("\"user_agent\":(?:null|\"((?:[^\"\\\\]++|\\\\.)*+)\")");
    private static final Pattern PATH = Pattern.compile("\"path\":\"((?:[^\"\\\\]++|\\\\.)*+)\"");

    /** What each client of the corpus may be called, by the table's sections; {@code -} is unknown. Whatever else it is called is wrong. */
    private static Map<String, Set<String>> names() throws IOException {
        Map<String, Set<String>> out = new LinkedHashMap<>();
        try (var in = RecogniserCorpusTest.class.getResourceAsStream("corpus-clients.tsv")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] columns = line.split("\t", -1);
                    out.put(columns[0], Set.of(columns[1].split(" ", -1)));
                }
            }
        }
        return out;
    }

    @Test
    void everyClientIsCalledByItsNameOrHonestlyUnknown() throws IOException {
        Path corpus = Path.of(System.getenv().getOrDefault("IMDSIGHT_SHARED", "../shared"), "corpus");
        assumeTrue(Files.isDirectory(corpus), "SKIPPED: no corpus at " + corpus + "; no real client was recognised");
        Map<String, Set<String>> names = names();
        Recogniser recogniser = new Recogniser(ClientTable.load());
        List<String> wrong = new ArrayList<>();
        Set<String> missing =
                new TreeSet<>(names.values().stream().flatMap(Set::stream).toList());
        int callers = 0;
        List<String> rows = Files.readAllLines(corpus.resolve("INDEX.tsv"));
        for (String row : rows.subList(1, rows.size())) {
            String[] columns = row.split("\t", -1);
            Path truth = corpus.resolve(columns[0] + ".truth.ndjson");
            if (!Files.exists(truth)) {
                continue;
            }
            for (Map.Entry<String, List<String>> caller : callers(truth).entrySet()) {
                callers++;
                CallerKey key = new CallerKey(
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        caller.getKey().isEmpty() ? null : caller.getKey(),
                        "10.0.0.5");
                Recognition r =
                        recogniser.recognise(key, new CallerProfile(key, null, caller.getValue(), 0, 0), Found.NOTHING);
                String called = r == null ? "-" : r.client().id();
                missing.remove(called);
                if (!names.getOrDefault(columns[3], Set.of("?")).contains(called)) {
                    wrong.add(columns[0] + ": " + columns[3] + " is called " + called + " (" + caller.getKey() + ")");
                }
            }
        }
        System.out.println("recognised: " + callers + " callers of the corpus, wrong " + wrong.size());
        assertEquals(List.of(), wrong);
        assertEquals(Set.of(), missing, "names that the corpus was expected to show and did not");
        assertTrue(callers > 100, "callers: " + callers);
    }

    /** Paths by User-Agent. */
    private static Map<String, List<String>> callers(Path truth) throws IOException {
        Map<String, List<String>> out = new HashMap<>();
        for (String line : Files.readAllLines(truth, StandardCharsets.UTF_8)) {
            Matcher agent = AGENT.matcher(line);
            Matcher path = PATH.matcher(line);
            if (agent.find() && path.find()) {
                out.computeIfAbsent(agent.group(1) == null ? "" : agent.group(1), a -> new ArrayList<>())
                        .add(path.group(1));
            }
        }
        return out;
    }
}
