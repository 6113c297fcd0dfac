package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageOwnersTest {
    @TempDir
    Path root;

    private void dpkg(String list, String... paths) throws Exception {
        Path info = Files.createDirectories(root.resolve("var/lib/dpkg/info"));
        Files.writeString(info.resolve(list + ".list"), String.join("\n", paths) + "\n");
    }

    @Test
    void aFileIsFoundInItsPackagesListWithTheVersionOfTheStatusFile() throws Exception {
        dpkg("curl", "/.", "/usr", "/usr/bin/curl");
        dpkg("libc6:amd64", "/lib/x86_64-linux-gnu/libc.so.6");
        Files.writeString(
                root.resolve("var/lib/dpkg/status"),
                "Package: bash\nVersion: 5\n\nPackage: curl\nStatus: install ok installed\nVersion: 7.88.1-10+deb12u15\n\nPackage: libc6\nVersion: 2.36\n");
        assertEquals(
                Map.of(
                        "/usr/bin/curl", new PackageOwners.Owner("curl", "7.88.1-10+deb12u15"),
                        "/usr/lib/x86_64-linux-gnu/libc.so.6", new PackageOwners.Owner("libc6", "2.36")),
                new PackageOwners(root)
                        .owners(Set.of("/usr/bin/curl", "/usr/lib/x86_64-linux-gnu/libc.so.6", "/opt/own")));
    }

    @Test
    void whereNoPackageManagerIsNothingIsOwned() {
        assertEquals(Map.of(), new PackageOwners(root).owners(Set.of("/usr/bin/curl")));
    }

    @Test
    void whatRpmSaysIsANameAndAVersionOrNothing() {
        assertEquals(
                new PackageOwners.Owner("curl-minimal", "8.5.0-1.amzn2023"),
                PackageOwners.rpmOwner("curl-minimal 8.5.0-1.amzn2023\n"));
        assertNull(PackageOwners.rpmOwner("file /opt/x is not owned by any package\n"));
        assertNull(PackageOwners.rpmOwner(""));
    }

    @Test
    void aFileThatSomebodyElseNamesIsReadOnlyWhereItIsOneAndNothingWaits() throws Exception {
        Path file = Files.writeString(root.resolve("script"), "echo hello");
        assertArrayEquals("echo".getBytes(StandardCharsets.UTF_8), PlainFile.read(file, -1, 4));
        assertNull(PlainFile.read(root, -1, 4));
        assertNull(PlainFile.read(root.resolve("absent"), -1, 4));
        assertNull(PlainFile.read(Path.of("/dev/zero"), -1, 4));
        Path pipe = root.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> assertNull(PlainFile.read(pipe, -1, 4)));
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        int owner = (Integer) Files.getAttribute(file, "unix:uid");
        assertNull(PlainFile.read(file, owner + 1, 4));
        assertArrayEquals("echo".getBytes(StandardCharsets.UTF_8), PlainFile.read(file, owner, 4));
    }
}
