package io.imdsight.report.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataFileTest {
    private static String read(String path, String text) {
        List<RestingPackage> all = MetadataFile.of(path).packages(text.getBytes(StandardCharsets.UTF_8), path, null);
        return String.join(
                "; ",
                all.stream()
                        .map(p -> p.ecosystem().label() + " " + p.name() + " " + p.version())
                        .toList());
    }

    @Test
    void eachPackageManagersFileIsKnownByItsPath() {
        String python = "Metadata-Version: 2.1\nName: botocore\nVersion: 1.13.24\n\nName: other\n";
        assertEquals("python botocore 1.13.24", read("/x/botocore-1.13.24.dist-info/METADATA", python));
        assertEquals("python botocore 1.13.24", read("/x/botocore.egg-info/PKG-INFO", python));
        assertEquals("python botocore 1.13.24", read("EGG-INFO/PKG-INFO", python));
        assertEquals("python boto 2.49.0", read("/x/boto-2.49.0-py3.9.egg-info", ""));
        assertEquals(
                "npm aws-sdk 2.500.0",
                read("/a/node_modules/aws-sdk/package.json", "{\"x\":{\"version\":\"9\"},\"version\":\"2.500.0\"}"));
        assertEquals(
                "npm @aws-sdk/credential-provider-imds 3.1.0",
                read("/a/node_modules/@aws-sdk/credential-provider-imds/package.json", "{\"version\":\"3.1.0\"}"));
        assertEquals("maven g:a 1.2", read("META-INF/maven/g/a/pom.properties", "#c\r\nversion=1.2\r\n"));
        assertEquals("gem aws-sdk-core 3.78.0", read("/g/specifications/aws-sdk-core-3.78.0.gemspec", ""));
        assertEquals(
                "system amazon-ssm-agent 3.0.1",
                read("/snap/a/1/meta/snap.yaml", "name: amazon-ssm-agent\nversion: '3.0.1'\n"));
    }

    @Test
    void composersListIsReadInBothOfItsForms() {
        String list =
                "[{\"name\":\"aws/aws-sdk-php\",\"version\":\"3.147.6\"},{\"name\":\"a/b\",\"version\":\"v1.0\"}]";
        String expected = "composer aws/aws-sdk-php 3.147.6; composer a/b 1.0";
        assertEquals(expected, read("/v/vendor/composer/installed.json", list));
        assertEquals(expected, read("/v/vendor/composer/installed.json", "{\"packages\":" + list + ",\"dev\":true}"));
    }

    @Test
    void librariesOfDotnetProgramsAreReadFromTheirList() {
        assertEquals(
                "nuget AWSSDK.Core 3.3.103.65; nuget App 1.0.0",
                read(
                        "/app/App.deps.json",
                        "{\"targets\":{},\"libraries\":{\"AWSSDK.Core/3.3.103.65\":{},\"App/1.0.0\":{}}}"));
    }

    @Test
    void otherFilesOfTheSameNamesAreNone() {
        for (String path : List.of(
                "/x/METADATA",
                "/x/package.json",
                "/a/lib/aws-sdk/package.json",
                "/x/pom.properties",
                "/x/installed.json",
                "package.json",
                "METADATA",
                "",
                "/",
                "/x/y.gemspec")) {
            assertNull(MetadataFile.of(path), path);
        }
    }

    @Test
    void damagedFilesGiveWhatThePathTells() {
        assertEquals("npm aws-sdk null", read("/a/node_modules/aws-sdk/package.json", "{\"version\":"));
        assertEquals("", read("/v/vendor/composer/installed.json", "[[[[{{{{"));
        assertEquals("", read("/v/vendor/composer/installed.json", "[".repeat(100_000)));
    }
}
