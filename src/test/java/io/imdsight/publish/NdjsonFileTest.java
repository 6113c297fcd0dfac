package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NdjsonFileTest {
    private static final long DAY_NANOS = 86_400_000_000_000L;

    @TempDir
    Path directory;

    private final AtomicLong epoch = new AtomicLong(Samples.TIME);
    private final AtomicLong monotonic = new AtomicLong(1);
    private final List<String> said = new ArrayList<>();

    private NdjsonFile file(String name, long bytesMax, int files) {
        return new NdjsonFile(
                directory.resolve(name),
                new Rotation(bytesMax, DAY_NANOS, files),
                epoch::get,
                monotonic::get,
                said::add);
    }

    private boolean append(NdjsonFile file, String line) {
        LineBuffer buffer = new LineBuffer();
        buffer.text(line);
        buffer.raw('\n');
        return file.append(buffer);
    }

    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        assertTrue(append(file("new/a.ndjson", 1000, 3), "one"));
        assertEquals("rw-------", permissions("new/a.ndjson"));
        assertEquals("rwx------", permissions("new"));
    }

    private String permissions(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(name)));
    }

    @Test
    void aFullOneIsRenamedOnceAndTheOldestGo() throws IOException {
        NdjsonFile file = file("a.ndjson", 20, 3);
        for (int i = 0; i < 10; i++) {
            epoch.addAndGet(1_000_000_000L);
            assertTrue(append(file, "line number " + i));
        }
        try (Stream<Path> all = Files.list(directory)) {
            assertEquals(
                    List.of("a.ndjson", "a.ndjson.20261122T050420.123456789Z", "a.ndjson.20261122T050421.123456789Z"),
                    all.map(p -> p.getFileName().toString()).sorted().toList());
        }
        assertEquals("line number 9\n", Files.readString(file.path()));
    }

    @Test
    void anOldOneGivesWayEvenWhenItIsSmall() throws IOException {
        NdjsonFile file = file("a.ndjson", 1000, 3);
        epoch.set(System.currentTimeMillis() * 1_000_000); // a file's birth is on the machine's clock
        append(file, "yesterday");
        epoch.addAndGet(DAY_NANOS + 1);
        append(file, "today");
        assertEquals("today\n", Files.readString(file.path()));
    }

    @Test
    void halfALineThatACrashLeftIsTakenAway() throws IOException {
        Path path = directory.resolve("a.ndjson");
        Files.writeString(path, "{\"whole\":1}\n{\"hal");
        assertTrue(append(file("a.ndjson", 1000, 3), "next"));
        assertEquals("{\"whole\":1}\nnext\n", Files.readString(path));
    }

    @Test
    void aFileThatIsDeletedUnderWayIsMadeAgainAndItsDirectoryToo() throws IOException {
        NdjsonFile file = file("state/a.ndjson", 1000, 3);
        append(file, "one");
        Files.delete(file.path());
        Files.delete(file.path().getParent());
        assertTrue(append(file, "two"));
        assertEquals("two\n", Files.readString(file.path()));
        assertEquals(List.of(), said);
    }

    @Test
    void whatCannotBeWrittenIsSaidOnceTriedEachSecondAndTakenUpAgain() throws IOException {
        Path blocker = directory.resolve("state");
        Files.writeString(blocker, "a file where the directory should be", StandardOpenOption.CREATE);
        NdjsonFile file = file("state/a.ndjson", 1000, 3);
        assertFalse(append(file, "one"));
        assertFalse(append(file, "two"));
        assertEquals(1, file.failures(), "the second came too soon for another attempt");
        monotonic.addAndGet(NdjsonFile.RETRY_NANOS);
        assertFalse(append(file, "three"));
        assertEquals(2, file.failures());
        assertEquals(1, said.size());
        Files.delete(blocker);
        monotonic.addAndGet(NdjsonFile.RETRY_NANOS);
        assertTrue(append(file, "four"));
        assertEquals("four\n", Files.readString(file.path()));
        assertEquals(2, said.size());
        assertTrue(said.getLast().startsWith("writing to "), said.getLast());
    }

    @Test
    void aLinkOrAPipeInItsPlaceIsNotWrittenTo() throws Exception {
        Path target = directory.resolve("victim");
        Files.writeString(target, "precious\n");
        Files.createSymbolicLink(directory.resolve("a.ndjson"), target);
        assertFalse(append(file("a.ndjson", 1000, 3), "one"));
        assertEquals("precious\n", Files.readString(target));
        assertEquals(
                0,
                new ProcessBuilder("mkfifo", directory.resolve("b.ndjson").toString())
                        .start()
                        .waitFor());
        assertFalse(append(file("b.ndjson", 1000, 3), "one"));
    }
}
