package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ledger on a real small file system that fills up, and becomes read-only; and read by the real {@code sqlite3}. Needs root to mount. */
@Timeout(120)
class LedgerFaultsIT {
    private static final long M = Seen.MINUTE;

    @TempDir
    Path temporary;

    private final Drops drops = new Drops();
    private final List<String> said = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    private Path directory;
    private boolean mounted;

    @BeforeEach
    void mount() throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root to mount a tmpfs");
        directory = Files.createDirectory(temporary.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=768k", "imdsight-test", directory.toString());
        mounted = true;
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", "--lazy", directory.toString());
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(p.waitFor(20, TimeUnit.SECONDS), () -> List.of(command) + " hangs");
        assertEquals(0, p.exitValue(), () -> List.of(command) + ": " + out);
        return out.strip();
    }

    private void tick(Ledger ledger, long seconds) {
        clock.addAndGet(seconds * 1_000_000_000L);
        ledger.tick(M * Seen.MINUTE_NANOS);
    }

    private long recorded() throws LedgerException {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            return Seen.sum(reader.tallies(0, Long.MAX_VALUE));
        }
    }

    @Test
    void aFullDiskCostsNoCountAndIsSaidOnceAndRecoveredFrom() throws Exception {
        long added = 0;
        try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), drops, said::add, clock::get)) {
            while (said.isEmpty() && added < 100_000) {
                ledger.add(Seen.v1(M + added / 10, "caller-" + added));
                added++;
                ledger.commit();
                if (added % 100 == 0) {
                    tick(ledger, 1);
                }
            }
            assertTrue(said.getFirst().contains("the disk is full"), said::toString);
            for (int i = 0; i < 3000; i++) {
                ledger.add(Seen.v1(M + i, "late"));
                added++;
                ledger.commit();
                if (i % 100 == 0) {
                    tick(ledger, 1);
                }
            }
            assertEquals(1, said.size(), said::toString);
            assertEquals(added, recorded() + ledger.waiting() + drops.get(Drop.LEDGER));
            run("mount", "-o", "remount,size=32m", directory.toString());
            tick(ledger, 60);
            assertEquals(2, said.size(), said::toString);
            assertTrue(said.get(1).contains("written again"), said::toString);
            assertEquals(0, ledger.waiting());
            assertEquals(added, recorded());
            assertEquals(0, drops.get(Drop.LEDGER));
        }
    }

    @Test
    void aFileSystemThatBecomesReadOnlyCostsNoCount() throws Exception {
        try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), drops, said::add, clock::get)) {
            ledger.add(Seen.v1(M, "a"));
            ledger.commit();
            tick(ledger, 1);
        }
        run("mount", "-o", "remount,ro", directory.toString());
        try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), drops, said::add, clock::get)) {
            assertEquals(1, said.size(), said::toString);
            for (int i = 0; i < 100; i++) {
                ledger.add(Seen.v1(M + i, "b"));
                ledger.commit();
                tick(ledger, 1);
            }
            assertEquals(1, said.size(), said::toString);
            assertEquals(100, ledger.waiting());
            run("mount", "-o", "remount,rw", directory.toString());
            tick(ledger, 60);
            assertEquals(101, recorded());
            assertEquals(2, said.size(), said::toString);
        }
    }

    @Test
    void plainSqliteReadsItWhileItIsWritten() throws Exception {
        String file = directory.resolve(LedgerFile.NAME).toString();
        try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), drops, said::add, clock::get)) {
            for (int i = 1; i <= 20; i++) {
                ledger.add(Seen.v1(M, "a"));
                ledger.commit();
                assertEquals(
                        i + "|2026-11-22 05:04:00|v1|served|a|/opt/a",
                        run(
                                "sqlite3",
                                "-readonly",
                                file,
                                "SELECT count, time, version, outcome, title, executable FROM tallies"));
            }
            assertEquals(
                    "20|20|0",
                    run("sqlite3", file, "SELECT requests, metadata_no_token, captured_millis FROM minutes"));
            assertEquals("ok", run("sqlite3", file, "PRAGMA integrity_check"));
        }
    }
}
