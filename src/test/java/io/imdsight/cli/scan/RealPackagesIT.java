package io.imdsight.cli.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.report.scan.PossibleCaller;
import io.imdsight.report.scan.ScanResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scan on packages as their makers publish them: from Maven Central (fetched by the build), Debian and npm (fetched here, some 20 MB). */
@Timeout(300)
class RealPackagesIT {
    private static final Path MAVEN = Path.of("target/at-rest/maven");
    private static final int SECONDS_MAX = 240;

    @TempDir
    Path root;

    private String run(Path in, String... command) throws Exception {
        Path said = root.resolve("said");
        Process p = new ProcessBuilder(command)
                .directory(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        boolean ended = p.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
        p.destroyForcibly();
        String text = Files.readString(said);
        Files.delete(said);
        assumeTrue(ended && p.exitValue() == 0, "SKIPPED: cannot run " + String.join(" ", command) + ": " + text);
        return text;
    }

    private static boolean has(String program) {
        return Files.isExecutable(Path.of("/usr/bin", program))
                || Files.isExecutable(Path.of("/usr/local/bin", program));
    }

    private ScanResult scan() throws InterruptedException {
        return DiskScan.start(List.of(root), new ScanLimits(Duration.ofMinutes(2), 100_000, 1L << 30))
                .await();
    }

    private static List<String> titles(ScanResult r) {
        return r.found().stream().map(PossibleCaller::title).toList();
    }

    private Path jar(String name) {
        Path out = MAVEN.resolve(name);
        assertTrue(Files.exists(out), out + " is not there: the build fetches it before the integration tests");
        return out;
    }

    @Test
    void oldJavaSdksAreFoundAsJarsAndInsideOthers() throws Exception {
        Files.copy(jar("aws-java-sdk-core-1.11.600.jar"), root.resolve("anything.jar"));
        Files.copy(jar("aws-java-sdk-core-1.12.780.jar"), root.resolve("new.jar"));
        Files.copy(jar("regions-2.5.0.jar"), root.resolve("regions.jar"));
        nested(root.resolve("app.jar"), "BOOT-INF/lib/sdk.jar", jar("aws-java-sdk-core-1.11.600.jar"), true);
        nested(root.resolve("app.war"), "WEB-INF/lib/sdk.jar", jar("aws-java-sdk-core-1.11.600.jar"), false);
        ScanResult r = scan();
        assertEquals(
                List.of(
                        "AWS SDK for Java 1 1.11.600",
                        "AWS SDK for Java 1 1.11.600",
                        "AWS SDK for Java 1 1.11.600",
                        "AWS SDK for Java 2 2.5.0"),
                titles(r));
        assertEquals(1, r.newEnough());
        assertEquals(List.of(), r.misses());
    }

    /** A jar in another, as Spring Boot packs it (stored), or as a web archive does. */
    private static void nested(Path archive, String name, Path jar, boolean stored) throws IOException {
        byte[] bytes = Files.readAllBytes(jar);
        try (OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry(name);
            if (stored) {
                CRC32 sum = new CRC32();
                sum.update(bytes);
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(bytes.length);
                entry.setCrc(sum.getValue());
            }
            zip.putNextEntry(entry);
            zip.write(bytes);
        }
    }

    @Test
    void debiansPackagesAreJudgedByTheirVersions() throws Exception {
        assumeTrue(has("apt-get") && has("dpkg-deb"), "SKIPPED: no apt-get here");
        Path packages = Files.createDirectories(root.resolve("packages"));
        List<String> names = List.of(
                "python3-boto",
                "python3-boto3",
                "python3-botocore",
                "amazon-ec2-utils",
                "cloud-guest-utils",
                "ruby-aws-sdk-core",
                "ruby-fog-aws");
        for (String name : names) {
            run(packages, "apt-get", "download", "-q", name);
        }
        Path tree = Files.createDirectories(root.resolve("tree"));
        try (var debs = Files.list(packages)) {
            for (Path deb : debs.toList()) {
                run(tree, "dpkg-deb", "-x", deb.toString(), tree.toString());
            }
        }
        ScanResult r = scan();
        assertEquals(1, titles(r).size(), titles(r).toString());
        assertTrue(
                titles(r).getFirst().startsWith("boto 2 (Python) 2."), titles(r).toString());
        assertTrue(r.newEnough() >= 4, "boto3, botocore, aws-sdk-core, fog-aws: " + r.newEnough());
    }

    @Test
    void npmsPackagesAreJudgedByTheirVersions() throws Exception {
        assumeTrue(has("npm"), "SKIPPED: no npm here");
        npm("aws-sdk@2.500.0", "old/node_modules/aws-sdk");
        npm("aws-sdk@2.1000.0", "new/node_modules/aws-sdk");
        npm("@aws-sdk/credential-provider-imds@3.300.0", "new/node_modules/@aws-sdk/credential-provider-imds");
        ScanResult r = scan();
        assertEquals(List.of("AWS SDK for JavaScript 2 2.500.0"), titles(r));
        assertEquals(2, r.newEnough());
    }

    private void npm(String name, String directory) throws Exception {
        Path to = Files.createDirectories(root.resolve(directory));
        Path packed = Files.createDirectories(root.resolve("packed"));
        String[] said = run(
                        packed,
                        "npm",
                        "pack",
                        "--silent",
                        "--cache",
                        root.resolve("cache").toString(),
                        name)
                .strip()
                .split("\n", -1);
        Path file = packed.resolve(said[said.length - 1].strip());
        run(to, "tar", "-xzf", file.toString(), "--strip-components=1");
        Files.delete(file);
    }

    /** Real programs: esbuild, built with Go 1.15 (pointers) and with Go 1.18 (inline strings). */
    @Test
    void modulesOfRealGoProgramsAreReadInBothFormats() throws Exception {
        assumeTrue(has("npm"), "SKIPPED: no npm here");
        for (String version : List.of("0.8.50", "0.14.54")) {
            npm("esbuild-linux-64@" + version, version);
            Path program = root.resolve(version).resolve("bin/esbuild");
            byte[] bytes = Files.readAllBytes(program);
            List<String> modules =
                    io.imdsight.report.scan.GoBuildInfo.modules(io.imdsight.report.scan.ByteSource.of(bytes)).stream()
                            .map(m -> m.path() + " " + m.version())
                            .toList();
            assertTrue(modules.contains("github.com/evanw/esbuild "), version + ": " + modules);
            assertTrue(
                    modules.stream().anyMatch(m -> m.startsWith("golang.org/x/sys 0.0.0-")), version + ": " + modules);
            boolean inline = new String(bytes, StandardCharsets.ISO_8859_1).contains("\u00ff Go buildinf:\b\u0002");
            assertEquals(version.equals("0.14.54"), inline, "the format of " + version);
        }
    }
}
