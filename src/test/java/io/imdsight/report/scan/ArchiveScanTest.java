package io.imdsight.report.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.report.ClientTable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class ArchiveScanTest {
    private static final String POM = "META-INF/maven/com.amazonaws/aws-java-sdk-core/pom.properties";
    private final PackageTable table = new PackageTable(ClientTable.load());
    private final ScanBook book = new ScanBook(table);

    private ScanResult scan(String place, byte[] archive) throws IOException {
        new ArchiveScan(table, book, () -> false).scan(place, ByteSource.of(archive));
        return book.result(List.of("/"), 1, 1, 1);
    }

    private static List<String> titles(ScanResult r) {
        return r.found().stream().map(c -> c.title() + " in " + c.inside()).toList();
    }

    private static byte[] zip(boolean stored, Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> e : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(e.getKey());
                if (stored) {
                    CRC32 sum = new CRC32();
                    sum.update(e.getValue());
                    entry.setMethod(ZipEntry.STORED);
                    entry.setSize(e.getValue().length);
                    entry.setCrc(sum.getValue());
                }
                zip.putNextEntry(entry);
                zip.write(e.getValue());
            }
        }
        return out.toByteArray();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sdk(String version) throws IOException {
        return zip(false, Map.of(POM, text("#x\nversion=" + version + "\ngroupId=com.amazonaws\n")));
    }

    @Test
    void anOldSdkIsFoundByItsPomAndANewOneIsCountedOnly() throws IOException {
        scan("/a.jar", sdk("1.11.677"));
        ScanResult r = scan("/b.jar", sdk("1.11.678"));
        assertEquals(List.of("AWS SDK for Java 1 1.11.677 in " + POM), titles(r));
        assertEquals(1, r.newEnough());
    }

    @Test
    void anSdkSeveralArchivesDeepIsFoundStoredOrPacked() throws IOException {
        for (boolean stored : new boolean[] {true, false}) {
            byte[] war = zip(stored, Map.of("WEB-INF/lib/sdk.jar", sdk(stored ? "1.11.1" : "1.11.2")));
            scan("/app.ear", zip(stored, Map.of("web.war", war)));
        }
        String way = "web.war → WEB-INF/lib/sdk.jar → " + POM;
        assertEquals(
                List.of("AWS SDK for Java 1 1.11.1 in " + way, "AWS SDK for Java 1 1.11.2 in " + way),
                titles(book.result(List.of(), 0, 0, 0)));
    }

    @Test
    void aProgramMayStandBeforeTheArchive() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text("#!/bin/sh\nexec java -jar $0\n"));
        out.write(sdk("1.11.3"));
        assertEquals(1, scan("/app.jar", out.toByteArray()).found().size());
    }

    @Test
    void anSdkPackedIntoAProgramsOwnJarIsFoundByItsPropertiesOrItsManifest() throws IOException {
        scan("/shaded.jar", zip(false, Map.of("com/amazonaws/sdk/versionInfo.properties", text("version=1.10.5\n"))));
        ScanResult r = scan(
                "/bundle.jar",
                zip(
                        false,
                        Map.of(
                                "META-INF/MANIFEST.MF",
                                text(
                                        "Bundle-SymbolicName: software.amazon.awssdk.re\r\n gions\r\nBundle-Version: 2.5.0\r\n"))));
        assertEquals(
                List.of("1.10.5", "2.5.0"),
                r.found().stream().map(PossibleCaller::version).toList());
    }

    @Test
    void whereAJarSaysNothingItsFileNameDoes() throws IOException {
        ScanResult r = scan("/lib/aws-java-sdk-core-1.11.500.jar", zip(false, Map.of("x.class", text("x"))));
        assertEquals("1.11.500", r.found().getFirst().version());
        assertEquals(1, scan("/lib/auth-2.1.jar", sdkOfOthers()).found().size(), "another's library of that name");
    }

    private static byte[] sdkOfOthers() throws IOException {
        return zip(false, Map.of("META-INF/maven/org.example/auth/pom.properties", text("version=2.1\n")));
    }

    @Test
    void anArchiveThatUnpacksToVeryMuchIsLeftAndSaid() throws IOException {
        Map<String, byte[]> many = new TreeMap<>();
        for (int i = 0; i < 30; i++) {
            many.put("n" + i + ".jar", zip(true, Map.of("zeros", new byte[11 << 20])));
        }
        byte[] bomb = zip(false, many);
        assertTrue(bomb.length < 1 << 20);
        ScanResult r = scan("/bomb.jar", bomb);
        assertTrue(
                r.misses().stream().anyMatch(m -> m.code().equals("archive-work")),
                r.misses().toString());
        ScanResult large = scan("/large.jar", zip(false, Map.of("aws-java-sdk-bundle-1.11.9.jar", new byte[17 << 20])));
        assertTrue(large.misses().stream().anyMatch(m -> m.code().equals("archive-size")));
        assertEquals("1.11.9", large.found().getFirst().version(), "told by its name");
    }

    @Test
    void archivesWithinArchivesEndSomewhere() throws IOException {
        byte[] inner = sdk("1.11.4");
        for (int i = 0; i < 8; i++) {
            inner = zip(true, Map.of("inner.jar", inner));
        }
        ScanResult r = scan("/deep.jar", inner);
        assertEquals(List.of(), r.found());
        assertTrue(r.misses().stream().anyMatch(m -> m.code().equals("archive-depth")));
    }

    @Test
    void whatIsNoArchiveIsSaidToBeDamaged() throws IOException {
        assertEquals(
                "archive-damaged",
                scan("/x.jar", new byte[100]).misses().getFirst().code());
    }
}
