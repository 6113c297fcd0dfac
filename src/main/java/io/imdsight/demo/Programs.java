package io.imdsight.demo;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds programs as a shell would. */
final class Programs {
    private final String searchPath;

    /**
     * A search path.
     *
     * @param searchPath directories, separated by colons; null for none
     */
    Programs(String searchPath) {
        this.searchPath = searchPath == null ? "" : searchPath;
    }

    static Programs ofEnvironment() {
        return new Programs(System.getenv("PATH"));
    }

    /** The first executable file of that name; relative directories are passed over. */
    Optional<Path> find(String name) {
        for (String directory : searchPath.split(File.pathSeparator, -1)) {
            if (!directory.startsWith("/")) {
                continue;
            }
            try {
                Path file = Path.of(directory, name);
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    return Optional.of(file);
                }
            } catch (InvalidPathException e) {
                // no directory has such a name
            }
        }
        return Optional.empty();
    }

    boolean has(String name) {
        return find(name).isPresent();
    }
}
