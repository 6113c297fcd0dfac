package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with a scan and without a watch: it opens no socket. */
class AuditScanTest {
    @TempDir
    Path root;

    @Test
    void aScanAloneListsWhatItFindsAndIsInconclusive() throws Exception {
        Files.writeString(root.resolve("a.sh"), "curl http://169.254.169.254/latest/meta-data/ami-id\n");
        Run run = new Run().command("audit", "--scan-root", root.toString(), "--for", "0s");
        assertEquals(ExitStatus.INCONCLUSIVE, run.status, run.err());
        assertTrue(run.out().contains("nothing was captured"), run.out());
        assertTrue(run.out().contains("- a.sh  [script]"), run.out());
        Run json = new Run().command("audit", "--scan-root", root.toString(), "--for", "0s", "--format", "json");
        assertTrue(json.out().contains("\"possible_callers\":[{\"kind\":\"script\",\"name\":\"a.sh\""), json.out());
    }

    @Test
    void withoutAScanOrALedgerThereIsNothingToJudge() {
        Run run = new Run().command("audit", "--for", "0s");
        assertEquals(ExitStatus.USAGE, run.status);
        assertTrue(run.err().contains("leaves nothing to judge"), run.err());
    }

    @Test
    void aWatchOfNoTimeCannotWaitForSilence() {
        Run run = new Run().command("audit", "--scan-root", root.toString(), "--for", "0s", "--until-idle", "1m");
        assertEquals(ExitStatus.USAGE, run.status);
        assertTrue(run.err().contains("--until-idle has nothing to wait for"), run.err());
    }

    @Test
    void aRootThatIsNotThereIsSaid() {
        Run run = new Run().command("audit", "--scan-root", root + "/none", "--for", "0s");
        assertEquals(ExitStatus.NO_INPUT, run.status);
        assertTrue(run.err().contains("no such directory"), run.err());
    }
}
