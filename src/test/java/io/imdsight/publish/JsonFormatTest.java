package io.imdsight.publish;

import static io.imdsight.publish.Samples.line;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Evidence;
import io.imdsight.model.Sighting;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonFormatTest {
    private final JsonFormat format = new JsonFormat();

    @Test
    void aFullSightingHasTheContractsFields() {
        assertEquals("""
                {"timestamp":"2026-11-22T05:04:11.123456789Z",\
                "imds":{"version":"v1","kind":"metadata","outcome":"served","path_class":"credentials","cause":"never-tried"},\
                "http":{"request":{"method":"GET"},"response":{"status_code":200}},\
                "url":{"path":"/latest/meta-data/iam/security-credentials/"},\
                "user_agent":{"original":"curl/7.88.1"},\
                "source":{"address":"10.0.0.5","port":40312},\
                "destination":{"address":"169.254.169.254","port":80},\
                "network":{"interface":{"name":"ens5"}},\
                "process":{"pid":6028,"executable":{"path":"/usr/bin/curl"},\
                "command_args":["curl","-s","http://169.254.169.254/latest/meta-data/iam/security-credentials/"],\
                "command_line":"curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/",\
                "owner":"root","user":{"id":0},"start_time":"2026-11-22T05:04:11.118456789Z","title":"curl",\
                "parents":[{"pid":6027,"executable":{"path":"/usr/bin/dash"},"command_args":["/bin/sh","sync.sh"],\
                "command_line":"/bin/sh sync.sh","owner":"root","user":{"id":0},"title":"sync.sh"},\
                {"pid":6020,"executable":{"path":"/usr/bin/dash"},"command_args":["/bin/sh","nightly-backup.sh"],\
                "command_line":"/bin/sh nightly-backup.sh","owner":"root","user":{"id":0},"title":"nightly-backup.sh"},\
                {"pid":1,"executable":{"path":"/usr/lib/systemd/systemd"},"command_args":["/sbin/init"],\
                "command_line":"/sbin/init","owner":"root","user":{"id":0},"title":"systemd"}]},\
                "systemd":{"unit":"nightly.service"},\
                "evidence":{"method":"connect-probe"}}
                """, line(format, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)));
    }

    @Test
    void whatIsNotKnownIsAbsent() {
        String line = line(format, Samples.hidden());
        assertFalse(line.contains("\"http\""), line);
        assertFalse(line.contains("\"url\""), line);
        assertFalse(line.contains("null"), line);
        assertFalse(line.contains("\"\""), line);
        JsonCheck.check(line);
    }

    @Test
    void anEmptyUserAgentIsAbsent() {
        assertFalse(line(format, Samples.v2("/", "")).contains("user_agent"));
    }

    @Test
    void anAnswerThatNobodyGotHasNoStatus() {
        String line = line(format, Samples.lostToken());
        assertTrue(line.contains("\"outcome\":\"unanswered\""), line);
        assertFalse(line.contains("status_code"), line);
        JsonCheck.check(line);
    }

    @Test
    void quotesAndBackslashesAreEscapedAndControlCharactersNeverAppear() {
        String line = line(format, Samples.v2("/a\"b\\c\u001b[31m\n{\"x\":1}\u202e\u0085é😀", "\\x1b"));
        JsonCheck.check(line);
        assertTrue(
                line.contains("\"/a\\\"b\\\\c\\\\x1b[31m\\\\x0a{\\\"x\\\":1}\\\\xe2\\\\x80\\\\xae\\\\xc2\\\\x85é😀\""),
                line);
        assertTrue(line.contains("\"original\":\"\\\\x1b\""), line);
    }

    @Test
    void anyTextMakesOneValidLine() {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n >= 0; n--) {
                text.append((char) (random.nextInt(3) == 0 ? random.nextInt(0x10000) : random.nextInt(0x80)));
            }
            JsonCheck.check(line(format, Samples.v2(text.toString(), text.toString())));
        }
    }

    @Test
    void timesAtTheEdgesAreWritten() {
        LineBuffer out = new LineBuffer();
        Timestamps timestamps = new Timestamps();
        for (long nanos : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, 60_000_000_000L}) {
            timestamps.iso(nanos, out);
            out.raw('\n');
        }
        assertEquals("""
                1970-01-01T00:00:00.000000000Z
                1969-12-31T23:59:59.999999999Z
                2262-04-11T23:47:16.854775807Z
                1677-09-21T00:12:43.145224192Z
                1970-01-01T00:01:00.000000000Z
                """, Samples.text(out));
    }

    @Test
    void aHugeLineGrowsTheBufferAndGivesTheMemoryBack() throws Exception {
        LineBuffer out = new LineBuffer();
        Sighting big = Samples.v2("\u0001".repeat(400_000), null);
        format.append(big, out);
        assertTrue(out.length() > 1_600_000, "length " + out.length());
        out.writeTo(java.io.OutputStream.nullOutputStream());
        assertEquals(0, out.length());
        format.append(big, out);
        JsonCheck.check(Samples.text(out));
    }
}
