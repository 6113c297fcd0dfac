package io.imdsight.cli;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a failed test tells of the directory that its script worked in: whoever reads it has nothing else, for the directory is gone by then. */
final class Shown {
    /** Bytes of the begin and of the end of a file; final counts are a line of some 1,500. */
    private static final int BEGIN_MAX = 1_500;

    private static final int END_MAX = 2_500;

    /** As many as a script leaves, and no more: the caller's own temporary directory may hold thousands. */
    private static final int FILES_MAX = 24;

    private Shown() {}

    /** The files of a directory that are text, and the sizes of those that are not; those of the agent and the script first. */
    static String all(Path directory) {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(Files::isRegularFile)
                    .sorted((a, b) -> rank(a) == rank(b) ? a.compareTo(b) : Integer.compare(rank(a), rank(b)))
                    .limit(FILES_MAX)
                    .toList();
        } catch (IOException e) {
            return e.toString();
        }
        StringBuilder out = new StringBuilder();
        for (Path file : files) {
            out.append("--- ")
                    .append(file.getFileName())
                    .append(": ")
                    .append(text(file))
                    .append('\n');
        }
        return out.toString();
    }

    private static int rank(Path file) {
        int rank = List.of("log", "script.log", "err", "out")
                .indexOf(file.getFileName().toString());
        return rank < 0 ? Integer.MAX_VALUE : rank;
    }

    private static String text(Path file) {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            long size = in.length();
            if (file.toString().endsWith(".html")) {
                return "[" + size + " bytes]";
            }
            if (size <= BEGIN_MAX + END_MAX) {
                return text(in, 0, (int) size, size);
            }
            return text(in, 0, BEGIN_MAX, size) + "\n[… of " + size + " bytes …]\n"
                    + text(in, size - END_MAX, END_MAX, size);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String text(RandomAccessFile in, long from, int bytes, long size) throws IOException {
        byte[] read = new byte[bytes];
        in.seek(from);
        in.readFully(read);
        for (byte b : read) {
            if (b == 0) {
                return "[" + size + " bytes]";
            }
        }
        return new String(read, StandardCharsets.UTF_8);
    }
}
