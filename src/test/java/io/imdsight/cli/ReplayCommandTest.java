package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ReplayCommandTest {
    private static final String CAPTURE = Run.CAPTURE.toString();

    private final Run run = new Run();

    @TempDir
    Path directory;

    @Test
    void textIsOneLineASighting() {
        assertEquals(0, run.command("replay", CAPTURE).status);
        assertEquals(3, run.out().lines().count(), run.out());
        assertTrue(
                run.out().contains("!V1  GET /latest/meta-data/iam/security-credentials/       401  10.0.0.5:40003"),
                run.out());
        assertFalse(run.out().contains("\u001b"), run.out());
    }

    @Test
    void countsGoToStandardErrorAndAddUp() {
        run.command("replay", "--format", "json", CAPTURE);
        assertEquals(3, run.out().lines().count());
        assertTrue(run.err().contains("""
                                {"counts":{"requests":3,"version":{"v1":{"served":0,"refused":1,"failed":0,"unanswered":0,"undetermined":0},\
                                "v2":{"served":2,"refused":0,"failed":0,"unanswered":0,"undetermined":0},\
                                "undetermined":{"served":0,"refused":0,"failed":0,"unanswered":0,"undetermined":0}},\
                                "sightings":3,"evidence":{"connect-probe":0,"socket-table":0,"none":3},\
                                "metadata_no_token":0,"metadata_no_token_rejected":1,"drops":{}}}"""), run.err());
    }

    @Test
    void aTerminalGetsColourUnlessItDeclines() {
        run.terminal = true;
        assertTrue(run.command("replay", CAPTURE).out().contains("\u001b[1;31m!V1"), run.out());
        Run declined = new Run();
        declined.terminal = true;
        declined.environment.put("NO_COLOR", "1");
        assertFalse(declined.command("replay", CAPTURE).out().contains("\u001b"));
    }

    @Test
    @Timeout(60)
    void aSignalEndsAPipeThatGoesOnWithWhatWasReadAndTheCounts() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        CountDownLatch printed = new CountDownLatch(1);
        OutputStream watched = new OutputStream() {
            @Override
            public void write(int b) {
                run.out.write(b);
                printed.countDown();
            }
        };
        Thread writer = new Thread(() -> {
            try (OutputStream out = Files.newOutputStream(pipe)) {
                out.write(Run.capture());
                printed.await();
                Thread.sleep(100); // the reader waits again
                run.ending.signalled();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        writer.start();
        try (InputStream in = new FileInputStream(pipe.toFile())) {
            PrintStream err = new PrintStream(run.err, true, StandardCharsets.UTF_8);
            Console console = new Console(run.environment, in, watched, err, false, run.ending);
            assertEquals(0, Main.run(new String[] {"replay", "-"}, console, run.defaultFile), run.err());
        }
        writer.join();
        assertEquals(3, run.out().lines().count(), run.out());
        assertTrue(run.err().startsWith("imdsight: 3 requests; "), run.err());
    }

    @Test
    void aDamagedGzipHeaderAndAMissingNameAreSentences() throws IOException {
        Path file = Files.write(directory.resolve("tiny.gz"), new byte[] {0x1f, (byte) 0x8b, 8});
        assertEquals(65, run.command("replay", file.toString()).status);
        assertTrue(
                run.err().contains("tiny.gz is damaged at byte 0: the gzip header is wrong or cut short;"), run.err());
        assertEquals(66, run.command("replay", "").status);
        assertTrue(run.err().contains("cannot replay a file without a name"), run.err());
    }

    @Test
    void standardInputIsReadForADash() {
        run.in = Run.capture();
        assertEquals(0, run.command("replay", "-").status);
        assertEquals(3, run.out().lines().count());
    }

    @Test
    void aCompressedCaptureIsRead() throws IOException {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(Run.capture());
        }
        run.in = compressed.toByteArray();
        assertEquals(0, run.command("replay", "-").status);
        assertEquals(3, run.out().lines().count());
    }

    @Test
    void aMissingFileIsNoInput() {
        assertEquals(66, run.command("replay", "/nonexistent/file.pcap").status);
        assertTrue(run.err().contains("cannot read /nonexistent/file.pcap: No such file or directory"), run.err());
    }

    @Test
    void aDirectoryIsNoInput() {
        assertEquals(66, run.command("replay", directory.toString()).status);
        assertTrue(run.err().contains("Is a directory"), run.err());
    }

    @Test
    void aNameThatNoFileCanHaveIsNoInput() {
        assertEquals(66, run.command("replay", "a\0b").status);
    }

    @Test
    void anEmptyFileAndOneOfAnotherKindAreDamagedInput() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty.pcap"));
        assertEquals(65, run.command("replay", empty.toString()).status);
        assertTrue(run.err().contains("empty"), run.err());
        Path text = Files.writeString(directory.resolve("text.pcap"), "this is no capture file at all");
        Run second = new Run();
        assertEquals(65, second.command("replay", text.toString()).status);
        assertTrue(second.err().contains("neither pcap nor pcapng"), second.err());
    }

    @Test
    void whatComesBeforeTheDamageIsPrinted() throws IOException {
        byte[] whole = Run.capture();
        Path cut = Files.write(directory.resolve("cut.pcap"), Arrays.copyOf(whole, whole.length - 400));
        assertEquals(65, run.command("replay", cut.toString()).status);
        assertTrue(run.out().lines().count() >= 2, run.out());
        assertTrue(run.err().contains("is damaged"), run.err());
    }

    @Test
    void anUnknownLinkTypeIsNamed() throws IOException {
        byte[] bytes = Run.capture();
        bytes[20] = (byte) 195; // the file header's link type: IEEE 802.15.4
        Path file = Files.write(directory.resolve("other.pcap"), bytes);
        assertEquals(65, run.command("replay", file.toString()).status);
        assertTrue(run.err().contains("link type 195"), run.err());
    }

    @Test
    void oneBadFileDoesNotStopTheRestAndTheWorstStatusWins() throws IOException {
        Path empty = Files.createFile(directory.resolve("empty.pcap"));
        run.command("replay", "/nonexistent/file.pcap", CAPTURE, empty.toString(), CAPTURE);
        assertEquals(66, run.status);
        assertEquals(6, run.out().lines().count(), run.out());
    }

    @Test
    void aReaderThatGoesAwayEndsTheRunQuietly() {
        run.into(new FailingStream("Broken pipe"), "replay", CAPTURE);
        assertEquals(0, run.status);
        assertEquals("", run.err());
    }

    @Test
    void aFullDiskIsSaid() {
        run.into(new FailingStream("No space left on device"), "replay", CAPTURE);
        assertEquals(74, run.status);
        assertTrue(run.err().contains("No space left on device"), run.err());
    }

    @Test
    void anotherEndpointAndPortFindNothingHere() {
        assertEquals(0, run.command("replay", "--endpoint", "10.1.2.3", "--port", "8080", CAPTURE).status);
        assertEquals("", run.out());
    }

    /** Fails each write as the kernel would. */
    private static final class FailingStream extends OutputStream {
        private final String reason;

        FailingStream(String reason) {
            this.reason = reason;
        }

        @Override
        public void write(int b) throws IOException {
            throw new IOException(reason);
        }
    }
}
