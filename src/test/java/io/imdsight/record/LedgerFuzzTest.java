package io.imdsight.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.model.Drops;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A ledger whose bytes were changed: what is counted from then on is in a ledger, that one or a new one in its place, and a reader has an answer or a
 * sentence. Nothing else is thrown, and nothing hangs.
 *
 * <pre>
 * the input is a run of:  u16 page and place, scaled to the file | u8 the new byte      (a run of five 0xff cuts the file there)
 * </pre>
 */
class LedgerFuzzTest {
    private static final long SECONDS_MAX = 20;
    private static final byte[] WHOLE = whole();

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) throws IOException {
        aChangedLedgerIsUsedOrSetAside(input);
    }

    @FuzzTest(maxDuration = "10s")
    void aChangedLedgerIsUsedOrSetAside(byte[] input) throws IOException {
        Path directory = Files.createTempDirectory("ledger-fuzz");
        long begin = System.nanoTime();
        try {
            Files.write(directory.resolve(LedgerFile.NAME), changed(input));
            readAll(directory);
            write(directory);
            assertEquals(1, counted(directory), "what was counted afterwards is there");
        } finally {
            delete(directory);
        }
        assertTrue(System.nanoTime() - begin < SECONDS_MAX * 1_000_000_000L);
    }

    private static byte[] changed(byte[] input) {
        byte[] out = WHOLE.clone();
        ByteBuffer in = ByteBuffer.wrap(input);
        while (in.remaining() >= 3 && out.length > 0) {
            int at = (int) ((in.getShort() & 0xffffL) * out.length >>> 16);
            byte value = in.get();
            if (value == -1 && in.remaining() >= 2 && in.getShort(in.position()) == -1) {
                out = Arrays.copyOf(out, at);
            } else {
                out[at] = value;
            }
        }
        return out;
    }

    private static void write(Path directory) {
        List<String> said = new ArrayList<>();
        try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), new Drops(), said::add)) {
            ledger.started(Seen.MINUTE * Seen.MINUTE_NANOS, "1");
            ledger.add(Seen.v1(Seen.MINUTE + 9, "after"));
            ledger.commit();
            ledger.coverage(Seen.whole(Seen.MINUTE + 9));
            ledger.tick((Seen.MINUTE + 10) * Seen.MINUTE_NANOS);
            ledger.closedMinutes(Destination.CLOUDWATCH, Seen.MINUTE + 10, 5);
        } catch (LedgerException e) {
            // a later version's layout: the one thing that is not ours to move away
            assertEquals(LedgerException.Kind.LATER, e.kind());
            assertTrue(e.getMessage().contains("later version"), e.getMessage());
            try {
                Files.delete(directory.resolve(LedgerFile.NAME));
            } catch (IOException x) {
                throw new AssertionError(x);
            }
            write(directory);
        }
    }

    private static long counted(Path directory) {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            return reader.tallies(Seen.MINUTE + 9, Seen.MINUTE + 10).stream()
                    .filter(t -> "after".equals(t.key().caller().title()))
                    .mapToLong(Tally::count)
                    .sum();
        } catch (LedgerException e) {
            throw new AssertionError(e);
        }
    }

    private static void readAll(Path directory) {
        try (LedgerReader reader = LedgerReader.open(directory)) {
            reader.tallies(0, Long.MAX_VALUE);
            reader.callers(0, Long.MAX_VALUE);
            reader.coverage(0, Long.MAX_VALUE);
            reader.runs(0, Long.MAX_VALUE);
            reader.gaps(0, Long.MAX_VALUE);
            reader.span();
        } catch (LedgerException | IllegalStateException e) {
            assertTrue(e.getMessage().contains(LedgerFile.NAME), e.getMessage());
        }
    }

    private static byte[] whole() {
        try {
            Path directory = Files.createTempDirectory("ledger-whole");
            try (Ledger ledger = Ledger.open(LedgerOptions.in(directory), new Drops(), s -> {})) {
                ledger.started(Seen.MINUTE * Seen.MINUTE_NANOS, "1");
                for (int i = 0; i < 40; i++) {
                    ledger.add(Seen.v1(Seen.MINUTE + i % 3, "caller" + i % 9));
                    ledger.add(Seen.v2(Seen.MINUTE + i % 3, "caller" + i % 9));
                }
                ledger.coverage(Seen.whole(Seen.MINUTE));
                ledger.stopped((Seen.MINUTE + 3) * Seen.MINUTE_NANOS);
            }
            byte[] out = Files.readAllBytes(directory.resolve(LedgerFile.NAME));
            delete(directory);
            return out;
        } catch (IOException | LedgerException e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
