package io.imdsight.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The private directory that holds the demo's scripts while it runs. */
final class DemoDirectory {
    private DemoDirectory() {}

    /** Makes one that only its owner can enter. */
    static Path create() throws IOException {
        return Files.createTempDirectory("imdsight-demo-");
    }

    /** Removes it with the files in it; what is gone already, or cannot go, is passed over. It never follows a link or enters a directory. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // the other half of the demo removes it too
        }
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // not empty: somebody else's files stay
        }
    }
}
