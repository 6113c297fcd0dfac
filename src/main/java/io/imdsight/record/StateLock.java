package io.imdsight.record;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/** One agent a state directory: a lock that the kernel releases with the process, whatever its end. Readers need none. */
final class StateLock implements AutoCloseable {
    static final String NAME = "agent.lock";

    private final Path path;
    private final FileChannel channel;
    private final Object inode;

    private StateLock(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        inode = Files.readAttributes(path, "unix:ino,dev");
    }

    /**
     * Makes the directory where it is missing, and takes the lock.
     *
     * @return null where another agent has it
     */
    static StateLock take(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, mode("rwxr-x---"));
        }
        Path path = directory.resolve(NAME);
        FileChannel channel =
                FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), mode("rw-------"));
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new StateLock(path, channel);
            }
        } catch (OverlappingFileLockException e) {
            // held by this very process, which is another agent all the same
            channel.close();
            return null;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        return null;
    }

    /** Whether the file we hold the lock on was deleted: another agent could take it again. */
    boolean gone() {
        try {
            return !Objects.equals(inode, Files.readAttributes(path, "unix:ino,dev"));
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // the lock goes with the process at the latest
            return;
        }
    }

    private static FileAttribute<?> mode(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
