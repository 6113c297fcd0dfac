package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Evidence;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import io.imdsight.record.CallerKey;
import io.imdsight.record.TallyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final Pattern ROLLED_UP = Pattern.compile("\"action\":\"roll-up\",\"count\":([0-9]+)");

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong(1);
    private final Drops drops = new Drops();

    private EventFile events() {
        NdjsonFile file = new NdjsonFile(
                directory.resolve("state/events.ndjson"),
                new Rotation(1L << 30, Long.MAX_VALUE, 2),
                () -> Samples.TIME,
                clock::get,
                said -> {});
        return new EventFile(file, drops, clock::get);
    }

    private static void accept(EventFile events, Sighting s) {
        events.accept(s, TallyKey.of(s));
    }

    private static Sighting from(String userAgent) {
        Sighting s = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        return new Sighting(
                Samples.exchange(new RequestHead("GET", "/latest/", userAgent, 0, true), Samples.received(200)),
                s.classification(),
                s.cause(),
                s.caller(),
                s.evidence());
    }

    @Test
    void theFirstOfACallerStandInFullAndTheRestIsCountedExactly() throws IOException {
        EventFile events = events();
        Sighting one = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        for (int i = 0; i < 12_345; i++) {
            accept(events, one);
        }
        clock.addAndGet(MINUTE_NANOS);
        events.step();
        List<String> lines = lines();
        assertEquals(EventFile.V1_FULL_MAX + 1, lines.size());
        lines.forEach(l -> JsonCheck.check(l + "\n"));
        assertEquals(12_345, counted(lines));
        assertTrue(lines.getLast().contains("\"title\":\"curl\""), lines.getLast());
        accept(events, one);
        events.close();
        assertEquals(12_346, counted(lines()));
    }

    @Test
    void aMinuteStaysWithinItsBoundWhateverComes() throws IOException {
        EventFile events = events();
        String hostile = "\"\\".repeat(4_000);
        for (int i = 0; i < 20_000; i++) {
            accept(events, from(hostile + i));
        }
        clock.addAndGet(MINUTE_NANOS);
        events.step();
        long bytes = Files.size(events.file().path());
        assertTrue(bytes < EventFile.FULL_BYTES_MAX + EventFile.ROLL_UP_ROWS_MAX * 4_096L, "grew by " + bytes);
        assertEquals(20_000, counted(lines()));
        events.close();
    }

    @Test
    void atTenThousandCallsASecondItGrowsBySomeMegabyteAMinuteAndTheCountIsExact() throws IOException {
        EventFile events = events();
        Sighting s = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        TallyKey k = TallyKey.of(s);
        TallyKey[] keys = new TallyKey[50];
        for (int i = 0; i < keys.length; i++) {
            CallerKey caller = new CallerKey("/usr/bin/sh", "job" + i, null, null, null, "root", "curl/8", null);
            keys[i] = new TallyKey(k.minute(), caller, k.classification(), k.cause(), k.evidence());
        }
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 10_000; i++) {
                events.accept(s, keys[i % keys.length]);
            }
            clock.addAndGet(MINUTE_NANOS / 60);
            events.step();
        }
        events.close();
        long bytes = Files.size(events.file().path());
        System.out.printf("600000 calls in a minute: %d bytes, %d in full%n", bytes, events.linesInFull());
        assertTrue(bytes < EventFile.FULL_BYTES_MAX + 64 * 1024, "grew by " + bytes);
        assertEquals(600_000, counted(lines()));
    }

    @Test
    void fullLinesAndRollUpsNameTheScript() throws IOException {
        EventFile events = events();
        for (int i = 0; i < EventFile.V1_FULL_MAX + 3; i++) {
            accept(events, Samples.v1(Samples.curlOf("/opt/a.sh"), Evidence.CONNECT_PROBE));
            accept(events, Samples.v1(Samples.curlOf("/opt/b.sh"), Evidence.CONNECT_PROBE));
        }
        events.close();
        for (String script : List.of("/opt/a.sh", "/opt/b.sh")) {
            List<String> of = Files.readAllLines(events.file().path()).stream()
                    .filter(l -> l.contains("\"caller\":{\"script\":\"" + script + "\"}"))
                    .toList();
            assertEquals(EventFile.V1_FULL_MAX + 1, of.size());
            assertTrue(of.getLast().contains("\"action\":\"roll-up\",\"count\":3}"), of.getLast());
        }
    }

    @Test
    void aCallerThatChangesItsUserAgentIsOneCaller() throws IOException {
        EventFile events = events();
        for (int i = 0; i < 1_000; i++) {
            accept(events, from("agent/" + i));
        }
        events.close();
        assertEquals(EventFile.V1_FULL_MAX, events.linesInFull());
        assertEquals(1_000, counted(lines()));
    }

    @Test
    void whatADiskRefusedComesAsARollUpWhenItTakesItAgain() throws IOException {
        Files.writeString(directory.resolve("state"), "in the way");
        EventFile events = events();
        Sighting one = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        for (int i = 0; i < 100; i++) {
            accept(events, one);
        }
        clock.addAndGet(MINUTE_NANOS);
        events.step();
        assertEquals(EventFile.V1_FULL_MAX, drops.get(Drop.EVENT_FILE));
        Files.delete(directory.resolve("state"));
        clock.addAndGet(MINUTE_NANOS);
        accept(events, one);
        events.step();
        assertEquals(101, counted(lines()));
        events.close();
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(directory.resolve("state/events.ndjson"));
    }

    private static long counted(List<String> lines) {
        long sum = 0;
        for (String l : lines) {
            Matcher m = ROLLED_UP.matcher(l);
            sum += m.find() ? Long.parseLong(m.group(1)) : 1;
        }
        return sum;
    }
}
