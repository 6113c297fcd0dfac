package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class MainTest {
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
