package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.imdsight.model.Classification;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Evidence;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Sighting;
import io.imdsight.model.Version;
import io.imdsight.record.TallyKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final Drops drops = new Drops();
    private final MemorySource source = new MemorySource();
    private boolean capturing = true;
    private long monotonic = SECOND_NANOS;
    private long epoch = Samples.TIME;

    private Feed feed(int minutes) {
        NdjsonFile file = new NdjsonFile(
                directory.resolve("feed/feed.ndjson"),
                new Rotation(1 << 20, Long.MAX_VALUE, 2),
                () -> epoch,
                () -> monotonic,
                said -> {});
        Host host = new Host("i-0123456789abcdef0", "web-1", "aws", "eu-central-1", "123456789012");
        return new Feed(
                file,
                source,
                minutes,
                () -> host,
                () -> new Totals(0, Map.of(), Map.of(), ConnectionCounts.NONE, drops.all()),
                () -> new Condition(capturing, true, true, true, 0, 0, 0, 0, 0, Map.of()),
                drops);
    }

    private void pass(Feed feed, long seconds) {
        for (long i = 0; i < seconds; i += 10) {
            monotonic += 10 * SECOND_NANOS;
            epoch += 10 * SECOND_NANOS;
            feed.step(epoch, monotonic);
        }
    }

    private void accept(Sighting s, int times) {
        for (int i = 0; i < times; i++) {
            source.accept(TallyKey.of(s));
        }
    }

    @Test
    void everyRecordKeepsToTheSchema() throws IOException {
        Feed feed = feed(1);
        accept(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE), 3);
        accept(Samples.v1(null, Evidence.none("older than imdsight")), 2);
        accept(Samples.v2("/latest/meta-data/", "agent\u202e\u0007\"1"), 4);
        accept(Samples.hidden(), 1);
        accept(Samples.lostToken(), 1);
        pass(feed, 7_300);
        drops.add(Drop.KERNEL_RING, 3);
        feed.close(epoch, monotonic);
        List<JsonNode> records = records();
        JsonSchema schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(Files.readString(Path.of("docs/feed.schema.json")));
        for (JsonNode r : records) {
            Set<ValidationMessage> wrong = schema.validate(r);
            assertTrue(wrong.isEmpty(), wrong + " in " + r);
        }
        assertEquals(5, of("caller", records).size());
        assertEquals(4, of("heartbeat", records).size(), "at the start, two hours, the end");
        assertEquals(11, sum("caller", records), "every request is in one caller's record");
        assertEquals(11, sum("heartbeat", records), "and in one heartbeat");
        assertFalse(
                schema.validate(JSON.readTree("{\"timestamp\":\"now\"}")).isEmpty(),
                "the schema refuses what is wrong");
    }

    @Test
    void anIntervalIsWrittenOnceItIsOverAndWhatComesLateIsADelta() throws IOException {
        Feed feed = feed(5);
        Sighting v1 = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE); // at 05:04:11
        accept(v1, 3);
        pass(feed, 60);
        assertEquals(0, of("caller", records()).size(), "05:05:11: late answers may still come");
        pass(feed, 60);
        JsonNode first = of("caller", records()).getFirst();
        assertEquals("2026-11-22T05:00:00.000000000Z", first.get("timestamp").asText());
        assertEquals(300, first.at("/feed/interval_seconds").asInt());
        assertEquals(3, first.at("/imds/blocking").asInt());
        assertEquals(3, first.at("/imds/path_class/credentials").asInt());
        assertEquals("curl", first.at("/caller/name").asText());
        accept(v1, 1);
        pass(feed, 60);
        assertEquals(2, of("caller", records()).size());
        assertEquals(4, sum("caller", records()));
    }

    @Test
    void oneToolForTwoScriptsIsTwoCallers() throws IOException {
        Feed feed = feed(1);
        accept(Samples.v1(Samples.curlOf("/opt/a.sh"), Evidence.CONNECT_PROBE), 3);
        accept(Samples.v1(Samples.curlOf("/opt/b.sh"), Evidence.CONNECT_PROBE), 2);
        feed.close(epoch, monotonic);
        assertEquals(
                Set.of("curl (a.sh) of /opt/a.sh 3", "curl (b.sh) of /opt/b.sh 2"),
                of("caller", records()).stream()
                        .map(r -> r.at("/caller/name").asText() + " of "
                                + r.at("/caller/script").asText() + " " + r.at("/imds/blocking"))
                        .collect(java.util.stream.Collectors.toSet()));
        assertEquals(2, last().at("/callers/v1").asInt());
    }

    @Test
    void whatBlocksIsWhatBlocksInAnAudit() throws IOException {
        Feed feed = feed(1);
        Sighting served = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        accept(with(served, Kind.TOKEN, Outcome.SERVED), 1); // a token request without its header
        accept(with(served, Kind.FOREIGN, Outcome.SERVED), 1);
        accept(with(served, Kind.METADATA, Outcome.FAILED), 1);
        pass(feed, 3_700);
        assertEquals(0, last().at("/imds/blocking").asInt(), last().toString());
        assertTrue(last().at("/quality/sound").asBoolean());
        accept(with(served, Kind.METADATA, Outcome.UNDETERMINED), 1);
        pass(feed, 3_700);
        assertEquals(0, last().at("/imds/blocking").asInt());
        assertEquals(1, last().at("/imds/possible").asInt());
        assertFalse(last().at("/quality/sound").asBoolean(), "it may have been served");
        accept(served, 1);
        pass(feed, 3_700);
        assertEquals(1, last().at("/imds/blocking").asInt());
    }

    private static Sighting with(Sighting s, Kind kind, Outcome outcome) {
        Classification c = new Classification(Version.V1, kind, outcome, PathClass.OTHER);
        return new Sighting(s.exchange(), c, s.cause(), s.caller(), s.evidence());
    }

    @Test
    void aHeartbeatSaysWhetherItsZeroIsEvidence() throws IOException {
        Feed feed = feed(1);
        pass(feed, 3_610);
        assertTrue(last().at("/quality/sound").asBoolean(), last().toString());
        assertEquals(0, last().at("/imds/requests").asInt());
        assertEquals(3_600, last().at("/quality/captured_seconds").asInt());
        drops.add(Drop.KERNEL_RING, 2);
        pass(feed, 3_600);
        assertFalse(last().at("/quality/sound").asBoolean());
        assertEquals(2, last().at("/quality/drops/kernel-ring").asInt());
        pass(feed, 3_600);
        assertTrue(last().at("/quality/sound").asBoolean(), "drops of an earlier hour do not spoil this one");
        capturing = false;
        pass(feed, 600);
        capturing = true;
        pass(feed, 3_000);
        assertFalse(last().at("/quality/sound").asBoolean(), "ten minutes were not watched");
    }

    @Test
    void aDiskThatRefusesDelaysRecordsAndLosesNone() throws IOException {
        Files.writeString(directory.resolve("feed"), "in the way");
        Feed feed = feed(1);
        accept(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE), 7);
        pass(feed, 300);
        accept(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE), 2);
        Files.delete(directory.resolve("feed"));
        pass(feed, 300);
        assertEquals(9, sum("caller", records()));
        feed.close(epoch, monotonic);
        assertEquals(0, drops.get(Drop.FEED));
        assertEquals(9, sum("heartbeat", records()));
    }

    @Test
    void whatIsStillRefusedAtTheEndIsADrop() throws IOException {
        Files.writeString(directory.resolve("feed"), "in the way");
        Feed feed = feed(1);
        accept(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE), 7);
        feed.close(epoch, monotonic);
        assertEquals(7, drops.get(Drop.FEED));
    }

    @Test
    void callersBeyondTheBoundAreCountedTogether() throws IOException {
        Feed feed = feed(1);
        for (int i = 0; i < 10_000; i++) {
            accept(Samples.v2("/latest/", "agent " + i), 1);
        }
        feed.close(epoch, monotonic);
        List<JsonNode> callers = of("caller", records());
        assertTrue(callers.size() <= MemorySource.ROWS_MAX + 1, callers.size() + " records");
        assertEquals(10_000, sum("caller", records()));
    }

    private JsonNode last() throws IOException {
        return of("heartbeat", records()).getLast();
    }

    private List<JsonNode> records() throws IOException {
        Path file = directory.resolve("feed/feed.ndjson");
        List<JsonNode> out = new ArrayList<>();
        for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
            out.add(JSON.readTree(line));
        }
        return out;
    }

    private static List<JsonNode> of(String record, List<JsonNode> all) {
        return all.stream()
                .filter(r -> r.at("/feed/record").asText().equals(record))
                .toList();
    }

    private static long sum(String record, List<JsonNode> all) {
        return of(record, all).stream()
                .mapToLong(r -> r.at("/imds/requests").asLong())
                .sum();
    }
}
