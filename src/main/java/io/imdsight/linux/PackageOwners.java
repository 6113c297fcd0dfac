package io.imdsight.linux;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Which package owns a file: dpkg's own files where the machine has them, {@code rpm -qf} where it has that.
 *
 * <pre>
 * var/lib/dpkg/info/NAME.list, NAME:ARCHITECTURE.list   one path a line
 * var/lib/dpkg/status                                   paragraphs: Package: NAME … Version: VERSION …
 * </pre>
 */
public final class PackageOwners {
    private static final String LIST = ".list";
    private static final String MERGED = "/usr";

    /** A desktop has some 3,000 packages. */
    private static final int PACKAGES_MAX = 50_000;

    /** The status file of such a desktop has some 5 MB. */
    private static final long LIST_BYTES_MAX = 32L << 20;

    private static final int RPM_SECONDS_MAX = 5;
    private static final int RPM_BYTES_MAX = 1024;

    private final Path root;

    /**
     * The packages of a system.
     *
     * @param root its root directory
     */
    public PackageOwners(Path root) {
        this.root = root;
    }

    /**
     * A package.
     *
     * @param name its name, without the architecture
     * @param version its whole version; null where that is not known
     */
    public record Owner(String name, String version) {}

    /** The owners of those files that have one, by path. Paths are absolute. */
    public Map<String, Owner> owners(Set<String> paths) {
        Path info = root.resolve("var/lib/dpkg/info");
        try {
            if (Files.isDirectory(info)) {
                return withVersions(dpkg(info, paths));
            }
            Path rpm = Rpm.of(root);
            return rpm == null ? Map.of() : rpm(rpm, paths);
        } catch (IOException e) {
            return Map.of(); // whose a program is helps a reader; without it he still has its path
        }
    }

    /** Package names by path. A system with /usr merged lists /bin/sh, and the kernel says /usr/bin/sh. */
    private static Map<String, String> dpkg(Path info, Set<String> paths) throws IOException {
        Map<String, String> asked = new HashMap<>();
        for (String path : paths) {
            asked.put(path, path);
            asked.put(path.startsWith(MERGED + "/") ? path.substring(MERGED.length()) : MERGED + path, path);
        }
        Map<String, String> out = new HashMap<>();
        int left = PACKAGES_MAX;
        try (DirectoryStream<Path> lists = Files.newDirectoryStream(info, "*" + LIST)) {
            for (Path list : lists) {
                if (left-- == 0 || out.size() == paths.size()) {
                    break;
                }
                if (Files.size(list) <= LIST_BYTES_MAX) {
                    search(list, asked, out);
                }
            }
        }
        return out;
    }

    private static void search(Path list, Map<String, String> asked, Map<String, String> out) throws IOException {
        String file = list.getFileName().toString();
        String name = file.substring(0, file.length() - LIST.length());
        int colon = name.indexOf(':');
        try (BufferedReader in = Files.newBufferedReader(list, StandardCharsets.ISO_8859_1)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String path = asked.get(line);
                if (path != null) {
                    out.putIfAbsent(path, colon < 0 ? name : name.substring(0, colon));
                }
            }
        }
    }

    private Map<String, Owner> withVersions(Map<String, String> names) throws IOException {
        Map<String, String> versions = new HashMap<>();
        Set<String> wanted = new HashSet<>(names.values());
        Path status = root.resolve("var/lib/dpkg/status");
        if (!wanted.isEmpty() && Files.isRegularFile(status)) {
            try (BufferedReader in = Files.newBufferedReader(status, StandardCharsets.ISO_8859_1)) {
                String name = null;
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    if (line.isEmpty()) {
                        name = null;
                    } else if (line.startsWith("Package: ")) {
                        name = line.substring("Package: ".length());
                    } else if (line.startsWith("Version: ") && wanted.contains(name)) {
                        versions.put(name, line.substring("Version: ".length()));
                    }
                }
            }
        }
        Map<String, Owner> out = new HashMap<>();
        names.forEach((path, name) -> out.put(path, new Owner(name, versions.get(name))));
        return out;
    }

    private static Map<String, Owner> rpm(Path rpm, Set<String> paths) throws IOException {
        Map<String, Owner> out = new HashMap<>();
        for (String path : paths) {
            Owner owner = path.startsWith("/") ? rpm(rpm, path) : null;
            if (owner != null) {
                out.put(path, owner);
            }
        }
        return out;
    }

    /** The path is one argument of a program that no shell starts, and begins with a slash, so it is no option. */
    private static Owner rpm(Path rpm, String path) throws IOException {
        Process p = Rpm.query(rpm, "-qf", path);
        try (InputStream said = p.getInputStream()) {
            if (!p.waitFor(RPM_SECONDS_MAX, TimeUnit.SECONDS) || p.exitValue() != 0) {
                return null;
            }
            return rpmOwner(new String(said.readNBytes(RPM_BYTES_MAX), StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            p.destroyForcibly();
        }
    }

    /** The first line of rpm's answer; null where it is none. */
    static Owner rpmOwner(String said) {
        String[] words = Rpm.nameAndVersion(said.lines().findFirst().orElse(""));
        return words == null ? null : new Owner(words[0], words[1]);
    }
}
