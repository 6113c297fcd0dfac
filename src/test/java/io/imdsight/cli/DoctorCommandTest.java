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

    private NamespaceScope scope = new NamespaceScope(true, pid -> true, null);
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

    private static Finding only(List<Finding> findings, String check) {
        return findings.stream()
                .filter(f -> f.check().equals(check))
                .findFirst()
                .orElseThrow();
    }

    /** A machine as files: capabilities in hexadecimal, and what there is of the kernel. */
    private List<Finding> kernel(String capabilities, boolean clock, String... files) throws IOException {
        for (String f : files) {
            Files.createDirectories(directory.resolve(f).getParent());
            Files.writeString(directory.resolve(f), "2\n");
        }
        Files.createDirectories(directory.resolve("proc/self"));
        Files.writeString(directory.resolve("proc/self/status"), "\nCapEff:\t" + capabilities + "\n");
        return new KernelCheck(directory.resolve("proc"), directory.resolve("sys"), () -> clock, () -> scope).look();
    }

    @Test
    void ofOtherNamespacesTheDoctorSaysWhatTheAgentDoes() throws IOException {
        String all = "000001ffffffffff";
        Path own = Files.createSymbolicLink(directory.resolve("net"), Path.of("net:[4026531840]"));
        Capabilities every = new Capabilities(-1);
        scope = NamespaceScope.of(4026531840L, own, every);
        assertTrue(only(kernel(all, true), "namespaces").found().endsWith("are captured, too"));
        assertEquals(Finding.State.OK, state(kernel("0", true), "namespaces"), "there is no other to enter");
        scope = NamespaceScope.of(-2, own, every);
        assertFalse(scope.others());
        Finding hidden = only(kernel(all, true), "namespaces");
        assertEquals(Finding.State.LIMITED, hidden.state());
        assertTrue(hidden.found().endsWith(scope.problem()), hidden.found());
        assertEquals(
                NamespaceScope.NEEDS,
                NamespaceScope.of(-2, own, new Capabilities(0)).problem());
        scope = NamespaceScope.of(4026531999L, own, every);
        assertFalse(scope.others());
        assertTrue(only(kernel(all, true), "namespaces").found().contains("is not the machine's"));
    }

    @Test
    void aBareKernelIsLimitedThingByThingWithItsRemedy() throws IOException {
        List<Finding> findings = kernel("0000000000000000", false);
        assertEquals(
                "mount -t tracefs tracefs /sys/kernel/tracing",
                only(findings, "tracefs").remedy());
        assertEquals(Finding.State.LIMITED, state(findings, "perf"));
        assertEquals(Finding.State.OK, state(findings, "conntrack"));
        assertEquals(Finding.State.LIMITED, state(findings, "clock"));
        assertTrue(findings.stream().allMatch(f -> f.status() == 0), "none of it keeps the capture from working");
    }

    @Test
    void withAllOfItThereTheSameThingsAreOk() throws IOException {
        List<Finding> findings = kernel(
                "000001ffffffffff",
                true,
                "sys/kernel/tracing/events/sock/inet_sock_set_state/format",
                "proc/sys/kernel/perf_event_paranoid",
                "proc/sys/net/netfilter/nf_conntrack_count");
        assertTrue(findings.stream().allMatch(f -> f.state() == Finding.State.OK), findings.toString());
        assertTrue(only(findings, "conntrack").found().contains("can be asked"));
    }

    @Test
    void aLevelOfPerfEventsThatOnlyDistributionsHaveIsLimitedWithoutSysAdmin() throws IOException {
        String perfmon = "0000004000000000";
        String level = "proc/sys/kernel/perf_event_paranoid";
        assertEquals(Finding.State.OK, state(kernel(perfmon, true, level), "perf"));
        Files.writeString(directory.resolve(level), "3\n");
        Finding three = only(kernel(perfmon, true), "perf");
        assertEquals(Finding.State.LIMITED, three.state());
        assertTrue(three.remedy().startsWith("sysctl kernel.perf_event_paranoid=2, or CAP_BPF"), three.remedy());
        String types = "sys/kernel/btf/vmlinux";
        assertEquals(Finding.State.LIMITED, state(kernel(perfmon, true, types), "perf"), "no CAP_BPF");
        List<Finding> both = kernel("000000c000000000", true);
        assertTrue(only(both, "perf").found().endsWith("BPF programs make the probe's records instead"));
        assertEquals(Finding.State.OK, state(both, "perf"));
        assertEquals(Finding.State.OK, state(both, "tracefs"), "not needed either");
        Files.delete(directory.resolve(types));
        assertEquals(Finding.State.LIMITED, state(kernel("000000c000000000", true), "perf"), "no types");
        assertEquals(Finding.State.OK, state(kernel("0000000000200000", true), "perf"), "CAP_SYS_ADMIN");
    }

    @Test
    void translationThatMayNotBeAskedAndTracefsOfOurOwnAreTold() throws IOException {
        List<Finding> findings = kernel("0000000000200000", true, "proc/sys/net/netfilter/nf_conntrack_count");
        assertEquals(Finding.State.LIMITED, state(findings, "conntrack"));
        assertTrue(only(findings, "conntrack").remedy().contains("CAP_NET_ADMIN"));
        assertTrue(only(findings, "tracefs").found().contains("one of its own"), "CAP_SYS_ADMIN");
    }

    @Test
    void librariesOnAMountWithoutProgramsAreMissingWithTheMountsName() throws IOException {
        Path home = directory.resolve("opt/imdsight");
        Files.createDirectories(home.resolve("native"));
        Files.createDirectories(directory.resolve("self"));
        LibraryCheck check = new LibraryCheck(home, directory);
        assertEquals(69, check.look().getFirst().status(), "nothing in native/");
        Files.writeString(home.resolve("native/libjnidispatch.so"), "");
        Files.writeString(home.resolve("native/libsqlitejdbc.so"), "");
        String root = "/dev/vda1 / ext4 rw,noexec 0 0\n";
        Files.writeString(directory.resolve("self/mounts"), root + "x " + directory + " ext4 rw,relatime 0 0\n");
        assertEquals(Finding.State.OK, check.look().getFirst().state());
        Files.writeString(directory.resolve("self/mounts"), root + "x " + directory + "/opt ext4 rw,noexec 0 0\n");
        Finding noexec = check.look().getFirst();
        assertEquals(Finding.State.MISSING, noexec.state());
        assertEquals("mount -o remount,exec " + directory + "/opt, or move imdsight elsewhere", noexec.remedy());
    }

    @Test
    void aLibraryThatCannotBeLoadedIsAFindingAndNoInternalError() {
        Console console = new Console(
                Map.of(), new ByteArrayInputStream(new byte[0]), out, new PrintStream(out), false, new Ending());
        Check broken = () -> {
            throw new UnsatisfiedLinkError("libjnidispatch.so: failed to map segment");
        };
        assertEquals(69, new DoctorCommand(console, List.of(broken)).call());
        assertTrue(said().contains("failed to map segment"), said());
    }

    @Test
    void theLedgerIsToldWhereThereIsNoneADamagedOneAndOneOfALaterVersion() throws Exception {
        Path state = directory.resolve("state");
        Files.createDirectories(state);
        LedgerCheck check = new LedgerCheck(state);
        assertEquals(
                "none yet; the agent makes one", only(check.look(), "ledger").found());
        try (java.sql.Connection c = java.sql.DriverManager.getConnection("jdbc:sqlite:" + state.resolve("ledger.db"));
                java.sql.Statement s = c.createStatement()) {
            s.execute("PRAGMA user_version = 99");
        }
        LedgerCheck begun = new LedgerCheck(Files.createDirectories(directory.resolve("begun")));
        Files.createFile(directory.resolve("begun/ledger.db"));
        assertEquals(
                "empty yet; the agent begins it", only(begun.look(), "ledger").found());
        Run audit = new Run().command("audit", "--from-ledger", "--state-dir", directory + "/begun");
        assertEquals(66, audit.status);
        assertTrue(audit.err().contains("ledger.db is empty"), audit.err());
        assertEquals(78, new Run().command("audit", "--from-ledger", "--state-dir", state.toString()).status);
        Finding later = only(check.look(), "ledger");
        assertEquals(78, later.status());
        assertTrue(later.found().contains("layout 99"), later.found());
        Files.writeString(state.resolve("ledger.db"), "no database at all, and quite some bytes of it".repeat(100));
        Finding damaged = only(check.look(), "ledger");
        assertEquals(Finding.State.LIMITED, damaged.state());
        assertTrue(damaged.remedy().contains(".recover"), damaged.remedy());
    }

    @Test
    void aRouteIsToldForEachAddressAndNoneIsNoFault() throws IOException {
        io.imdsight.model.Endpoints endpoints = io.imdsight.model.Endpoints.EC2;
        Path recorded = Path.of("src/test/resources/io/imdsight/capture/proc-net-service-on-lo");
        List<Finding> findings = new RouteCheck(endpoints, recorded).look();
        assertEquals(2, findings.size());
        assertTrue(findings.getFirst().found().equals("169.254.169.254 by lo"), findings.toString());
        List<Finding> none = new RouteCheck(endpoints, directory).look();
        assertTrue(none.getFirst().found().startsWith("none to 169.254.169.254"), none.toString());
    }

    private static Finding cloudWatch(String... arguments) {
        DoctorCommand doctor = new DoctorCommand(null, List.of());
        new picocli.CommandLine(doctor).parseArgs(arguments);
        return new CloudWatchCheck(doctor.cloudWatch, !doctor.noLedger).look().getFirst();
    }

    @Test
    void theMetricsThatTheSettingsMakeAreCountedAndPriced() {
        assertTrue(cloudWatch().found().startsWith("off"));
        String all = cloudWatch("--cloudwatch").found();
        assertTrue(all.contains("at most 14 metrics, 7 of this machine and 7 shared"), all);
        assertTrue(all.contains("2.10 and 2.10 USD a month") && all.contains("up to 8640 requests, 0.09 USD"), all);
        String few = cloudWatch(
                        "--emf",
                        "-",
                        "--cloudwatch-metrics",
                        "essential",
                        "--cloudwatch-dimension",
                        "ImageId,tag:Team",
                        "--cloudwatch-top-callers",
                        "3")
                .found();
        // two for the machine and two for each of four callers; two each for the fleet, the image and the tag
        assertTrue(few.contains("at most 16 metrics, 10 of this machine and 6 shared"), few);
        assertEquals(64, cloudWatch("--cloudwatch", "--emf", "-").status(), "the agent's status with these flags");
    }

    @Test
    void aConfigurationThatPublishesFromNoLedgerIsOneThatTheAgentDoesNotStartWith() throws IOException {
        Path file = directory.resolve("imdsight.conf");
        Files.writeString(file, "cloudwatch = true\nno-ledger = true\n");
        Console console = new Console(
                Map.of(), new ByteArrayInputStream(new byte[0]), out, new PrintStream(out), false, new Ending());
        picocli.CommandLine root = Main.commands(console, false, new AgentCommand(console, null));
        root.setDefaultValueProvider(Settings.load(root, null, Map.of(), file));
        root.parseArgs("doctor");
        DoctorCommand doctor = root.getSubcommands().get("doctor").getCommand();
        Finding found =
                new CloudWatchCheck(doctor.cloudWatch, !doctor.noLedger).look().getFirst();
        assertEquals(78, found.status(), found.found());
        assertTrue(found.found().contains("leave out --no-ledger"), found.found());
        assertEquals(64, cloudWatch("--cloudwatch", "--no-ledger").status(), "as flags");
    }

    @Test
    void aPutWithoutTheNetworkIsWrongUsage() {
        assertEquals(64, new Run().command("doctor", "--cloudwatch-put").status);
    }
}
