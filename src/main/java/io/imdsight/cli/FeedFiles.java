package io.imdsight.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Finds feed and event files below what the user named, and opens them, compressed or not. */
final class FeedFiles {
    /** A bucket's prefixes are a handful of levels deep. */
    private static final int DEPTH_MAX = 32;

    private static final int BUFFER_BYTES = 64 * 1024;

    /** Current ones, rotated ones ({@code feed.ndjson.20261122T…Z}), and what shippers make of them. */
    private static final Pattern NAME = Pattern.compile(".*\\.(ndjson|jsonl|json|gz)([.-].*)?");

    private static final Pattern INSTANCE_ID =
            Pattern.compile("(?<![0-9a-z])i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-z])");

    /** RFC 1952, section 2.3.1. */
    private static final int GZIP_FIRST = 0x1f;

    private static final int GZIP_SECOND = 0x8b;

    private final Set<Object> known = new HashSet<>();
    private final List<Path> files = new ArrayList<>();
    private int twice;
    private int otherNames;

    /**
     * Adds a file, or all files below a directory whose names are those of feeds or which begin as one.
     *
     * @throws IOException where it is not there, or cannot be read
     */
    void add(Path named) throws IOException {
        if (!Files.isDirectory(named)) {
            take(named);
            return;
        }
        List<Path> found;
        try (Stream<Path> walk = Files.walk(named, DEPTH_MAX, new FileVisitOption[0])) {
            found = walk.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .toList();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path p : found) {
            if (isFeed(p)) {
                take(p);
            } else {
                otherNames++;
            }
        }
    }

    /** A file may be named twice, by itself and by its directory, or have two names; its records count once. */
    private void take(Path file) throws IOException {
        Object key = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        if (key != null && Files.isRegularFile(file) && !known.add(key)) {
            twice++;
            return;
        }
        files.add(file);
    }

    private static boolean isFeed(Path p) throws IOException {
        if (p.getFileName().toString().startsWith(".")) {
            return false;
        }
        if (NAME.matcher(p.getFileName().toString()).matches()) {
            return true;
        }
        try (InputStream in = Files.newInputStream(p)) {
            int first = in.read();
            return first == '{' || first == GZIP_FIRST && in.read() == GZIP_SECOND;
        }
    }

    /** What was found, in the order in which it was named, and within a directory by name. */
    List<Path> files() {
        return List.copyOf(files);
    }

    /** Files that were named more than once. */
    int twice() {
        return twice;
    }

    /** Files below the directories that are neither called nor begun as a feed. */
    int otherNames() {
        return otherNames;
    }

    /** A stream as it is, or what gzip made of it: also several parts in one, as {@code cat a.gz b.gz} leaves. */
    static InputStream decompressed(InputStream in) throws IOException {
        PushbackInputStream out = new PushbackInputStream(new BufferedInputStream(in, BUFFER_BYTES), 2);
        int first = out.read();
        int second = first < 0 ? -1 : out.read();
        if (second >= 0) {
            out.unread(second);
        }
        if (first >= 0) {
            out.unread(first);
        }
        return first == GZIP_FIRST && second == GZIP_SECOND ? new GZIPInputStream(out, BUFFER_BYTES) : out;
    }

    /** Whose a file is whose lines do not say: the last instance id in its path, else the directory that it lies in. */
    static String machine(Path file) {
        Path whole = file.toAbsolutePath().normalize();
        String id = null;
        for (Matcher m = INSTANCE_ID.matcher(whole.toString()); m.find(); ) {
            id = m.group();
        }
        Path directory = whole.getParent();
        return id != null
                ? id
                : directory == null || directory.getFileName() == null
                        ? "/"
                        : directory.getFileName().toString();
    }
}
