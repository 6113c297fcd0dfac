package io.imdsight.cli.scan;

import io.imdsight.linux.QuietDirectory;
import io.imdsight.linux.QuietFile;
import io.imdsight.report.scan.ScanBook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Goes through directories, each once, without following links, and shows every regular file that is worth it. */
final class DiskWalk {
    /** Each level keeps a directory open. */
    private static final int DEPTH_MAX = 64;

    /** Mail queues and caches have more in one directory; programs do not. */
    private static final int NAMES_MAX = 200_000;

    /** Remembered so that none is looked at twice, by a bind mount or as one of the first places; 100 bytes each. */
    private static final int DIRECTORIES_MAX = 200_000;

    private final Mounts mounts;
    private final boolean whole;
    private final ScanWork work;
    private final ScanBook book;
    private final Set<Object> seen = new HashSet<>();

    /**
     * A walk.
     *
     * @param whole whether it is this machine that is scanned, so that places have a meaning
     */
    DiskWalk(Mounts mounts, boolean whole, ScanWork work, ScanBook book) {
        this.mounts = mounts;
        this.whole = whole;
        this.work = work;
        this.book = book;
    }

    /** Everything below a directory. One that is not there is left out, unless it was asked for. */
    void root(Path path) {
        if (whole && (!Files.isDirectory(path) || Files.isSymbolicLink(path))) {
            return;
        }
        String text = path.toAbsolutePath().normalize().toString();
        if (isClosed(text)) {
            return;
        }
        try (QuietDirectory directory = QuietDirectory.open(path)) {
            walk(directory, text.equals("/") ? "" : text, 0);
        } catch (IOException e) {
            book.missed("unreadable", "files and directories that could not be read", text);
        }
    }

    private void walk(QuietDirectory directory, String path, int depth) throws IOException {
        work.at(path.isEmpty() ? "/" : path);
        Object key = directory.attributes().fileKey();
        if (work.isOver() || seen.contains(key)) {
            return;
        }
        if (seen.size() < DIRECTORIES_MAX) {
            seen.add(key);
        }
        List<String> names = directory.names(NAMES_MAX);
        if (names.size() == NAMES_MAX) {
            book.missed("names", "directories with too many files, of which the rest was not looked at", path);
        }
        List<String> directories = new ArrayList<>();
        for (String name : names) {
            if (work.isOver()) {
                return;
            }
            if (entry(directory, path, name)) {
                directories.add(name);
            }
        }
        for (String name : directories) {
            if (!work.isOver()) {
                into(directory, path + "/" + name, name, depth + 1);
            }
        }
    }

    /** Looks at a file; true where it is a directory, to be entered later. */
    private boolean entry(QuietDirectory directory, String path, String name) {
        String whole = path + "/" + name;
        try {
            PosixFileAttributes is = directory.attributes(name);
            if (is.isRegularFile()) {
                work.counted();
                boolean executable = is.permissions().contains(PosixFilePermission.OWNER_EXECUTE);
                if (work.wants(whole, name, is.size(), executable)) {
                    work.at(whole);
                    try (QuietFile file = directory.file(name)) {
                        work.look(whole, name, executable, file);
                    }
                }
            }
            return is.isDirectory();
        } catch (IOException e) {
            book.missed("unreadable", "files and directories that could not be read", whole);
            return false;
        }
    }

    private void into(QuietDirectory parent, String path, String name, int depth) {
        if (isClosed(path)) {
            return;
        }
        if (depth > DEPTH_MAX) {
            book.missed("depth", "directories too deep to be entered", path);
            return;
        }
        try (QuietDirectory directory = parent.directory(name)) {
            walk(directory, path, depth);
        } catch (IOException e) {
            book.missed("unreadable", "files and directories that could not be read", path);
        }
    }

    private boolean isClosed(String path) {
        if (!whole) {
            return false;
        }
        if (Places.NO_PROGRAMS.contains(path) || Places.CONTAINERS.contains(path)) {
            return true;
        }
        String type = mounts.closed(path);
        if (type != null && !path.equals("/")) {
            book.missed(
                    "mounts",
                    "other file systems (pseudo, network, FUSE, overlay, memory) that were not entered",
                    path);
            return true;
        }
        return false;
    }
}
