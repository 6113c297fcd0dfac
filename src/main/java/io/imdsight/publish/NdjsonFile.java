package io.imdsight.publish;

import io.imdsight.model.Escaped;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A file of lines that others ship: owner-only, rotated by size and age with one rename, and never holding half a line for longer than the write
 * takes. A disk that is full, read-only or gone costs nothing but the lines of that time: it is said once, tried again, and said when it works again. Any
 * thread.
 */
public final class NdjsonFile implements Closeable {
    /** After a failure the next attempt waits for that: a full disk must not cost a system call an event. */
    static final long RETRY_NANOS = 1_000_000_000L;

    /** No line is longer, so a line that a crash cut short begins at most so far back. */
    static final int LINE_BYTES_MAX = 64 * 1024;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path path;
    private volatile Rotation rotation;
    private final LongSupplier epochNanos;
    private final LongSupplier monotonicNanos;
    private final Consumer<String> say;
    private FileChannel channel;
    private Object fileKey;
    private long length;
    private long bornNanos;
    private volatile boolean failing;
    private long retryAtNanos;
    private long failures;

    /**
     * Nothing is opened yet.
     *
     * @param path the current file; rotated ones stand beside it
     * @param epochNanos nanoseconds since 1970-01-01T00:00:00Z
     * @param monotonicNanos a clock that nobody sets
     * @param say takes a sentence when writing begins to fail, and when it works again
     */
    public NdjsonFile(
            Path path, Rotation rotation, LongSupplier epochNanos, LongSupplier monotonicNanos, Consumer<String> say) {
        this.path = path;
        this.rotation = rotation;
        this.epochNanos = epochNanos;
        this.monotonicNanos = monotonicNanos;
        this.say = say;
    }

    /** The current file. */
    public Path path() {
        return path;
    }

    /** Takes effect with the next line. */
    public void rotation(Rotation newRotation) {
        rotation = newRotation;
    }

    /** Whether the last attempt to write failed. Does not wait for one under way. */
    public boolean isFailing() {
        return failing;
    }

    /** How many attempts to write have failed. */
    public synchronized long failures() {
        return failures;
    }

    /**
     * Appends whole lines and forgets them.
     *
     * @return whether they are in the file; where not, nothing of them is
     */
    public synchronized boolean append(LineBuffer lines) {
        if (lines.length() == 0) {
            return true;
        }
        if (failing && monotonicNanos.getAsLong() - retryAtNanos < 0) {
            lines.clear();
            return false;
        }
        try {
            open(lines.length());
            write(lines);
        } catch (IOException e) {
            lines.clear();
            failed(e);
            return false;
        }
        if (failing) {
            failing = false;
            say.accept("writing to " + Escaped.of(path.toString()) + " again");
        }
        return true;
    }

    private void failed(IOException e) {
        failures++;
        retryAtNanos = monotonicNanos.getAsLong() + RETRY_NANOS;
        closeQuietly();
        if (!failing) {
            failing = true;
            say.accept("cannot write to " + Escaped.of(path.toString()) + ": " + Escaped.of(reason(e))
                    + "; make room or mend it, it is tried again; everything else goes on");
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (e instanceof FileSystemException f && f.getReason() != null) {
            return f.getReason();
        }
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** A file that somebody renamed or removed is no place to write to any more. */
    private void open(int more) throws IOException {
        if (channel != null && !isStillThere()) {
            closeQuietly();
        }
        if (channel == null) {
            openFile();
        }
        boolean old = epochNanos.getAsLong() - bornNanos >= rotation.ageNanosMax();
        if (length > 0 && (length + more > rotation.fileBytesMax() || old)) {
            closeQuietly();
            rotation.rotate(path, epochNanos.getAsLong());
            openFile();
        }
    }

    private boolean isStillThere() throws IOException {
        try {
            Object now = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .fileKey();
            return now.equals(fileKey);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void openFile() throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
        }
        // a pipe would hold us until somebody reads it
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("it is no regular file");
        }
        channel = FileChannel.open(
                path,
                Set.of(
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                OWNER_ONLY);
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        fileKey = attributes.fileKey();
        length = mend();
        bornNanos = length == 0
                ? epochNanos.getAsLong()
                : Math.multiplyExact(attributes.creationTime().toMillis(), 1_000_000L);
    }

    /** Takes the beginning of a line away that a crash left at the end. Returns the length. */
    private long mend() throws IOException {
        long size = channel.size();
        int tail = (int) Math.min(size, LINE_BYTES_MAX);
        ByteBuffer bytes = ByteBuffer.allocate(tail);
        int read = 1;
        while (read > 0 && bytes.hasRemaining()) {
            read = channel.read(bytes, size - tail + bytes.position());
        }
        int end = bytes.position();
        while (end > 0 && bytes.get(end - 1) != '\n') {
            end--;
        }
        long good = size - tail + end;
        channel.truncate(good);
        channel.position(good);
        return good;
    }

    private void write(LineBuffer lines) throws IOException {
        int count = lines.length();
        OutputStream out = Channels.newOutputStream(channel);
        try {
            lines.writeTo(out);
            length += count;
        } catch (IOException e) {
            channel.truncate(length);
            throw e;
        }
    }

    private void closeQuietly() {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            failures++;
        }
        channel = null;
    }

    @Override
    public synchronized void close() {
        closeQuietly();
    }
}
