package io.imdsight.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads a file whose name somebody else chose: opening it neither waits (a pipe) nor does anything (a device), and what was opened is looked at before it
 * is read, so that nothing can be put in its place meanwhile.
 */
public final class PlainFile {
    /** The file type's bits and a regular file, linux/stat.h. */
    private static final int S_IFMT = 0170000;

    private static final int S_IFREG = 0100000;
    private static final int S_IROTH = 0004;

    private PlainFile() {}

    /**
     * The file's first bytes.
     *
     * @param userId whose file it may be beside root's, or anybody's that all may read
     * @param bytesMax how many at the most
     * @return null where there is no such file, it is no regular one, or it is none that the user could read
     */
    public static byte[] read(Path path, int userId, int bytesMax) {
        int flags = LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
        try (FileDescriptor fd = FileDescriptor.of("open " + path, LibC.open(path.toString(), flags))) {
            Map<String, Object> is = Files.readAttributes(Path.of("/proc/self/fd/" + fd.number()), "unix:mode,uid");
            int mode = (Integer) is.get("mode");
            boolean readable = (mode & S_IROTH) != 0 || (Integer) is.get("uid") == userId;
            return (mode & S_IFMT) == S_IFREG && readable ? fd.readAll("read " + path, bytesMax) : null;
        } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
            return null;
        }
    }
}
