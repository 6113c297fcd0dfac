package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Evidence;
import io.imdsight.model.Exchange;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Sighting;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedJsonTest {
    private static final int JOURNAL_BYTES_MAX = 47 * 1024;

    private final BoundedJson format = new BoundedJson(JOURNAL_BYTES_MAX);

    @Test
    void anOrdinaryLineStaysAsItIs() {
        Sighting s = Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE);
        assertEquals(Samples.line(new JsonFormat(), s), Samples.line(format, s));
    }

    @Test
    void aLineThatTheJournalWouldSplitIsShortenedAndStillOneObject() {
        for (String letter : List.of("\\", "'", "\"", "\u4e2d", "\ud83d\ude00", "<0>forged ")) {
            Sighting s = everyTextOf(letter.repeat(20_000 / letter.length()));
            assertTrue(bytes(Samples.line(new JsonFormat(), s)) > JOURNAL_BYTES_MAX, "this one was not long");
            String line = Samples.line(format, s);
            JsonCheck.check(line);
            assertTrue(bytes(line) <= 40 * 1024, letter + ": " + bytes(line));
            assertTrue(line.contains("\"… (31 more)\""), line);
        }
    }

    @Test
    void theScriptThatACallerWorksForIsKeptWithoutItsAncestors() {
        Sighting s = Samples.v1(Samples.curlOf("/opt/a.sh"), Evidence.CONNECT_PROBE);
        RequestHead head = new RequestHead("GET", "/" + "x".repeat(60_000), null, 0, true);
        Sighting longer = new Sighting(
                Samples.exchange(head, Samples.received(200)), s.classification(), s.cause(), s.caller(), s.evidence());
        String kept = ",\"caller\":{\"script\":\"/opt/a.sh\"},\"evidence\"";
        assertTrue(Samples.line(format, s).contains(kept), Samples.line(format, s));
        assertTrue(Samples.line(format, longer).contains(kept), Samples.line(format, longer));
        assertFalse(Samples.line(format, longer).contains("\"parents\""));
    }

    @Test
    void theLineBeforeAShortenedOneIsKept() {
        LineBuffer buffer = new LineBuffer();
        format.append(Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE), buffer);
        format.append(everyTextOf("x".repeat(20_000)), buffer);
        List<String> lines = Samples.text(buffer).lines().toList();
        assertEquals(2, lines.size());
        assertEquals(Samples.line(format, Samples.v1(Samples.curl(), Evidence.CONNECT_PROBE)), lines.getFirst() + "\n");
    }

    private static int bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Sighting everyTextOf(String t) {
        Sighting usual = Samples.v1(null, Evidence.CONNECT_PROBE);
        RequestHead head = new RequestHead("GET", t, t, 0, true);
        Exchange exchange = Samples.exchange(head, Samples.received(200));
        Caller parent = Samples.ancestor(2, t, t, t);
        Caller caller = new Caller(3, t, Collections.nCopies(32, t), t, 0, t, 0, t, t, t, List.of(parent, parent));
        return new Sighting(exchange, usual.classification(), Cause.NEVER_TRIED, caller, Evidence.CONNECT_PROBE);
    }
}
