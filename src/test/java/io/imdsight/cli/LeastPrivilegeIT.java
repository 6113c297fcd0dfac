package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The table "Privileges" of docs/attribution.md, row by row: the assembled agent as an ordinary user with ambient capabilities, curl as another
 * user. Mounts nothing outside of the mount namespace that each script has for itself.
 */
@Timeout(180)
class LeastPrivilegeIT {
    private static final String FULL = "net_raw,perfmon,bpf,dac_read_search,sys_ptrace";

    /** As uid 65534 with the capabilities in CAPS; curl as uid 1. Whoever may not reach the tree gets a copy. */
    private static final String RUN = """
            user="setpriv --reuid=65534 --regid=65534 --clear-groups"
            program=$PROGRAM
            if ! $user test -x "$PROGRAM"; then
                copy=$(mktemp -d); chmod 755 "$copy"; cp -a "$TREE" "$copy/imdsight"; program=$copy/imdsight/bin/imdsight
            fi
            cd /
            set="-all"; for c in $(echo "$CAPS" | tr , ' '); do set="$set,+$c"; done
            privileged="$user --inh-caps=$set --ambient-caps=$set --bounding-set=$set"
            $privileged $WRAPPER"$program" doctor --config /dev/null --format json --interface lo >"$DIR/doctor" 2>"$DIR/doctor-err" || echo $? >"$DIR/doctor-status"
            : >"$DIR/err"
            $privileged $WRAPPER"$program" agent --config /dev/null --no-ledger --format json --interface lo >"$DIR/out" 2>"$DIR/err" &
            agent=$!
            n=0; until grep -q watching "$DIR/err"; do n=$((n+1)); kill -0 $agent 2>/dev/null || { wait $agent; exit $?; }; [ $n -lt 1200 ] || exit 97; sleep 0.05; done
            sleep 0.5
            i=0; while [ $i -lt 10 ]; do i=$((i+1))
                setpriv --reuid=1 --regid=1 --clear-groups curl -q -s -m 5 -o /dev/null http://169.254.169.254/latest/meta-data/instance-id; done
            sleep 0.5
            kill -TERM $agent; wait $agent
            """;

    private static final String MOUNTED = "mount -t tracefs none /sys/kernel/tracing 2>/dev/null || true\n";
    private static final String NOT_MOUNTED =
            "umount /sys/kernel/tracing /sys/kernel/debug/tracing /sys/kernel/debug 2>/dev/null || true\n";

    @TempDir
    Path directory;

    private AgentScript script;
    private int status;
    private String wrapper = "";

    @BeforeAll
    static void needsRoot() throws IOException {
        AgentScript.needsRoot();
    }

    @BeforeEach
    void script() {
        script = new AgentScript(directory);
    }

    private void run(String capabilities, String tracefs) throws Exception {
        status = script.withService(
                "DIR=$PWD; CAPS=" + capabilities + "; WRAPPER=\"" + wrapper + "\"\n" + tracefs + RUN);
    }

    private static String without(String capability) {
        return FULL.replace("," + capability, "");
    }

    /** Whatever is missing, each call is counted, and nothing breaks. */
    private void everyCallIsCounted() throws IOException {
        assertEquals(0, status, script.everything());
        assertEquals(10, script.count("requests"), script.everything());
        assertEquals(10, script.count("metadata_no_token"), script.everything());
        assertFalse(script.read("err").contains("\tat "), script.everything());
        assertFalse(script.read("err").contains("internal error"), script.everything());
    }

    private void witnessed() throws IOException {
        // The probe sees all namespaces of the machine, so that others may be among those of the kernel alone.
        assertEquals(10, script.count("both"), script.everything());
        assertEquals(0, script.count("capture"), script.everything());
    }

    private long lines(String... texts) throws IOException {
        return script.read("out")
                .lines()
                .filter(l -> Arrays.stream(texts).allMatch(l::contains))
                .count();
    }

    private String doctor(String check) throws IOException {
        Matcher m = Pattern.compile("(?m)^\\{\"check\":\"" + check + "\",\"state\":\"([a-z]+)\".*$")
                .matcher(script.read("doctor"));
        assertTrue(m.find(), check + ": " + script.read("doctor") + script.read("doctor-err"));
        return m.group(1);
    }

    @Test
    void theFullSetNamesEveryCallerOfAnotherUserWithItsProgram() throws Exception {
        run(FULL + ",net_admin", MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(
                10,
                lines("\"executable\":{\"path\":\"", "\"command_line\":\"curl", "\"method\":\"connect-probe\""),
                script.everything());
        assertFalse(script.read("err").contains("needs"), script.read("err"));
        assertEquals("ok", doctor("capture"));
        assertEquals("ok", doctor("probe"));
        assertEquals("ok", doctor("copy"));
        assertEquals("ok", doctor("rung"));
        assertEquals("", script.read("doctor-status"));
    }

    @Test
    void withoutNetAdminAddressesBehindMasqueradeStayAsTheyAreAndTheAgentSaysSo() throws Exception {
        run(FULL, MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"command_line\":\"curl", "\"method\":\"connect-probe\""), script.everything());
        assertTrue(script.read("err").contains("needs CAP_NET_ADMIN"), script.read("err"));
    }

