package io.imdsight.decode;

import static io.imdsight.decode.Wire.OK;
import static io.imdsight.decode.Wire.get;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.model.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where in its stream a request stands: whose bytes they are is told by that. */
class HeadEndTest {
    /** An originator's first byte. */
    private static final int FIRST = 7920;

    private final Wire wire = new Wire();

    private List<Integer> ends() {
        return wire.exchanges.stream().map(e -> e.headEnd() - FIRST).toList();
    }

    @Test
    void requestsInOneSegmentEachEndBehindTheirOwnLastByte() {
        String[] asked = {get("/1"), get("/22"), get("/333")};
        wire.connection(40000)
                .open()
                .ask(String.join("", asked))
                .answer(OK + OK + OK)
                .ack()
                .close();
        int first = asked[0].length();
        int second = first + asked[1].length();
        assertEquals(List.of(first, second, second + asked[2].length()), ends());
    }

    @Test
    void aHeadEndsInTheSegmentThatCompletesItWhereverTheOthersBegan() {
        String both = get("/1") + get("/2");
        for (int cut = 1; cut < both.length(); cut++) {
            Wire one = new Wire();
            one.connection(40000)
                    .open()
                    .ask(both.substring(0, cut))
                    .ask(both.substring(cut))
                    .answer(OK + OK)
                    .ack()
                    .close();
            assertEquals(
                    List.of(both.length() / 2, both.length()),
                    one.exchanges.stream().map(e -> e.headEnd() - FIRST).toList(),
                    "cut at " + cut);
        }
    }

    @Test
    void bytesThatComeTwiceAndOutOfOrderChangeNothing() {
        String first = get("/1");
        String second = get("/2");
        Wire.Peer c = wire.connection(40000).open();
        int ack = c.down;
        c.raw(true, FIRST + first.length(), ack, Segment.ACK, second);
        c.raw(true, FIRST, ack, Segment.ACK, first.substring(0, 10));
        c.raw(true, FIRST, ack, Segment.ACK, first + second.substring(0, 5));
        c.up += first.length() + second.length();
        c.answer(OK + OK).ack().close();
        assertEquals(List.of(first.length(), first.length() + second.length()), ends());
    }

    @Test
    void aHeadWithAHoleEndsBehindWhatWasSeenOfIt() {
        String request = get("/1", "User-Agent: curl/8");
        Wire.Peer c = wire.connection(40000).open();
        c.cut(true, FIRST, c.down, Segment.ACK, request, 40);
        c.up += request.length();
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /1 cut 200"), wire.told());
        assertEquals(List.of(40), ends());
    }

    @Test
    void aRequestThatWasNotSeenEndsWhereItsAnswerSaysTheServiceHasRead() {
        wire.connection(40000).open().askUnseen(120).answer(OK).ack().close();
        assertEquals(List.of("null null cut 200"), wire.aSecondLater().told());
        assertEquals(List.of(120), ends());
    }
}
