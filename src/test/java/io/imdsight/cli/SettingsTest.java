package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    private static final String CAPTURE = Run.CAPTURE.toString();

    private final Run run = new Run();

    @TempDir
    Path directory;

    @Test
    void theDefaultFileIsReadWhereItExists() throws IOException {
        run.defaultFile = file("# results for a program\n\nformat = json   # one object a line\r\n");
        run.command("replay", CAPTURE);
        assertTrue(run.out().startsWith("{"), run.out());
    }

    @Test
    void aByteOrderMarkAtTheStartIsNoPartOfAName() throws IOException {
        run.defaultFile = file("\ufeffformat = json\n");
        assertEquals(0, run.command("replay", CAPTURE).status, run.err());
        assertTrue(run.out().startsWith("{"), run.out());
    }

    @Test
    void theEnvironmentGoesBeforeTheFileAndTheFlagBeforeBoth() throws IOException {
        Path json = file("format = json\n");
        run.defaultFile = json;
        run.environment.put("IMDSIGHT_FORMAT", "text");
        assertTrue(run.command("replay", CAPTURE).out().startsWith("2026"), run.out());
        Run flag = new Run();
        flag.environment.put("IMDSIGHT_FORMAT", "text");
        assertTrue(flag.command("replay", CAPTURE, "--format", "json").out().startsWith("{"), flag.out());
    }

    @Test
    void repeatedAndCommaSeparatedValuesAreOneList() throws IOException {
        run.defaultFile = file("endpoint = 10.9.9.9, 169.254.169.254\nendpoint = fd00:ec2::254\n");
        assertEquals(3, run.command("replay", CAPTURE).out().lines().count(), run.err());
        Run environment = new Run();
        environment.environment.put("IMDSIGHT_ENDPOINT", "10.9.9.9,10.8.8.8");
        assertEquals("", environment.command("replay", CAPTURE).out());
    }

    @Test
    void aListOnTheCommandLineReplacesTheFilesList() throws IOException {
        run.defaultFile = file("endpoint = 169.254.169.254\n");
        assertEquals(
                "", run.command("replay", "--endpoint", "10.9.9.9", CAPTURE).out());
    }

    @Test
    void namesOfOtherCommandsFlagsAreKnown() throws IOException {
        run.defaultFile = file("for = 10m\nstate-dir = /var/lib/elsewhere\ninterface = any\n");
        assertEquals(0, run.command("replay", CAPTURE).status, run.err());
    }

    @Test
    void anUnknownNameIsSaidWithItsPlace() throws IOException {
        Path file = file("format = json\nintreface = lo\n");
        assertRefused(file, file + ":2: unknown name 'intreface'; known are ");
    }

    @Test
    void aBadValueIsSaidWithItsPlaceEvenWhereThisCommandDoesNotNeedIt() throws IOException {
        Path file = file("for = soon\n");
        assertRefused(file, file + ":1: bad value for for: 'soon' is not a duration");
    }

    @Test
    void anEndpointIsAHostsWholeAddress() throws IOException {
        assertRefused(file("endpoint = 1.2.3\n"), ":1: bad value for endpoint: '1.2.3' is not an IPv4 or IPv6 address");
        assertRefused(file("endpoint = 0.0.0.0\n"), ":1: bad value for endpoint: '0.0.0.0' is no host's address");
        assertEquals(64, run.command("replay", "--endpoint", "ff02::1", CAPTURE).status);
    }

    @Test
    void aLineWithoutAnEqualsSignIsSaidWithItsPlace() throws IOException {
        Path file = file("\n\njust words\n");
        assertRefused(file, file + ":3: expected name = value");
    }

    @Test
    void aNameThatCannotRepeatIsRefusedTwice() throws IOException {
        Path file = file("port = 80\nport = 81\n");
        assertRefused(file, file + ":2: port is set already in line 1");
    }

    @Test
    void aSwitchTakesTrueOrFalse() throws IOException {
        Path file = file("debug = maybe\n");
        assertRefused(file, "'maybe' is neither true nor false");
    }

    @Test
    void aFileThatIsNamedMustExist() {
        assertEquals(78, run.command("replay", "--config=/nonexistent/x.conf", CAPTURE).status);
        assertTrue(run.err().contains("no configuration file /nonexistent/x.conf"), run.err());
        Run environment = new Run();
        environment.environment.put("IMDSIGHT_CONFIG", "/nonexistent/y.conf");
        assertEquals(78, environment.command("replay", CAPTURE).status);
    }

    @Test
    void aBadVariableIsAConfigurationErrorAndNamed() {
        run.environment.put("IMDSIGHT_PORT", "http");
        assertEquals(78, run.command("replay", CAPTURE).status);
        assertTrue(run.err().contains("environment variable IMDSIGHT_PORT: bad value for port"), run.err());
    }

    @Test
    void aVariableThatIsMisspeltIsSaidOnceAndNoError() {
        run.environment.put("IMDSIGHT_INTREFACE", "lo");
        run.environment.put("IMDSIGHT_DEMO_X", "1");
        run.environment.put("IMDSIGHT_JAVA_OPTIONS", "-Xmx64m");
        assertEquals(0, run.command("replay", CAPTURE).status);
        assertEquals(2, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("imdsight: environment variable IMDSIGHT_INTREFACE is none"), run.err());
    }

    @Test
    void aSwitchInTheEnvironmentThatIsNeitherOnNorOffIsOneSentence() {
        run.environment.put("IMDSIGHT_DEBUG", "maybe");
        assertEquals(78, run.command("replay", CAPTURE).status);
        assertEquals(1, run.err().lines().count(), run.err());
    }

    @Test
    void aFileThatCannotBeAConfigurationIsNotReadIntoMemory() throws IOException {
        assertRefused(file("#" + "x".repeat(256 * 1024)), "256 KiB");
        assertRefused(Path.of("/dev/zero"), "a pipe, a socket or a device");
        run.err.reset();
        assertRefused(file("\0".repeat(100_000) + "= 1\n"), "\\x00…'; known are");
        assertTrue(run.err().length() < 3_000, "of what is wrong only so much is said as it is known by");
    }

    @Test
    @Timeout(60)
    void neitherAPipeThatNobodyWritesNorADirectoryIsAConfiguration() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertRefused(pipe, "a pipe, a socket or a device");
        assertRefused(directory, "it is a directory");
        assertEquals(78, new Run().command("replay", "--config", "", CAPTURE).status);
        assertEquals(0, new Run().command("replay", "--config", "/dev/null", CAPTURE).status);
    }

    /** Nothing is begun with --check-config. */
    private String shown(int status, String... more) {
        List<String> args = new ArrayList<>(List.of("agent", "--check-config"));
        args.addAll(List.of(more));
        Run shown = new Run().command(args.toArray(String[]::new));
        assertEquals(status, shown.status, shown.err());
        return status == 0 ? shown.out() : shown.err();
    }

    @Test
    void whatCheckConfigPrintsIsAConfigurationThatGivesTheSameSettings() throws IOException {
        String plain = shown(0);
        assertTrue(plain.contains("ledger-bytes-max = 256MiB\n"), plain);
        assertTrue(plain.contains("# endpoint is not set\n"), plain);
        assertEquals(plain, shown(0, "--config", file(plain).toString()));
        String odd = shown(
                0,
                "--endpoint",
                "10.0.0.1,fd00::1",
                "--for",
                "90m",
                "--rotate-size",
                "65537B",
                "--ledger-bytes-max",
                "1536KiB",
                "--listen",
                "[::1]:0",
                "--log",
                "callers",
                "--feed",
                "/x y/=z#1",
                "--retention",
                "7d",
                "--cloudwatch",
                "--cloudwatch-dimension",
                "tag:Team,ImageId");
        assertTrue(odd.contains("endpoint = 10.0.0.1,fd00:0:0:0:0:0:0:1\n") || odd.contains("fd00::1"), odd);
        assertTrue(odd.contains("rotate-size = 65537B\n") && odd.contains("ledger-bytes-max = 1536KiB\n"), odd);
        assertEquals(odd, shown(0, "--config", file(odd).toString()));
        String none = shown(0, "--feed", "/a #b", "--events", "/c\nport = 81");
        assertTrue(none.contains("# feed is /a #b, which a file cannot hold; give it as a flag\n"), none);
        assertTrue(none.contains("# events is /c\\x0aport = 81, which"), none);
        assertEquals(80, Integer.parseInt(none.replaceAll("(?s).*\nport = ([0-9]+)\n.*", "$1")));
    }

    @Test
    void whatContradictsItselfIsWrongUsageOnTheCommandLineAndOtherwiseWrongConfiguration() throws IOException {
        String both = file("cloudwatch = on\nemf = /tmp/x\n").toString();
        assertTrue(shown(78, "--config", both).contains("twice"));
        assertEquals(78, new Run().command("agent", "--config", both).status);
        assertTrue(
                shown(64, "--config", "/dev/null", "--cloudwatch", "--emf", "x").contains("twice"));
        String one = file("cloudwatch = on\n").toString();
        assertTrue(shown(64, "--config", one, "--emf", "x").contains("twice"));
        assertTrue(shown(64, "--config", one, "--no-ledger").contains("leave out --no-ledger"));
        String nine = "endpoint = " + "10.0.0.1,".repeat(8) + "10.0.0.9\n";
        assertTrue(shown(78, "--config", file(nine).toString()).contains("--endpoint"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        String feed = directory.resolve("x").toString();
        assertTrue(shown(64, "--events", link + "/x", "--feed", feed).contains("files of their own"));
        assertTrue(shown(
                        78,
                        "--config",
                        file("events = " + feed + "\nfeed = " + link + "/x\n").toString())
                .contains("files of their own"));
    }

    private void assertRefused(Path file, String message) {
        assertEquals(78, run.command("replay", "--config", file.toString(), CAPTURE).status);
        assertTrue(run.err().contains(message), run.err());
        assertEquals("", run.out());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("imdsight.conf"), text);
    }
}
