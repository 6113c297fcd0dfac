package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportCommandTest {
    private static final String UNTIL = "2026-11-22T12:00:00Z";

    @TempDir
    Path directory;

    private final Run run = new Run();

    private static String caller(String id, String time, long blocking) {
        return "{\"timestamp\":\"" + time
                + "\",\"feed\":{\"version\":1,\"record\":\"caller\",\"interval_seconds\":60},\"host\":{\"id\":\"" + id
                + "\",\"name\":\"name-of-" + id
                + "\"},\"caller\":{\"name\":\"curl\"},\"process\":{\"title\":\"curl\"},\"imds\":{\"requests\":"
                + blocking
                + ",\"v1\":" + blocking + ",\"blocking\":" + blocking + "},\"evidence\":{\"connect-probe\":" + blocking
                + "}}\n";
    }

    private static String heartbeats(String id) {
        StringBuilder out = new StringBuilder();
        for (int h = 0; h < 170; h++) {
            out.append("{\"timestamp\":\"").append(Instant.parse(UNTIL).minusSeconds(h * 3600L));
            out.append(
                            "\",\"feed\":{\"version\":1,\"record\":\"heartbeat\",\"interval_seconds\":3600},\"host\":{\"id\":\"")
                    .append(id);
            out.append("\"},\"imds\":{\"requests\":0},\"quality\":{\"sound\":true}}\n");
        }
        return out.toString();
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gz = new GZIPOutputStream(out)) {
            gz.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    @BeforeEach
    void feeds() throws IOException {
        Files.writeString(directory.resolve("feed.ndjson"), heartbeats("i-1"));
        Files.writeString(
                directory.resolve("feed.ndjson.20261121T050411.123456789Z"), caller("i-2", "2026-11-21T05:00:00Z", 3));
        Path deep = Files.createDirectories(directory.resolve("day=2026-11-22/a"));
        Files.write(deep.resolve("b.ndjson.gz"), gzip(caller("i-3", "2026-11-22T05:00:00Z", 4)));
        Files.write(deep.resolve("firehose-object"), gzip(caller("i-4", "2026-11-22T05:00:00Z", 5)));
        Files.writeString(deep.resolve("README"), "not a feed");
    }

    private Run report(String... more) {
        String[] args = Arrays.copyOf(new String[] {"report", "--until", UNTIL}, 3 + more.length);
        System.arraycopy(more, 0, args, 3, more.length);
        return run.command(args);
    }

    @Test
    void aDirectoryIsReadWithItsRotatedAndCompressedFiles() {
        assertEquals(0, report(directory.toString()).status, run.err());
        assertTrue(run.out().startsWith("FLEET: 1 of 4 instances are ready"), run.out());
        assertTrue(run.out().contains("blocked 3"), run.out());
        assertTrue(
                run.err().contains("1 file in the directories left out, neither named nor begun as a feed"), run.err());
    }

    @Test
    void aFileThatIsNamedTwiceIsReadOnce() {
        String file =
                directory.resolve("feed.ndjson.20261121T050411.123456789Z").toString();
        assertEquals(0, report(file, file, "--format", "json").status);
        assertTrue(run.out().contains("\"record\":\"instance\",\"state\":\"blocked\""), run.out());
        assertTrue(run.out().contains("\"blocking\":3"), run.out());
        assertTrue(run.err().contains("named twice"), run.err());
    }

    @Test
    void standardInputMayBeCompressed() throws IOException {
        run.in = gzip(caller("i-9", "2026-11-22T05:00:00Z", 1));
        assertEquals(0, report("-").status, run.err());
        assertTrue(run.out().contains("i-9 (name-of-i-9)"), run.out());
    }

    @Test
    void damagedLinesAreCountedTheRestIsPrintedAndTheStatusIs65() throws IOException {
        Files.writeString(
                directory.resolve("bad.ndjson"), "x\n" + caller("i-5", "2026-11-22T05:00:00Z", 1) + "{\"half\":");
        assertEquals(65, report(directory.toString()).status);
        assertTrue(run.err().contains("2 of 176 lines could not be read"), run.err());
        assertTrue(run.out().contains("i-5"), run.out());
        assertTrue(run.out().contains("2 lines could not be read"), run.out());
    }

    @Test
    void aCutGzipFileIs65AndWhatComesBeforeIsInTheReport() throws IOException {
        byte[] whole = gzip(heartbeats("i-7"));
        Files.write(directory.resolve("cut.ndjson.gz"), Arrays.copyOf(whole, whole.length - 20));
        assertEquals(65, report(directory.resolve("cut.ndjson.gz").toString()).status);
        assertTrue(run.err().contains("is damaged"), run.err());
        assertTrue(run.out().contains("i-7") || run.out().contains("1 of 1"), run.out());
    }

    @Test
    void aFileThatIsNotThereIs66AndTheRestIsRead() {
        assertEquals(66, report(directory.resolve("none").toString(), directory.toString()).status);
        assertTrue(run.out().contains("of 4 instances"), run.out());
        assertTrue(run.err().contains("No such file"), run.err());
    }

    @Test
    void thePageGoesToItsFileAndTheTextToStandardOutput() throws IOException {
        Path page = directory.resolve("page.html");
        assertEquals(0, report(directory.toString(), "--html", page.toString()).status, run.err());
        assertTrue(Files.readString(page).startsWith("<!DOCTYPE html>"));
        assertTrue(run.out().startsWith("FLEET:"), run.out());
        assertEquals(0, report(directory.toString(), "--html", "-").status);
        assertTrue(run.out().contains("<!DOCTYPE html>"));
    }

    @Test
    void oneInstanceIsShownByIdOrNameAndAnUnknownOneIs66() {
        assertEquals(0, report(directory.toString(), "--instance", "name-of-i-3").status, run.err());
        assertTrue(run.out().startsWith("INSTANCE: i-3 (name-of-i-3): blocked"), run.out());
        assertEquals(
                66, new Run().command("report", "--until", UNTIL, directory.toString(), "--instance", "i-99").status);
    }

    @Test
    void topLimitsEachTableAndSaysSo() {
        assertEquals(0, report(directory.toString(), "--top", "1").status);
        assertTrue(run.out().contains("… and 2 more"), run.out());
    }

    @Test
    void eventFilesAreOfTheMachineThatTheirPathNames() throws IOException {
        Path machine = Files.createDirectories(directory.resolve("logs/i-0123456789abcdef0/imdsight"));
        Files.writeString(
                machine.resolve("events.ndjson"),
                "{\"timestamp\":\"2026-11-22T05:00:00Z\",\"imds\":{\"version\":\"v1\",\"kind\":\"metadata\",\"outcome\":\"served\"},"
                        + "\"evidence\":{\"method\":\"none\"}}\n");
        assertEquals(0, report(machine.toString()).status, run.err());
        assertTrue(run.out().contains("i-0123456789abcdef0  1 call of not known"), run.out());
    }

    @Test
    void oldFilesAreSaidToBeOld() {
        assertEquals(0, run.command("report", "--until", "2028-01-01T00:00:00Z", directory.toString()).status);
        assertTrue(run.out().contains("--until 2026-11-22T12:00:00Z reports as of then"), run.out());
        assertFalse(run.out().contains("ready for"), run.out());
    }

    @Test
    void aPageThatCannotBeWrittenAtTheEndLosesNoText() {
        assertEquals(74, report("--html", "/dev/full", directory.toString()).status);
        assertTrue(run.out().contains("FLEET: "), run.out());
        assertTrue(run.err().contains("cannot write /dev/full: No space left on device"), run.err());
    }

    @Test
    void aPageIsNotWrittenOverAFeed() throws IOException {
        String feed = directory.resolve("feed.ndjson").toString();
        assertEquals(64, report("--html", feed, directory.toString()).status);
        assertTrue(run.err().contains("would write over"), run.err());
        assertTrue(Files.readString(Path.of(feed)).startsWith("{"), "the feed is as it was");
    }

    @Test
    void moreDaysThanCanBeToldApartAreRefusedAndNotCut() {
        assertEquals(64, report("--since", "400d", directory.toString()).status);
        assertTrue(run.err().contains("bad value for --since: 400d is too long; give at most 399d"), run.err());
        assertEquals(64, report("--window", "400d", directory.toString()).status);
        run.environment.put("IMDSIGHT_SINCE", "400d");
        assertEquals(78, report(directory.toString()).status);
        assertEquals(0, new Run().command("report", "--until", UNTIL, "--since", "399d", directory.toString()).status);
    }

    @Test
    void daysWithoutBlockingCallsAreOneLine() {
        assertEquals(0, report(directory.toString()).status);
        assertTrue(
                run.out().contains("2026-10-23            0        0        0  the same to 2026-11-14, 23 days"),
                run.out());
        assertTrue(
                run.out().contains("2026-11-15            0        0        1  the same to 2026-11-20, 6 days"),
                run.out());
        assertTrue(run.out().contains("2026-11-22            9"), run.out());
    }

    @Test
    void wrongValuesAreWrongUsage() {
        assertEquals(64, new Run().command("report", "--until", "yesterday", "x").status);
        assertEquals(64, new Run().command("report", "--top", "-1", "x").status);
        assertEquals(64, new Run().command("report").status);
    }
}
