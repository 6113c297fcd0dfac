package io.imdsight.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptTest {
    private static final Caller INIT = process("systemd", "/sbin/init");
    private static final Caller CRON = process("cron", "/usr/sbin/cron", "-f");
    private static final Caller NIGHTLY = process("sh nightly.sh", "/bin/sh", "/opt/backup/nightly.sh", "--token", "x");

    private static Caller process(String title, String... arguments) {
        return new Caller(7, null, List.of(arguments), title, 0, null, 1, null, null, null, List.of());
    }

    private static Caller gone(String name) {
        return new Caller(7, null, null, name, 0, null, 1, null, null, null, List.of());
    }

    private static Caller by(Caller process, Caller... parents) {
        return new Caller(
                process.pid(),
                null,
                process.arguments(),
                process.title(),
                0,
                null,
                1,
                null,
                null,
                null,
                List.of(parents));
    }

    private static Caller curl(Caller... parents) {
        return by(process("curl", "curl", "-s", "http://169.254.169.254/"), parents);
    }

    @Test
    void aToolWorksForTheNearestScriptWhateverStandsBetween() {
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(curl(NIGHTLY, CRON, INIT)));
        assertEquals(
                "/opt/backup/nightly.sh",
                Script.workedFor(curl(
                        process("timeout", "timeout", "5"),
                        process("sh -c", "sh", "-c", "curl x | jq ."),
                        process("sudo", "sudo", "sh"),
                        NIGHTLY,
                        process("bash wrapper.sh", "bash", "/opt/wrapper.sh"),
                        INIT)));
        assertEquals(
                "/opt/app/app.jar",
                Script.workedFor(curl(process("java app.jar", "java", "-jar", "/opt/app/app.jar"), INIT)));
        assertEquals(
                "python3 -m reports.daily",
                Script.workedFor(curl(process("python3 -m reports.daily", "/usr/bin/python3", "-m", "reports.daily"))));
        assertEquals("jobs/a.py", Script.workedFor(curl(process("python3 a.py", "python3", "./jobs/a.py"))));
    }

    @Test
    void whoGivesTheProgramsTextOrStartsASessionIsNoScript() {
        assertNull(Script.workedFor(curl()));
        assertNull(Script.workedFor(curl(INIT)));
        assertNull(Script.workedFor(curl(process("sh -c", "/bin/sh", "-c", "/usr/bin/curl x"), CRON, INIT)));
        assertNull(Script.workedFor(curl(process("bash 63", "bash", "/dev/fd/63"), INIT)));
        assertNull(Script.workedFor(curl(process("bash", "-bash"), process("0", "sshd: root@pts/0"), INIT)));
        assertNull(Script.workedFor(curl(
                process("containerd-shim", "/usr/bin/containerd-shim", "-namespace", "moby", "-id", "0123"), INIT)));
    }

    @Test
    void whatAPersonTypesWorksForNoScriptThatStartedTheSession() {
        Caller notebook = process("python3 jupyter", "python3", "/opt/jupyter/jupyter");
        assertNull(Script.workedFor(curl(process("bash", "-bash"), notebook)));
        assertNull(Script.workedFor(curl(process("bash", "/bin/bash", "-l"), notebook)));
        Caller text = process("bash -c", "-bash", "-c", "curl x");
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(curl(text, process("su", "su", "-", "app"), NIGHTLY)));
        Caller fromInput = process("sh", "sh");
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(curl(fromInput, NIGHTLY)), "sh <<END");
    }

    @Test
    void aScriptIsItsOwnCallerAndAnInstalledToolIsNot() {
        Caller report = process("python3 report.py", "python3", "/opt/report.py");
        assertNull(Script.workedFor(by(report, NIGHTLY, INIT)));
        Caller text = process("python3 -c", "python3", "-c", "import urllib");
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(by(text, NIGHTLY, INIT)));
        Caller aws = process("python3 aws", "/usr/bin/python3", "/usr/local/bin/aws", "s3", "ls");
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(by(aws, NIGHTLY, INIT)));
        assertNull(Script.workedFor(by(aws, aws, INIT)), "its own child works for nobody else");
        assertEquals("/usr/local/bin/aws", Script.workedFor(curl(aws, NIGHTLY)), "what a tool runs, it runs itself");
    }

    @Test
    void whereANearerCommandLineIsNotKnownNothingIsSaid() {
        assertNull(Script.workedFor(curl(gone("nightly.sh"), NIGHTLY, INIT)));
    }

    @Test
    void aNameThatAProgramGaveItselfIsNoScript() {
        assertNull(Script.workedFor(curl(process("nginx: worker process", "nginx: worker process"))));
        assertNull(Script.workedFor(curl(process("my program", "/opt/my program", "-v"))));
    }

    @Test
    void whatIsMadeUpAtEachRunIsLeftOut() {
        assertEquals("/tmp/jenkins*.sh", of("/tmp/jenkins7164893454012345678.sh"));
        assertEquals("/home/runner/_temp/*.sh", of("/home/runner/_temp/3c9ad2b5-0f1e-4c55-8d8e-0a1b2c3d4e5f.sh"));
        assertEquals(
                "/var/lib/amazon/ssm/i-*/document/orchestration/*/awsrunShellScript/0.awsrunShellScript/_script.sh",
                of("/var/lib/amazon/ssm/i-0123456789abcdef0/document/orchestration/"
                        + "3c9ad2b5-0f1e-4c55-8d8e-0a1b2c3d4e5f/awsrunShellScript/0.awsrunShellScript/_script.sh"));
        assertEquals("/tmp/tmp.*/run.sh", of("/tmp/tmp.Ab3dEfXyZw/run.sh"));
        assertEquals("/opt/app2/v1.2.3/run.sh", of("/opt/app2/v1.2.3/run.sh"));
    }

    private static String of(String path) {
        return Script.of(process("sh " + path.substring(path.lastIndexOf('/') + 1), "sh", path));
    }

    @Test
    void anInterpreterIsAtWorkWhereItWasGivenAScriptAModuleOrText() {
        assertTrue(Script.isAtWork(NIGHTLY));
        assertTrue(Script.isAtWork(process("sh -c", "sh", "-xc", "curl x")));
        assertTrue(Script.isAtWork(process("bash -c", "-bash", "-c", "curl x")));
        assertTrue(Script.isAtWork(process("bash 63", "bash", "/dev/fd/63")));
        assertTrue(Script.isAtWork(process("node --eval", "node", "--eval", "0")));
        assertTrue(Script.isAtWork(process("python3 -m reports", "python3", "-m", "reports")));
        assertTrue(Script.isAtWork(process("java app.jar", "java", "-jar", "/opt/app.jar")));
        assertFalse(Script.isAtWork(process("bash", "bash", "--login")));
        assertFalse(Script.isAtWork(process("bash", "-bash")));
        assertFalse(Script.isAtWork(process("curl", "curl", "http://x/")));
        assertFalse(Script.isAtWork(process("nginx: worker process", "nginx: worker process")));
        assertFalse(Script.isAtWork(process("my -c", "/opt/my -c", "-v")));
        assertFalse(Script.isAtWork(gone("sh -c")));
    }

    @Test
    void theSearchIsBounded() {
        List<Caller> parents = new ArrayList<>();
        while (parents.size() < Script.ANCESTORS_MAX - 1) {
            parents.add(process("make", "make"));
        }
        parents.add(NIGHTLY);
        assertEquals("/opt/backup/nightly.sh", Script.workedFor(curl(parents.toArray(Caller[]::new))));
        parents.add(0, process("make", "make"));
        assertNull(Script.workedFor(curl(parents.toArray(Caller[]::new))));
    }

    @Test
    void theLastNameOfAPathIsWhatPeopleSay() {
        assertEquals("nightly.sh", Script.lastName("/opt/backup/nightly.sh"));
        assertEquals("app", Script.lastName("/opt/app/"));
        assertEquals("/", Script.lastName("/"));
        assertEquals("nightly.sh", Script.lastName("nightly.sh"));
        assertEquals("curl (nightly.sh)", Script.label("curl", "/opt/backup/nightly.sh"));
        assertEquals("curl", Script.label("curl", null));
        assertEquals("python3 -m reports.daily", Script.lastName("python3 -m reports.daily"));
    }
}
