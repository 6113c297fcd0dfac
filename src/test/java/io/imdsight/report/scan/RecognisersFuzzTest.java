package io.imdsight.report.scan;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.report.ClientTable;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Any bytes as a program, an archive, a package manager's file, a script: nothing is thrown, and little is read.
 *
 * <pre>
 * the input: u8 kind | bytes; kind 0: a program; 1: a real one with these bytes over it; 2: an archive; 3: JSON and the like; 4: a script
 * </pre>
 */
class RecognisersFuzzTest {
    /** Of an input of some KiB; what is read again and again costs time. */
    private static final long READ_MAX = 512L << 20;

    private static final PackageTable TABLE = new PackageTable(ClientTable.load());
    private static final List<String> PATHS = List.of(
            "/a/node_modules/aws-sdk/package.json",
            "/v/composer/installed.json",
            "/x.deps.json",
            "/boto.egg-info/PKG-INFO",
            "META-INF/maven/com.amazonaws/aws-java-sdk-core/pom.properties");

    /** The same for as long as one has: JAZZER_FUZZ=1 and this method alone. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        anyBytesAreReadOrRefused(input);
    }

    @FuzzTest(maxDuration = "20s")
    void anyBytesAreReadOrRefused(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] rest = java.util.Arrays.copyOfRange(input, 1, input.length);
        Counted bytes = new Counted(ByteSource.of(rest));
        ScanBook book = new ScanBook(TABLE);
        switch (input[0] & 7) {
            case 0 -> GoBuildInfo.modules(bytes);
            case 1 -> GoBuildInfo.modules(ByteSource.of(over(rest)));
            case 2 -> new ArchiveScan(TABLE, book, () -> false).scan("/x.jar", bytes);
            case 3 ->
                PATHS.forEach(p -> MetadataFile.of(p).packages(rest, p, null).forEach(book::add));
            default -> ScriptAtRest.judge(new String(rest, StandardCharsets.ISO_8859_1) + "\n169.254.169.254\n");
        }
        assertTrue(bytes.read < READ_MAX, () -> "read " + bytes.read);
        for (PossibleCaller c : book.result(List.of(), 0, 0, 0).found()) {
            assertTrue((c.title() + c.where() + c.why()).chars().noneMatch(x -> x < 0x20 || x == 0x7f));
        }
    }

    private static byte[] over(byte[] bytes) {
        byte[] out = GoProgram.pointers(GoProgram.MODULES, ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i + 1 < bytes.length; i += 2) {
            int at = (bytes[i] & 0xff) * 2 % out.length;
            out[at] = bytes[i + 1];
        }
        return out;
    }

    private static final class Counted implements ByteSource {
        private final ByteSource bytes;
        long read;

        Counted(ByteSource bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length();
        }

        @Override
        public int read(long at, byte[] into, int offset, int count) throws IOException {
            int got = bytes.read(at, into, offset, count);
            read += got;
            return got;
        }
    }
}
