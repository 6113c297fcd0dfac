package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the assembled program's {@code replay} against captures of real clients and what the service itself recorded, with the tool that comes
 * with them. Environment: IMDSIGHT_SHARED, the directory that holds {@code corpus} and {@code tools}; default {@code ../shared}.
 */
class CorpusIT {
    private static final Pattern ROW = Pattern.compile(
            "\\{\\s*\"name\": \"([^\"]+)\",\\s*\"truth\": (\\d+),\\s*\"matched\": (\\d+),\\s*\"missing\": (\\d+),\\s*\"extra\": (\\d+),"
                    + "\\s*\"repeat\": (\\d+),\\s*\"version\": (\\d+),\\s*\"undet\": (\\d+),\\s*\"status\": (\\d+),\\s*\"call\": (\\d+),"
                    + "\\s*\"note\": \"([^\"]*)\"");

    @TempDir
    Path directory;

    @Test
    @Timeout(900)
    void everyExchangeIsToldAsTheServiceRecordedItAndWhatIsCutOffIsUndetermined() throws Exception {
        Path shared = Path.of(System.getenv().getOrDefault("IMDSIGHT_SHARED", "../shared"))
                .toAbsolutePath();
        assumeTrue(
                Files.isDirectory(shared.resolve("corpus")),
                "SKIPPED: no corpus at " + shared + "; nothing was compared with real clients");
        Path json = directory.resolve("result.json");
        Path program = Path.of(System.getProperty("imdsight.tree"), "bin", "imdsight");
        Process compare = new ProcessBuilder(
                        shared.resolve("tools/compare").toString(),
                        shared.resolve("corpus").toString(),
                        program + " replay --format json {pcap}",
                        "--json",
                        json.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("table.txt").toFile())
                .start();
        assertTrue(compare.waitFor(900, TimeUnit.SECONDS), "compare takes too long");
        String table = Files.readString(directory.resolve("table.txt"), StandardCharsets.UTF_8);
        List<String> wrong = new ArrayList<>();
        int captures = 0;
        Matcher row = ROW.matcher(Files.readString(json));
        while (row.find()) {
            captures++;
            check(row, shared, wrong);
        }
        assertTrue(captures > 100, table);
        assertEquals(List.of(), wrong, table);
    }

    private static void check(Matcher row, Path shared, List<String> wrong) throws Exception {
        String name = row.group(1);
        int missing = Integer.parseInt(row.group(4));
        int extra = Integer.parseInt(row.group(5));
        int repeat = Integer.parseInt(row.group(6));
        int version = Integer.parseInt(row.group(7));
        int undetermined = Integer.parseInt(row.group(8));
        int status = Integer.parseInt(row.group(9));
        int judgementCalls = Integer.parseInt(row.group(10));
        String note = row.group(11);
        boolean cut = isCut(shared, name);
        int different = missing + version + status + (cut ? 0 : undetermined);
        boolean damagedOnPurpose = name.contains("cutfile") && note.startsWith("EXIT 65");
        boolean badEnd =
                note.contains("EXIT") && !damagedOnPurpose || note.contains("TIMEOUT") || note.contains("NO CAPTURE");
        if (extra + repeat > 0 || different > judgementCalls || badEnd) {
            wrong.add(row.group().replaceAll("\\s+", " "));
        }
    }

    /** Whether the index says that packets were cut short when the capture was made. */
    private static boolean isCut(Path shared, String name) throws Exception {
        try (var lines = Files.lines(shared.resolve("corpus/INDEX.tsv"))) {
            return lines.anyMatch(l -> l.startsWith(name + "\t") && l.contains("snaplen"));
        }
    }
}