    @Test
    void withoutPtraceTheExecutableIsUnknownAndAllElseIsThere() throws Exception {
        run(without("sys_ptrace"), MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"command_line\":\"curl", "\"method\":\"connect-probe\""), script.everything());
        assertEquals(
                0, lines("\"process\":{\"pid\":", "\"executable\":{\"path\":\"/usr/bin/curl\""), script.everything());
    }

    @Test
    void withoutBpfTheProcessIsReadFromProcAndTheAgentSaysWhatThatCosts() throws Exception {
        run(without("bpf"), MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"process\":{\"pid\":", "\"method\":\"connect-probe\""), script.everything());
        assertTrue(
                script.read("err").contains("the kernel copies no callers within their connect"), script.read("err"));
        assertTrue(script.read("err").contains("needs CAP_BPF"), script.read("err"));
        assertEquals("limited", doctor("copy"));
        assertEquals("limited", doctor("rung"));
    }

    @Test
    void withoutPerfmonThereIsNoProbeAndTheAgentSaysSo() throws Exception {
        run(without("perfmon"), MOUNTED);
        everyCallIsCounted();
        noProbe();
    }

    @Test
    void withBpfTracefsMayStayClosedAndThreeCapabilitiesAreEnoughForEveryCommandLine() throws Exception {
        run("net_raw,perfmon,bpf", MOUNTED);
        byPrograms("read tracefs: Permission denied");
    }

    @Test
    void withoutDacReadSearchAndBpfThereIsNoProbeAndTheAgentSaysSo() throws Exception {
        run("net_raw,perfmon,sys_ptrace", MOUNTED);
        everyCallIsCounted();
        noProbe();
        assertTrue(script.read("err").contains("CAP_DAC_READ_SEARCH"), script.read("err"));
        assertTrue(script.read("err").contains("no BPF program can be had instead"), script.read("err"));
    }

    @Test
    void wherePerfEventsAreRefusedProgramsMakeTheProbesRecords() throws Exception {
        script.compile("noperf");
        wrapper = "$DIR/noperf ";
        run("net_raw,perfmon,bpf,sys_ptrace,dac_read_search", MOUNTED);
        byPrograms("open perf event on CPU 0: Permission denied");
    }

    @Test
    void wherePerfEventsAreRefusedAndBpfIsMissingTheAgentSaysBoth() throws Exception {
        script.compile("noperf");
        wrapper = "$DIR/noperf ";
        run(without("bpf"), MOUNTED);
        everyCallIsCounted();
        noProbe();
        assertTrue(
                script.read("err").contains("open perf event on CPU 0: Permission denied; and no BPF program"),
                script.read("err"));
        assertTrue(script.read("err").contains("needs CAP_PERFMON, with CAP_BPF"), script.read("err"));
    }

    /** Nobody is worse off for it. */
    private void byPrograms(String why) throws IOException {
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"command_line\":\"curl", "\"method\":\"connect-probe\""), script.everything());
        String said =
                "named by the kernel's connect probe (its records come from BPF programs, for perf events are refused: "
                        + why;
        assertTrue(script.read("err").contains(said), script.read("err"));
        assertFalse(script.read("err").contains("copies no callers"), script.read("err"));
        assertEquals("ok", doctor("probe"));
        assertEquals("ok", doctor("copy"));
        assertEquals("ok", doctor("rung"));
    }

    @Test
    void whereTracefsIsNotMountedSysAdminOpensOneOfOurOwn() throws Exception {
        run(without("sys_ptrace") + ",sys_admin", NOT_MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"command_line\":\"curl", "\"method\":\"connect-probe\""), script.everything());
    }

    @Test
    void whereTracefsIsNotMountedAndMayNotBeProgramsMakeTheProbesRecords() throws Exception {
        run(FULL, NOT_MOUNTED);
        byPrograms("open a tracefs of our own: Operation not permitted");
    }

    @Test
    void whereTracefsIsNotMountedAndMayNotBeAndBpfIsMissingThereIsNoProbeAndTheAgentSaysSo() throws Exception {
        run(without("bpf"), NOT_MOUNTED);
        everyCallIsCounted();
        noProbe();
        assertTrue(script.read("err").contains("CAP_SYS_ADMIN"), script.read("err"));
    }

    @Test
    void aTracefsOfOurOwnIsClosedToOthersToo() throws Exception {
        run("net_raw,perfmon,bpf,sys_admin", NOT_MOUNTED);
        byPrograms("");
    }

    @Test
    void threeCapabilitiesAreEnoughForEveryPid() throws Exception {
        run("net_raw,perfmon,dac_read_search", MOUNTED);
        everyCallIsCounted();
        witnessed();
        assertEquals(10, lines("\"process\":{\"pid\":", "\"method\":\"connect-probe\""), script.everything());
    }

    @Test
    void withNetRawAloneCallsAreCountedAndTheRestIsSaid() throws Exception {
        run("net_raw", MOUNTED);
        everyCallIsCounted();
        noProbe();
        assertEquals("ok", doctor("capture"));
        assertEquals("limited", doctor("rung"));
        assertEquals("", script.read("doctor-status"));
    }

    @Test
    void withoutNetRawThereIsNoCaptureAndTheCapabilityIsNamed() throws Exception {
        run(FULL.replace("net_raw,", ""), MOUNTED);
        assertEquals(77, status, script.everything());
        assertTrue(script.read("err").contains("needs CAP_NET_RAW"), script.read("err"));
        assertFalse(script.read("err").contains("\tat "), script.read("err"));
        assertEquals("77\n", script.read("doctor-status"));
        assertEquals("missing", doctor("capture"));
    }

    private void noProbe() throws IOException {
        assertTrue(script.read("err").contains("the connect probe is off"), script.read("err"));
        assertFalse(script.read("err").contains("\"connections\""), script.read("err"));
        assertEquals(0, script.count("connect-probe"), script.everything());
        assertEquals("limited", doctor("probe"));
        assertNotNull(doctor("socket-table"));
    }
}
