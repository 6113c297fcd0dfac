package io.imdsight.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether the native libraries beside the program can be loaded. Nothing is unpacked, so that a /tmp that allows no programs is no matter.
 *
 * @param home the program's tree; null where it runs from elsewhere, as in tests
 * @param procRoot /proc
 */
record LibraryCheck(Path home, Path procRoot) implements Check {
    private static final List<String> NAMES = List.of("libjnidispatch.so", "libsqlitejdbc.so");

    /** The tree that this program was started from. */
    static LibraryCheck ofProcess(Path procRoot) {
        String home = System.getProperty("imdsight.home");
        return new LibraryCheck(home == null ? null : Path.of(home), procRoot);
    }

    @Override
    public List<Finding> look() {
        if (home == null) {
            return List.of(Finding.ok("libraries", "those of the class path: this is no assembled tree"));
        }
        Path directory = home.resolve("native");
        for (String name : NAMES) {
            if (!Files.isReadable(directory.resolve(name))) {
                return List.of(missing(
                        directory.resolve(name) + " is not there or cannot be read",
                        "unpack imdsight anew, and let everybody read it: chmod -R a+rX " + home));
            }
        }
        String mount = mountThatAllowsNoPrograms(directory);
        return List.of(
                mount == null
                        ? Finding.ok("libraries", "in " + directory + "; nothing is unpacked to /tmp")
                        : missing(
                                directory + " is on " + mount + ", which is mounted noexec",
                                "mount -o remount,exec " + mount + ", or move imdsight elsewhere"));
    }

    private static Finding missing(String found, String remedy) {
        return Finding.missing("libraries", found, "imdsight does not start", remedy, ExitStatus.UNAVAILABLE);
    }

    /** Of the mounts that hold the directory the one with the longest path; null where it allows programs, or nothing is known. */
    private String mountThatAllowsNoPrograms(Path directory) {
        String best = null;
        boolean noexec = false;
        try {
            // /dev/vda1 / ext4 rw,noexec,relatime 0 0     blanks in names are \040
            List<String> lines = Files.readAllLines(procRoot.resolve("self/mounts"), StandardCharsets.ISO_8859_1);
            for (String line : lines) {
                String[] fields = line.split(" ", -1);
                String at = fields.length < 4 ? "" : fields[1].replace("\\040", " ");
                if (at.startsWith("/") && directory.startsWith(at) && (best == null || at.length() >= best.length())) {
                    best = at;
                    noexec = List.of(fields[3].split(",", -1)).contains("noexec");
                }
            }
        } catch (IOException e) {
            return null;
        }
        return noexec ? best : null;
    }
}
