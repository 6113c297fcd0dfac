package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.linux.Capabilities;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks that touch the network are tried in LeastPrivilegeIT, in a network of its own. */
class DoctorCommandTest {
    private static final Finding GOOD = Finding.ok("good", "all is well");
    private static final Finding POOR = Finding.limited("poor", "half is there", "the other half", "fetch it");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private int doctor(OutputFormat format, Finding... findings) {
        Console console = new Console(
                Map.of(), new ByteArrayInputStream(new byte[0]), out, new PrintStream(out), false, new Ending());
        DoctorCommand command = new DoctorCommand(console, List.of(() -> List.of(findings)));
        command.common.format = format;
        return command.call();
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsLimitedIsToldWithItsCostAndRemedyAndFailsNothing() {
        assertEquals(0, doctor(OutputFormat.TEXT, GOOD, POOR));
        assertEquals("""
                ok       good           all is well
                limited  poor           half is there
                                        without it: the other half
                                        to mend it: fetch it
                """, said());
    }

    @Test
    void whatASettingForCloudWatchCostsIsSaidBeforeTheBillSaysIt() {
        CloudWatchFlags flags = new CloudWatchFlags();
        flags.metrics = "all";
        assertEquals(
                "not published; with --cloudwatch at most 7 metrics a month of this machine, and 7 that all machines share; "
                        + "at 0.30 USD each (us-east-1) 2.10 and 2.10 USD",
                new PublishingCheck(flags).look().getFirst().found());
        flags.enabled = true;
        flags.metrics = "essential";
        flags.topCallers = 10;
        flags.dimensions = List.of("ImageId", "tag:team");
        assertEquals(
                "published: at most 24 metrics a month of this machine, and 2 that all machines share, and 2 for each value of ImageId "
                        + "and of tag:team; at 0.30 USD each (us-east-1) 7.20 and 0.60 USD",
                new PublishingCheck(flags).look().getFirst().found());
    }

    @Test
    void whatIsMissingDecidesTheStatus() {
        Finding gone = Finding.missing("gone", "none", "all", null, ExitStatus.UNAVAILABLE);
        Finding closed = Finding.missing("closed", "none", "all", null, ExitStatus.NOT_PERMITTED);
        assertEquals(69, doctor(OutputFormat.TEXT, GOOD, gone, POOR));
        assertEquals(77, doctor(OutputFormat.TEXT, closed, gone));
    }

    @Test
    void asJsonEachFindingIsAnObjectOfItsOwnWithoutControlCharacters() {
        doctor(OutputFormat.JSON, GOOD, Finding.limited("odd", "a\n\"b\"\u001b[31m\\", "c", null));
        assertEquals(
                "{\"check\":\"good\",\"state\":\"ok\",\"found\":\"all is well\"}\n"
                        + "{\"check\":\"odd\",\"state\":\"limited\",\"found\":\"a\\\\x0a\\\"b\\\"\\\\x1b[31m\\\\\",\"lost\":\"c\"}\n",
                said());
    }

    private List<Finding> machine(String release, String limits, String lockdown) throws IOException {
        Files.createDirectories(directory.resolve("proc/sys/kernel"));
        Files.createDirectories(directory.resolve("proc/self"));
        Files.createDirectories(directory.resolve("sys/kernel/security"));
        Files.writeString(directory.resolve("proc/sys/kernel/osrelease"), release + "\n");
        Files.writeString(directory.resolve("proc/self/limits"), limits);
        Files.writeString(directory.resolve("sys/kernel/security/lockdown"), lockdown);
        return new MachineCheck(directory.resolve("proc"), directory.resolve("sys"), directory.resolve("state/here"))
                .look();
    }

    private static Finding.State state(List<Finding> findings, String check) {
        return findings.stream()
                .filter(f -> f.check().equals(check))
                .findFirst()
                .orElseThrow()
                .state();
    }

    @Test
    void anOldKernelIsLimitedAndItsLockedMemoryCounts() throws IOException {
        List<Finding> old = machine(
                "5.10.0-28-cloud-amd64",
                "Max locked memory         65536                65536                bytes\n",
                "[none] integrity");
        assertEquals(Finding.State.OK, state(old, "kernel"));
        assertEquals(Finding.State.LIMITED, state(old, "memlock"));
        assertEquals(Finding.State.LIMITED, state(old, "btf"));
        assertEquals(Finding.State.OK, state(old, "lockdown"));
        assertEquals(Finding.State.LIMITED, state(machine("4.14.336", "", ""), "kernel"));
        assertEquals(Finding.State.LIMITED, state(machine("5.4.0", "", ""), "kernel"));
    }

    @Test
    void aNewKernelHasNoSuchLimitAndConfidentialityIsSaid() throws IOException {
        List<Finding> findings = machine("6.18.44", "", "none integrity [confidentiality]");
        assertTrue(findings.stream().noneMatch(f -> f.check().equals("memlock")));
        assertEquals(Finding.State.LIMITED, state(findings, "lockdown"));
        assertEquals(Finding.State.OK, state(findings, "state"));
    }

    @Test
    void anAgentThatHoldsTheStateDirectoryIsNamed() throws IOException {
        Path lock = directory.resolve("state/here/agent.lock");
        Files.createDirectories(lock.getParent());
        Files.writeString(lock, "");
        Files.createDirectories(directory.resolve("proc"));
        long inode = ((Number) Files.getAttribute(lock, "unix:ino")).longValue();
        Files.writeString(
                directory.resolve("proc/locks"),
                "1: POSIX  ADVISORY  WRITE 4711 fe:00:" + inode
                        + " 0 EOF\n2: FLOCK  ADVISORY  WRITE 1 fe:00:1 0 EOF\n");
        List<Finding> findings = machine("6.18.44", "", "");
        assertTrue(findings.toString().contains("process 4711"), findings.toString());
        Files.writeString(directory.resolve("proc/locks"), "");
        assertFalse(machine("6.18.44", "", "").toString().contains("process 4711"));
    }

    @Test
    void capabilitiesAreReadFromTheStatusFile() {
        Capabilities own =
                Capabilities.parse("Name:\tx\nCapPrm:\t0000000000000000\nCapEff:\t0000004000002000\nCapBnd:\t0\n"
                        .getBytes(StandardCharsets.US_ASCII));
        assertTrue(own.has(Capabilities.Name.CAP_NET_RAW));
        assertTrue(own.has(Capabilities.Name.CAP_PERFMON));
        assertFalse(own.has(Capabilities.Name.CAP_BPF));
        assertTrue(new Capabilities(1 << 21).has(Capabilities.Name.CAP_BPF));
        assertEquals(0, Capabilities.parse(new byte[0]).effective());
        assertEquals(
                0,
                Capabilities.parse("\nCapEff:\tzzz\n".getBytes(StandardCharsets.US_ASCII))
                        .effective());
    }

    @Test
    void withoutCapabilitiesEachIsNamedWithWhatItIsForAndHowToGiveIt() throws IOException {
        Files.createDirectories(directory.resolve("self"));
        Files.writeString(directory.resolve("self/status"), "\nCapEff:\t0000000000000000\n");
        List<Finding> findings = new CapabilityCheck(directory).look();
        assertEquals(7, findings.size());
        assertTrue(findings.stream()
                .allMatch(f -> f.state() == Finding.State.LIMITED && f.remedy().contains("AmbientCapabilities=CAP_")));
    }
}
