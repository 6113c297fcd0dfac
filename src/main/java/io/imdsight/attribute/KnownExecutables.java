package io.imdsight.attribute;

import io.imdsight.linux.ConnectRecord.FileIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Paths of the files that callers run, for callers that are gone before theirs can be read: the kernel says which file it was. A path is kept
 * only where it leads to that very file from here, so that nobody can put a name of his own on another's program. Used by one thread.
 */
final class KnownExecutables {
    /** Few programs call; each caller that is still there brings its own in again. */
    static final int FILES_MAX = 256;

    private final Map<FileIdentity, byte[]> paths = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<FileIdentity, byte[]> eldest) {
            return size() > FILES_MAX;
        }
    };

    /** Takes what /proc/PID/exe said of a process that runs a file. */
    void learn(FileIdentity file, byte[] path) {
        if (file != null && path != null && !paths.containsKey(file) && isThatFile(file, path)) {
            paths.put(file, path);
        }
    }

    /** The path; null where it is not known. */
    byte[] path(FileIdentity file) {
        return file == null ? null : paths.get(file);
    }

    private static boolean isThatFile(FileIdentity file, byte[] path) {
        try {
            Path p = Path.of(new String(path, StandardCharsets.UTF_8));
            Map<String, Object> is = Files.readAttributes(p, "unix:ino,dev");
            return is.get("ino") instanceof Long inode
                    && inode == file.inode()
                    && is.get("dev") instanceof Long device
                    && device == file.statDevice();
        } catch (IOException | InvalidPathException | UnsupportedOperationException e) {
            return false; // in a container, deleted, or on a file system whose numbers are not what it shows
        }
    }
}
