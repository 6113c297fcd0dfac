package io.imdsight.decode;

import static io.imdsight.decode.Wire.OK;
import static io.imdsight.decode.Wire.get;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.imdsight.model.Drop;
import io.imdsight.model.Segment;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Request bytes that are seen twice. Which copy the service took cannot be seen, so what differs is said to be undetermined. */
class RepeatsTest {
    private static final int ACK = Segment.ACK;
    private static final String WITH = get("/a", "X-aws-ec2-metadata-token: t");
    private static final String WITHOUT = get("/a", "X-aws-ec2-metadata-tokex: t");

    private final Wire wire = new Wire();

    private void expect(long overlaps, String told) {
        assertEquals(List.of(told), wire.told());
        assertEquals(overlaps, wire.drops.get(Drop.OVERLAP));
    }

    @Test
    void aDecoyInFrontOfTheRealRequestLeavesTheVersionUndetermined() {
        Wire.Peer c = wire.connection(1).open();
        c.raw(true, c.up, c.down, ACK, WITH).ask(WITHOUT).answer(OK).ack().close();
        expect(1, "GET /a cut 200");
    }

    @Test
    void aDecoyBehindItToo() {
        Wire.Peer c = wire.connection(1).open();
        c.raw(true, c.up, c.down, ACK, WITHOUT).ask(WITH).answer(OK).ack().close();
        expect(1, "GET /a cut 200");
    }

    @Test
    void aDecoyThatIsLongerThanTheRealRequestToo() {
        Wire.Peer c = wire.connection(1).open();
        c.raw(true, c.up, c.down, ACK, WITH).raw(true, c.up, c.down, ACK, WITH);
        c.ask(get("/a")).answer(OK).ack();
        wire.decoder.finish();
        expect(1, "GET /a cut 200");
    }

    @Test
    void aDecoyOfPartOfAHeadThatIsStillBeingSentToo() {
        for (int cut : new int[] {3, 40, WITH.length() - 6}) {
            Wire.Peer c = wire.connection(cut).open();
            c.raw(true, c.up, c.down, ACK, WITH.substring(0, cut));
            c.ask("#".repeat(cut)).ask(WITH.substring(cut)).answer(OK).ack().close();
        }
        assertEquals(List.of("GET /a cut 200", "GET /a cut 200", "GET /a cut 200"), wire.told());
    }

    @Test
    void aDecoyThatWaitsForItsTurnToo() {
        Wire.Peer c = wire.connection(1).open();
        int half = WITH.length() / 2;
        c.raw(true, c.up + half, c.down, ACK, WITH.substring(half));
        c.raw(true, c.up + half, c.down, ACK, WITHOUT.substring(half));
        c.raw(true, c.up, c.down, ACK, WITH.substring(0, half));
        c.up += WITH.length();
        c.answer(OK).ack().close();
        expect(1, "GET /a cut 200");
    }

    @Test
    void aDecoyInPiecesThatFitNoSegmentToo() {
        Wire.Peer c = wire.connection(1).open();
        c.raw(true, c.up, c.down, ACK, WITH);
        for (int i = 0; i < WITHOUT.length(); i += 7) {
            c.ask(WITHOUT.substring(i, Math.min(i + 7, WITHOUT.length())));
        }
        c.answer(OK).ack().close();
        expect(1, "GET /a cut 200");
    }

    @Test
    void theSameBytesAgainAreNoDecoyHoweverTheyAreCut() {
        Random random = new Random(5);
        for (int round = 0; round < 100; round++) {
            Wire.Peer c = wire.connection(1000 + round).open();
            int a = 1 + random.nextInt(WITH.length() - 2);
            int b = a + 1 + random.nextInt(WITH.length() - a - 1);
            int begin = c.up;
            c.ask(WITH.substring(0, a)).ask(WITH.substring(a));
            // whole; from where a segment began; in other pieces, one after the other
            c.raw(true, begin, c.down, ACK, WITH);
            c.raw(true, begin + a, c.down, ACK, WITH.substring(a));
            c.raw(true, begin, c.down, ACK, WITH.substring(0, b));
            c.raw(true, begin + b, c.down, ACK, WITH.substring(b));
            c.answer(OK).ack().close();
        }
        assertEquals(
                100, wire.told().stream().filter("GET /a token 200"::equals).count());
        assertEquals(0, wire.drops.get(Drop.OVERLAP));
    }

    @Test
    void aHeadInManySegmentsMayBeSentAgainAsAWhole() {
        Wire.Peer c = wire.connection(1).open();
        int begin = c.up;
        WITH.chars().forEach(x -> c.ask(String.valueOf((char) x)));
        c.raw(true, begin, c.down, ACK, WITH).answer(OK).ack().close();
        expect(0, "GET /a token 200");
    }

    @Test
    void anEarlierRequestThatWasAnsweredIsLeftAsItWas() {
        Wire.Peer c = wire.connection(1).open();
        int first = c.up;
        c.ask(WITH).answer(OK).ack().ask(get("/b", "X-aws-ec2-metadata-token: t"));
        c.raw(true, first, c.down, ACK, WITHOUT);
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /a token 200", "GET /b token 200"), wire.told());
    }

    @Test
    void bytesBehindAFalseEndAreNotOverlooked() {
        Wire.Peer c = wire.connection(1).open();
        c.raw(true, c.up, c.down, ACK | Segment.FIN, "").ask(WITHOUT).answer(OK).ack();
        wire.decoder.finish();
        expect(1, "null null cut 200");
    }
}
