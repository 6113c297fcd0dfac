package io.imdsight.linux;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * An open directory of a tree in which others may rename and link while we read: everything below is opened by its name in this very directory, and a
 * symbolic link is never followed.
 */
public final class QuietDirectory implements Closeable {
    private final FileDescriptor fd;

    private QuietDirectory(FileDescriptor fd) {
        this.fd = fd;
    }

    /** Opens one by its path, whose own last part may be a link. */
    public static QuietDirectory open(Path path) throws IOException {
        int flags = LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
        return new QuietDirectory(FileDescriptor.of("open " + path, LibC.open(path.toString(), flags)));
    }

    /** Opens one in this. */
    public QuietDirectory directory(String name) throws IOException {
        int flags = LibC.O_RDONLY | LibC.O_DIRECTORY | LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
        return new QuietDirectory(FileDescriptor.of("open " + name, LibC.openat(fd.number(), name, flags)));
    }

    /** Opens a regular file in this; see {@link QuietFile}. */
    public QuietFile file(String name) throws IOException {
        return QuietFile.open(fd.number(), name);
    }

    /**
     * The names in it, in the kernel's order.
     *
     * @param namesMax how many at the most
     */
    public List<String> names(int namesMax) throws IOException {
        List<String> out = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(""))) {
            for (Path p : entries) {
                if (out.size() == namesMax) {
                    break;
                }
                out.add(p.getFileName().toString());
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return out;
    }

    /** What a name stands for; of a link the link. */
    public PosixFileAttributes attributes(String name) throws IOException {
        return Files.readAttributes(path(name), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** This directory itself. */
    public PosixFileAttributes attributes() throws IOException {
        return Files.readAttributes(path(""), PosixFileAttributes.class);
    }

    /** The kernel's own name for what is open. */
    private Path path(String name) {
        return Path.of("/proc/self/fd/" + fd.number() + "/" + name);
    }

    @Override
    public void close() {
        fd.close();
    }
}
