package io.imdsight.capture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Every capture of the corpus, where it is there: IMDSIGHT_CORPUS in the environment, else ../shared/corpus. */
class CorpusTest {
    /** Only this one is damaged. */
    private static final String CUT_FILE = "der-cutfile";

    static Path corpus() {
        String set = System.getenv("IMDSIGHT_CORPUS");
        Path corpus = Path.of(set == null ? "../shared/corpus" : set);
        boolean there = Files.isReadable(corpus.resolve("INDEX.tsv"));
        if (!there) {
            System.err.println("SKIPPED: no corpus at " + corpus.toAbsolutePath() + "; set IMDSIGHT_CORPUS");
        }
        assumeTrue(there, "no corpus at " + corpus.toAbsolutePath());
        return corpus;
    }

    /** The index's rows, by column name. */
    static List<Map<String, String>> index(Path corpus) throws IOException {
        List<String> lines = Files.readAllLines(corpus.resolve("INDEX.tsv"));
        List<String> names = List.of(lines.getFirst().split("\t", -1));
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            Map<String, String> row = new java.util.HashMap<>();
            for (int i = 0; i < cells.length; i++) {
                row.put(names.get(i), cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    @Test
    void everyCaptureIsReadToItsEnd() throws Exception {
        Path corpus = corpus();
        List<Executable> checks = new ArrayList<>();
        for (Map<String, String> row : index(corpus)) {
            checks.add(() -> check(corpus.resolve(row.get("file")), row));
        }
        assertTrue(checks.size() > 100, "the corpus has " + checks.size() + " captures");
        assertAll(checks);
    }

    private static void check(Path file, Map<String, String> row) throws IOException {
        String name = row.get("name");
        Received received = new Received();
        Drops drops = new Drops();
        try (InputStream in = Files.newInputStream(file)) {
            new CaptureFileReader(Endpoints.EC2, received, drops).read(in);
            assertTrue(!name.startsWith(CUT_FILE), name + " is cut and was not called damaged");
        } catch (CaptureFileException e) {
            assertTrue(name.startsWith(CUT_FILE), name + ": " + e.getMessage());
            assertEquals(1, drops.get(Drop.FILE_DAMAGED), name);
        }
        boolean holdsRequests = Integer.parseInt(row.get("requests")) > 0;
        assertEquals(holdsRequests, received.count() > 0, name + ": segments");
        assertEquals(0, drops.get(Drop.PACKET_DAMAGED), name + ": damaged packets");
        assertEquals(0, drops.get(Drop.LINK_TYPE), name + ": unknown link types");
    }
}
