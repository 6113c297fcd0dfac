package io.imdsight.report.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Cause;
import io.imdsight.model.EvidenceMethod;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RecordReaderTest {
    /** As docs/feed.md shows it. */
    private static final String RECORD =
            "{\"timestamp\":\"2026-11-22T05:04:00.000000000Z\",\"feed\":{\"version\":1,\"record\":\"caller\",\"interval_seconds\":60},"
                    + "\"host\":{\"name\":\"web-1\"},\"caller\":{\"name\":\"sync.sh\"},\"user_agent\":{\"original\":\"curl/7.88.1\"},"
                    + "\"process\":{\"executable\":{\"path\":\"/usr/bin/bash\"},\"owner\":\"root\",\"title\":\"sync.sh\"},"
                    + "\"systemd\":{\"unit\":\"nightly.service\"},"
                    + "\"imds\":{\"requests\":3,\"v1\":3,\"v2\":0,\"undetermined\":0,\"metadata_no_token\":3,\"metadata_no_token_rejected\":0,"
                    + "\"blocking\":3,\"cause\":{\"never-tried\":3},\"path_class\":{\"credentials\":3}},\"evidence\":{\"connect-probe\":3}}";

    private final RecordReader reader = new RecordReader();

    private FeedRecord read(String line) throws DamagedLineException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }

    private String damage(String line) {
        return assertThrows(DamagedLineException.class, () -> read(line)).getMessage();
    }

    @Test
    void aRecordOfTheFeedIsReadWhole() throws DamagedLineException {
        FeedRecord r = read(RECORD);
        assertEquals(FeedRecord.Kind.CALLER, r.kind);
        assertEquals(1_795_323_840L, r.timestampSeconds);
        assertEquals("web-1", r.instance());
        assertEquals("sync.sh", r.callerName);
        assertEquals("/usr/bin/bash", r.executable);
        assertEquals("nightly.service", r.unit);
        assertEquals(3, r.blocking);
        assertEquals(3, r.credentials);
        assertEquals(3, r.causes[Cause.NEVER_TRIED.ordinal()]);
        assertEquals(3, r.evidence[EvidenceMethod.CONNECT_PROBE.ordinal()]);
        assertFalse(r.inContainer);
    }

    @Test
    void nothingOfALineStaysForTheNext() throws DamagedLineException {
        read(RECORD);
        FeedRecord r = read(
                "{\"timestamp\":\"2026-11-22T05:04:00Z\",\"feed\":{\"version\":1,\"record\":\"caller\"},\"host\":{\"id\":\"i-1\"},"
                        + "\"caller\":{\"name\":\"x\"},\"imds\":{\"requests\":0}}");
        assertNull(r.hostName);
        assertNull(r.executable);
        assertNull(r.userAgent);
        assertEquals(0, r.blocking + r.credentials + r.causes[0] + r.evidence[0] + r.intervalSeconds);
    }

    @Test
    void fieldsOfLaterVersionsArePassedOver() throws DamagedLineException {
        FeedRecord r = read(RECORD.replace("\"host\":", "\"new\":{\"deep\":[1,{\"a\":null}]},\"host\":")
                .replace("\"v1\":", "\"v9\":[1.5e3],\"v1\":"));
        assertEquals(3, r.blocking);
    }

    @Test
    void whatIsNoRecordIsDamagedAndSaysWhy() {
        assertTrue(damage("nonsense").contains("not JSON"));
        assertTrue(damage(RECORD.substring(0, RECORD.length() - 1)).contains("not JSON, or cut"));
        assertTrue(damage("[]").contains("not a JSON object"));
        assertTrue(damage(RECORD + RECORD).contains("more than one"));
        assertTrue(damage(RECORD.replace("\"version\":1", "\"version\":2")).contains("feed.version is 2"));
        assertTrue(damage(RECORD.replace("\"host\":{\"name\":\"web-1\"},", "")).contains("no host.id"));
        assertTrue(damage(RECORD.replace("\"blocking\":3", "\"blocking\":-3")).contains("cannot be"));
        assertTrue(damage(RECORD.replace("\"blocking\":3", "\"blocking\":3.5")).contains("count"));
        assertTrue(damage(RECORD.replace("\"blocking\":3", "\"blocking\":99999999999999999999"))
                .contains("not JSON"));
        assertTrue(
                damage(RECORD.replace("\"blocking\":3", "\"blocking\":\"3\"")).contains("count"));
        assertTrue(damage(RECORD.replace("\"host\":{\"name\":\"web-1\"}", "\"host\":\"web-1\""))
                .contains("no object"));
        assertTrue(damage(RECORD.replace("2026-11-22T05:04:00.000000000Z", "2026-02-30T05:04:00Z"))
                .contains("no such day"));
        assertTrue(damage(RECORD.replace("2026-11-22T05:04:00.000000000Z", "2026-11-22T05:04:00+01:00"))
                .contains("timestamp"));
        assertTrue(damage("{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}").contains("not JSON"));
        assertTrue(
                damage(RECORD.replace("sync.sh\"}", "sync\u0001.sh\"}")).contains("not JSON"),
                "a raw control character");
    }

    @Test
    void textThatCouldMoveATerminalIsEscapedWhereItEnters() throws DamagedLineException {
        FeedRecord r = read(RECORD.replace("nightly.service", "\\u001b[2J\\u202e"));
        assertEquals("\\x1b[2J\\xe2\\x80\\xae", r.unit);
    }

    @Test
    void longTextsAreCut() throws DamagedLineException {
        FeedRecord r = read(RECORD.replace("nightly.service", "x".repeat(5000)));
        assertEquals(RecordReader.TEXT_CHARS_MAX, r.unit.length());
    }

    @Test
    void linesOfTheServiceLogAreNoneThatCount() throws DamagedLineException {
        assertEquals(FeedRecord.Kind.OTHER, read("{\"event\":{\"action\":\"summary\"},\"counts\":{}}").kind);
        assertEquals(
                FeedRecord.Kind.OTHER,
                read("{\"timestamp\":\"2026-11-22T11:00:00Z\",\"event\":{\"action\":\"caller-new\"},\"imds\":{\"version\":\"v1\",\"kind\":\"metadata\","
                                + "\"outcome\":\"served\"}}")
                        .kind);
    }
}
