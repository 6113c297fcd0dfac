package io.imdsight.publish;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * When a file gives way to a new one, and how many old ones stay. The old one is renamed once, to {@code NAME.20261122T050411.123456789Z}, and never
 * touched again until it is the oldest too many: a shipper that follows the file reads it to its end, one that looks for {@code *.ndjson} sees each
 * file once.
 *
 * @param fileBytesMax a file does not grow beyond that, unless one write is larger
 * @param ageNanosMax a file does not stay current for longer
 * @param filesMax how many files there are, the current one included; 1 or above
 */
public record Rotation(long fileBytesMax, long ageNanosMax, int filesMax) {
    /** What the names need, loaded when a file gives way for the first time. */
    private static final class Names {
        static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern(
                        "uuuuMMdd'T'HHmmss.nnnnnnnnn'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC);
        static final Pattern ROTATED = Pattern.compile("\\.[0-9]{8}T[0-9]{6}\\.[0-9]{9}Z");
    }

    void rotate(Path path, long nowNanos) throws IOException {
        Path target = target(path, nowNanos);
        for (int i = 1; Files.exists(target) && i < 1000; i++) {
            target = target(path, nowNanos + i); // a rename would replace it
        }
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        prune(path);
    }

    private static Path target(Path path, long nanos) {
        Instant time =
                Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
        return path.resolveSibling(path.getFileName() + "." + Names.SUFFIX.format(time));
    }

    private void prune(Path path) throws IOException {
        String name = path.getFileName().toString();
        List<Path> rotated = new ArrayList<>();
        try (DirectoryStream<Path> all =
                Files.newDirectoryStream(path.toAbsolutePath().getParent())) {
            for (Path p : all) {
                String other = p.getFileName().toString();
                if (other.startsWith(name)
                        && Names.ROTATED.matcher(other.substring(name.length())).matches()) {
                    rotated.add(p);
                }
            }
        }
        Collections.sort(rotated);
        for (int i = 0; i < rotated.size() - (filesMax - 1); i++) {
            Files.deleteIfExists(rotated.get(i));
        }
    }
}
