package io.imdsight.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlainFileTest {
    @TempDir
    Path directory;

    /** A buffer that doubled with each piece would need terabytes here. */
    @Test
    void aLongFileIsReadUpToTheLimitInMemoryOfItsLength() throws Exception {
        byte[] content = new byte[300_000];
        new Random(1).nextBytes(content);
        Path file = Files.write(directory.resolve("long"), content);
        int me = (int) Files.getAttribute(file, "unix:uid");
        assertArrayEquals(Arrays.copyOf(content, 262_144), PlainFile.read(file, me, 262_144));
        assertArrayEquals(content, PlainFile.read(file, me, 1 << 20));
        assertEquals(0, PlainFile.read(Files.createFile(directory.resolve("empty")), me, 100).length);
    }
}
