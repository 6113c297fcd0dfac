package io.imdsight.cli.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DiskScanTest {
    private static final String V1 = "curl -s http://169.254.169.254/latest/meta-data/instance-id\n";

    @TempDir
    Path root;

    private Path file(String name, String text) throws IOException {
        Path out = root.resolve(name);
        Files.createDirectories(out.getParent());
        return Files.writeString(out, text);
    }

    private ScanResult scan(Path where, ScanLimits limits) throws InterruptedException {
        return DiskScan.start(List.of(where), limits).await();
    }

    private ScanResult scan() throws InterruptedException {
        return scan(root, new ScanLimits(Duration.ofSeconds(30), 1000, 1 << 30));
    }

    private static List<String> names(ScanResult r) {
        return r.found().stream().map(PossibleCaller::title).toList();
    }

    @Test
    void scriptsUnitsAndOldPackagesAreFoundWithPlaceAndLine() throws Exception {
        file("etc/cron.d/nightly", "5 3 * * * root " + V1);
        file("etc/systemd/system/a.service", "[Service]\nExecStart=/usr/bin/" + V1);
        file("opt/app/node_modules/aws-sdk/package.json", "{\"name\":\"aws-sdk\",\"version\":\"2.721.0\"}");
        file("opt/new/node_modules/aws-sdk/package.json", "{\"name\":\"aws-sdk\",\"version\":\"2.722.0\"}");
        Path tool = file("usr/local/bin/tool", "#!/bin/sh\n" + V1);
        assertTrue(tool.toFile().setExecutable(true));
        ScanResult r = scan();
        assertEquals(List.of("AWS SDK for JavaScript 2 2.721.0", "a.service", "nightly", "tool"), names(r));
        assertEquals(1, r.newEnough());
        assertEquals(2, r.found().get(3).lines().getFirst().number());
        assertEquals(tool.toString(), r.found().get(3).place());
    }

    @Test
    void linesAreShownWithoutTheirSecrets() throws Exception {
        file(
                "a.sh",
                "curl -H 'X-Api-Key: hunter2' -u me:hunter2 http://169.254.169.254/latest/meta-data/?token=hunter2\n");
        ScanResult r = scan();
        assertEquals(1, r.found().size());
        assertFalse(r.toString().contains("hunter2"), r.toString());
    }

    @Test
    void linksAreNotFollowedAndPipesAreNotOpened() throws Exception {
        Path outside = Files.createTempDirectory("outside");
        try {
            Files.writeString(outside.resolve("x.sh"), V1);
            Files.createSymbolicLink(root.resolve("link"), outside);
            Files.createSymbolicLink(root.resolve("link.sh"), outside.resolve("x.sh"));
            Files.createSymbolicLink(root.resolve("loop"), root);
            Process p = new ProcessBuilder("mkfifo", root.resolve("pipe.sh").toString()).start();
            assertEquals(0, p.waitFor());
            ScanResult r = scan();
            assertEquals(List.of(), r.found());
            assertEquals(0, r.files());
            assertEquals(List.of(), r.misses());
        } finally {
            Files.delete(outside.resolve("x.sh"));
            Files.delete(outside);
        }
    }

    @Test
    void aScanThatReachesALimitSaysWhichAndWhere() throws Exception {
        for (int i = 0; i < 20; i++) {
            file(i + ".sh", V1);
        }
        ScanResult files = scan(root, new ScanLimits(Duration.ofSeconds(30), 5, 1 << 30));
        assertEquals("files", files.misses().getFirst().code());
        assertEquals(5, files.found().size());
        assertTrue(files.misses().getFirst().example().startsWith(root.toString()));
        ScanResult bytes = scan(root, new ScanLimits(Duration.ofSeconds(30), 100, 100));
        assertEquals("bytes", bytes.misses().getFirst().code());
        ScanResult time = scan(root, new ScanLimits(Duration.ZERO, 100, 1 << 30));
        assertEquals("time", time.misses().getFirst().code());
    }

    @Test
    void readingAFileLeavesItsAccessTimeAlone() throws Exception {
        Path script = file("a.sh", V1);
        FileTime before = FileTime.from(Instant.parse("2001-01-01T00:00:00Z"));
        Files.setAttribute(script, "lastAccessTime", before);
        assertEquals(1, scan().found().size());
        assertEquals(before, Files.getAttribute(script, "lastAccessTime"));
    }

    @Test
    void aLibrarysOwnTextIsListedOnceAndNotWhereItsVersionIsJudged() throws Exception {
        file("p/site-packages/inhouse/a.py", "URL = 'http://169.254.169.254/latest/meta-data/'\n");
        file("p/site-packages/inhouse/b.py", "URL = 'http://169.254.169.254/latest/meta-data/'\n");
        file("p/site-packages/boto/utils.py", "URL = 'http://169.254.169.254/latest/meta-data/'\n");
        ScanResult r = scan();
        assertEquals(List.of("inhouse"), names(r));
        assertEquals(PossibleCaller.LIBRARY_CODE, r.found().getFirst().kind());
    }
}
