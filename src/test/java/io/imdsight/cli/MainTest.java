package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
    @TempDir
    Path directory;

    private final Run run = new Run();

    @Test
    void helpGoesToStandardOutputAndSucceeds() {
        assertEquals(0, run.command("--help").status);
        assertTrue(run.out().contains("replay"), run.out());
        assertEquals("", run.err());
    }

    @Test
    void helpOfACommandNamesTheCommonFlagsEvenWithABrokenConfiguration() {
        run.environment.put("IMDSIGHT_PORT", "nonsense");
        assertEquals(0, run.command("replay", "--help").status);
        for (String flag :
                new String[] {"--config", "--interface", "--endpoint", "--port", "--format", "--state-dir"}) {
            assertTrue(run.out().contains(flag), flag + " in " + run.out());
        }
    }

    @Test
    void versionGoesToStandardOutput() {
        assertEquals(0, run.command("--version").status);
        assertTrue(run.out().startsWith("imdsight "), run.out());
    }

    @Test
    void noCommandIsWrongUsage() {
        assertEquals(64, run.command().status);
        assertEquals("", run.out());
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertEquals(64, run.command("raplay").status);
        assertTrue(run.err().contains("raplay"), run.err());
    }

    @Test
    void commandsThatDoNotExistAreUnknown() {
        // never the name of a command that may come: it would run here, outside of any private network
        for (String command : new String[] {"watch", "no-such-command"}) {
            assertEquals(64, new Run().command(command).status, command);
        }
    }

    @Test
    void anArgumentThatBeginsWithAnAtSignIsNoListOfArguments() {
        assertEquals(66, run.command("replay", "@" + Run.CAPTURE).status);
        assertTrue(run.err().contains("cannot read @"), run.err());
    }

    @Test
    void checkConfigRefusesWhatTheAgentWouldRefuse() {
        assertEquals(64, run.command("agent", "--check-config", "--cloudwatch", "--emf", "x").status);
        assertTrue(run.err().contains("count everything twice"), run.err());
        assertEquals(64, new Run().command("agent", "--check-config", "--cloudwatch", "--no-ledger").status);
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidBeforeTheWatchAndNotAfterIt() {
        // ends before anything is captured: this runs in the machine's own network
        assertEquals(74, run.command("audit", "--for", "1d", "--html", "/no/such/directory/page.html").status);
        assertTrue(run.err().contains("--html"), run.err());
        assertEquals(74, new Run().command("report", "--html", "/no/such/directory/page.html", "x").status);
    }

    @Test
    void twoOutputsDoNotShareOneFile() throws IOException {
        Path file = directory.resolve("x");
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertEquals(64, audit("--json", file.toString(), "--html", link + "/x"));
        assertTrue(run.err().contains("--json and --html both want"), run.err());
        Files.writeString(file, "");
        Files.createLink(directory.resolve("hard"), file);
        assertEquals(64, audit("--json", file.toString(), "--html", directory + "/hard"));
        assertEquals(64, audit("--json", "-", "--html", "-"));
        run.environment.put("IMDSIGHT_JSON", "-");
        run.environment.put("IMDSIGHT_HTML", "-");
        assertEquals(78, audit());
    }

    /** Neither watches nor reads a ledger: nothing is captured. */
    private int audit(String... outputs) {
        List<String> args = new ArrayList<>(List.of("audit", "--for", "0s", "--scan-root", directory.toString()));
        args.addAll(List.of(outputs));
        return run.command(args.toArray(String[]::new)).status;
    }

    @Test
    void anOutputThatFailsAtTheEndKeepsNothingFromTheOthersAndAReaderThatLeftNothingFromTheVerdict()
            throws IOException {
        assertEquals(74, audit("--html", "/dev/full", "--json", directory + "/out.json"));
        assertTrue(run.out().contains("VERDICT: inconclusive"), run.out());
        assertTrue(run.err().contains("cannot write /dev/full: No space left on device"), run.err());
        assertTrue(Files.readString(directory.resolve("out.json")).contains("\"verdict\":\"inconclusive\""));
        OutputStream gone = failing("Broken pipe");
        List<String> args = List.of("audit", "--for", "0s", "--scan-root", directory.toString());
        assertEquals(2, new Run().into(gone, args.toArray(String[]::new)).status, "still the verdict's");
        assertEquals(74, new Run().into(failing("No space left on device"), args.toArray(String[]::new)).status);
    }

    @Test
    void aFullDiskBehindStandardOutputIsNoSuccessOfAnyCommand() {
        String[][] commands = {
            {"--help"},
            {"--version"},
            {"replay", "--help"},
            {"replay", Run.CAPTURE.toString()},
            {"agent", "--check-config"}
        };
        for (String[] command : commands) {
            Run full = new Run().into(failing("No space left on device"), command);
            assertEquals(74, full.status, String.join(" ", command));
            assertTrue(full.err().contains("cannot write to standard output"), full.err());
            assertEquals(0, new Run().into(failing("Broken pipe"), command).status, String.join(" ", command));
        }
    }

    private static OutputStream failing(String why) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(why);
            }
        };
    }

    @Test
    void whatIsWrongWithACommandLineIsAPlainSentenceWithASuggestion() {
        says("there is no command 'raplay'; did you mean replay?", "raplay", "--port", "80");
        says("there is no command 'zzz'; commands are agent, audit, replay, report, reconcile, doctor, demo", "zzz");
        says("no command is given; commands are agent,");
        says("replay has no flag --intreface; did you mean --interface?", "replay", "--intreface", "lo", "x");
        says("there is no flag --port", "--port", "80");
        says("doctor takes flags only, and 'x' is none", "doctor", "x");
        says("replay needs FILE", "replay");
        says("replay has no flag --intreface; did you mean --interface?", "replay", "--intreface");
        says("replay has no flag -x", "replay", "-x");
        says(
                "bad value for --port: '" + "9".repeat(200) + "…' is not a port",
                "replay",
                "--port",
                "9".repeat(5000),
                "x");
        says("bad value for --state-dir: '' is no name", "doctor", "--state-dir", "");
        says("bad value for --state-dir: 'a\\x00b' cannot be a name here", "doctor", "--state-dir", "a\0b");
        says("bad value for --html: '' is no name", "report", "--html", "", "x");
        says("report needs FEED", "report");
        says("--port needs a value: PORT", "replay", "--port");
        says("--port is given more than once; give it once", "replay", "--port", "1", "--port", "2", "x");
        says(
                "bad value for --port: '70000' is not a port: give a number from 1 to 65535",
                "replay",
                "--port",
                "70000",
                "x");
        says("--online takes no value: give it or leave it out", "doctor", "--online=maybe");
    }

    private static void says(String sentence, String... args) {
        Run run = new Run().command(args);
        assertEquals(64, run.status, String.join(" ", args));
        assertTrue(run.err().startsWith("imdsight: " + sentence), run.err());
        assertEquals(2, run.err().lines().count(), run.err());
    }

    @Test
    void anUnknownFlagIsWrongUsage() {
        assertEquals(64, run.command("replay", "--intreface", "lo", "x").status);
        assertTrue(run.err().contains("--intreface"), run.err());
    }

    @Test
    void aBadValueOfAFlagIsWrongUsageAndSaysWhatIsExpected() {
        assertEquals(64, run.command("replay", "--port", "70000", "x").status);
        assertTrue(run.err().contains("1 to 65535"), run.err());
        assertFalse(run.err().contains("Exception"), run.err());
    }

    @Test
    void tooManyEndpointsAreWrongUsage() {
        String nine = "10.0.0.1,".repeat(8) + "10.0.0.9";
        assertEquals(64, run.command("replay", "--endpoint", nine, "x").status);
    }

    @Test
    void whatComesFromTheCommandLineIsEscapedInMessages() {
        assertEquals(64, run.command("\u001b[31mred\n\u202e").status);
        assertTrue(run.err().contains("\\x1b[31mred"), run.err());
        assertFalse(run.err().contains("\u001b"), run.err());
    }

    @Test
    void anInternalErrorIsOneSentenceAndStatus70() {
        Console broken = new Console(
                run.environment,
                null,
                run.out,
                new java.io.PrintStream(run.err, true, java.nio.charset.StandardCharsets.UTF_8),
                false,
                new Ending());
        assertEquals(70, Main.run(new String[] {"replay", "-"}, broken, run.defaultFile));
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("imdsight: internal error: "), run.err());
    }

    @Test
    void theTraceOfAFailureIsShownOnlyOnDemand() {
        run.environment.put("IMDSIGHT_DEBUG", "1");
        assertEquals(78, run.command("replay", "--config", "/nonexistent/file", "x").status);
        assertTrue(run.err().contains("\tat io.imdsight.cli."), run.err());
    }
}
