package io.imdsight.decode;

import static io.imdsight.decode.Wire.MILLI;
import static io.imdsight.decode.Wire.OK;
import static io.imdsight.decode.Wire.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Segment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecoderTcpTest {
    private static final int ACK = Segment.ACK;

    private final Wire wire = new Wire();

    @Test
    void aPacketSeenSeveralTimesCountsOnce() {
        Wire.Peer c = wire.connection(40000).open();
        String request = get("/a");
        for (int i = 0; i < 3; i++) {
            c.raw(true, c.up, c.down, ACK, request);
        }
        c.up += request.length();
        for (int i = 0; i < 3; i++) {
            c.raw(false, c.down, c.up, ACK, OK);
        }
        c.down += OK.length();
        c.ack().close();
        assertEquals(List.of("GET /a 200"), wire.told());
    }

    @Test
    void segmentsInAnyOrderWithinTheReorderLimitsGiveTheSameExchanges() {
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            Wire.Peer c = wire.connection(10000 + round).open();
            String request = get("/r" + round, "X-aws-ec2-metadata-token: t");
            List<Runnable> pieces = new ArrayList<>();
            for (int i = 0; i < request.length(); i += 9) {
                int at = c.up + i;
                String piece = request.substring(i, Math.min(i + 9, request.length()));
                pieces.add(() -> c.raw(true, at, c.down, ACK, piece));
            }
            Collections.shuffle(pieces, random);
            pieces.forEach(Runnable::run);
            c.up += request.length();
            c.answer(OK).ack().close();
        }
        assertEquals(200, wire.exchanges.size());
        for (int round = 0; round < 200; round++) {
            assertEquals("GET /r" + round + " token 200", wire.told().get(round));
        }
        assertEquals(0, wire.decoder.streamBytes());
    }

    @Test
    void anAnswerCapturedBeforeItsRequestIsMatchedToIt() {
        Wire.Peer c = wire.connection(40000).open();
        String request = get("/a");
        c.raw(false, c.down, c.up + request.length(), ACK, OK);
        c.raw(true, c.up, c.down, ACK, request);
        c.up += request.length();
        c.down += OK.length();
        c.ack().close();
        assertEquals(List.of("GET /a 200"), wire.told());
    }

    @Test
    void overlappingSegmentsAreReadOnce() {
        Wire.Peer c = wire.connection(40000).open();
        String request = get("/abcdef");
        c.raw(true, c.up, c.down, ACK, request.substring(0, 10));
        c.raw(true, c.up + 10, c.down, ACK, request.substring(10, 20));
        c.raw(true, c.up + 10, c.down, ACK, request.substring(10));
        c.up += request.length();
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /abcdef 200"), wire.told());
    }

    @Test
    void sequenceNumbersMayWrap() {
        Wire.Peer c = wire.connection(IpAddress.parse("10.0.0.7"), 1, -40, -20).open();
        for (int i = 0; i < 5; i++) {
            c.ask(get("/" + i)).answer(OK).ack();
        }
        c.close();
        assertEquals(List.of("GET /0 200", "GET /1 200", "GET /2 200", "GET /3 200", "GET /4 200"), wire.told());
    }

    @Test
    void aGapInARequestLeavesItsVersionOpenAndTheNextOneIsReadAgain() {
        Wire.Peer c = wire.connection(40000).open();
        c.ask("GET /a HTTP/1.1\r\nHost: x\r\n").askUnseen(40);
        c.answer(OK).ack().ask(get("/b")).answer(OK).ack().close();
        assertEquals(
                List.of("GET /a cut 200", "GET /b 200"), wire.aSecondLater().told());
    }

    @Test
    void aTokenHeaderSeenBeforeTheGapCounts() {
        Wire.Peer c = wire.connection(40000).open();
        String request = get("/a", "X-aws-ec2-metadata-token: tttttttt");
        c.cut(true, c.up, c.down, ACK, request, request.length() - 8);
        c.up += request.length();
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /a token cut 200"), wire.told());
    }

    @Test
    void aGapInABodyHarmsNothing() {
        Wire.Peer c = wire.connection(40000).open();
        String answer = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000);
        c.ask(get("/a"));
        c.cut(false, c.down, c.up, ACK, answer, 60);
        c.down += answer.length();
        c.ack().ask(get("/b")).answer(OK).ack().close();
        assertEquals(List.of("GET /a 200", "GET /b 200"), wire.told());
    }

    @Test
    void aRequestThatWasNotSeenIsKnownByItsAnswer() {
        Wire.Peer c = wire.connection(40000).open();
        c.ask(get("/a")).answer(OK).ack();
        c.askUnseen(50)
                .answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                .ack();
        c.ask(get("/c")).answer(OK).ack().close();
        assertEquals(
                List.of("GET /a 200", "null null cut 404", "GET /c 200"),
                wire.aSecondLater().told());
    }

    @Test
    void anAnswerThatWasNotSeenIsLeftOpen() {
        Wire.Peer c = wire.connection(40000).open();
        c.ask(get("/a")).answerUnseen(OK.length()).ack();
        c.ask(get("/b")).answer(OK).ack().close();
        assertEquals(List.of("GET /a HIDDEN", "GET /b 200"), wire.aSecondLater().told());
    }

    @Test
    void aRequestIsUnansweredWhenTheConnectionEndsWithoutAnAnswer() {
        wire.connection(1).open().ask(get("/reset")).reset();
        wire.connection(2).open().ask(get("/closed")).finFromResponder();
        wire.connection(3).open().ask(get("/gave-up")).finFromOriginator();
        wire.decoder.idle(wire.now + 1900 * MILLI);
        assertEquals(List.of("GET /reset NONE", "GET /closed NONE"), wire.told());
        wire.decoder.idle(wire.now + 2100 * MILLI);
        assertEquals(List.of("GET /reset NONE", "GET /closed NONE", "GET /gave-up NONE"), wire.told());
    }

    @Test
    void aRequestIsUnansweredAfterThirtySeconds() {
        Wire.Peer c = wire.connection(1).open().ask(get("/slow"));
        wire.decoder.idle(wire.now + 29_900 * MILLI);
        assertEquals(List.of(), wire.told());
        wire.decoder.idle(wire.now + 30_100 * MILLI);
        assertEquals(List.of("GET /slow NONE"), wire.told());
        c.answer(OK)
                .ack()
                .ask(get("/next"))
                .answer("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
                .ack();
        assertEquals(List.of("GET /slow NONE", "GET /next 404"), wire.told());
    }

    @Test
    void thirtySecondsPassOnAConnectionThatKeepsSendingProbesToo() {
        Wire.Peer c = wire.connection(1).open().ask(get("/slow"));
        for (int i = 0; i < 31; i++) {
            wire.now += 1000 * MILLI;
            c.raw(true, c.up - 1, c.down, ACK, "");
        }
        assertEquals(List.of("GET /slow NONE"), wire.told());
    }

    @Test
    void anAnswerThatTheOriginatorNeverAcknowledgesIsLostOnTheWay() {
        Wire.Peer c = wire.connection(1).open().ask(get("/hop"));
        c.answer(OK);
        wire.now += 1000 * MILLI;
        c.raw(true, c.up, c.down - OK.length(), ACK | Segment.FIN, "");
        wire.decoder.idle(wire.now + 2500 * MILLI);
        assertEquals(List.of("GET /hop LOST_ON_THE_WAY"), wire.told());
    }

    @Test
    void aHalfClosedConnectionStillGetsItsAnswer() {
        Wire.Peer c = wire.connection(1).open().ask(get("/half")).finFromOriginator();
        c.answer(OK).ack().finFromResponder().ack();
        assertEquals(List.of("GET /half 200"), wire.told());
        assertEquals(1, wire.closed);
    }

    @Test
    void aPortThatIsUsedAgainIsAnotherConnection() {
        wire.connection(5).open().ask(get("/1")).reset();
        wire.connection(IpAddress.ofV4(0x0a000005), 5, 77_000, 99_000)
                .open()
                .ask(get("/2"))
                .answer(OK)
                .ack();
        assertEquals(List.of("GET /1 NONE", "GET /2 200"), wire.told());
        assertEquals(2, wire.opened.size());
    }

    @Test
    void aConnectionSeenBehindTranslationIsTheSameOne() {
        Wire.Peer inside = wire.connection(IpAddress.parse("172.17.0.2"), 40000, 1000, 5000);
        Wire.Peer outside = wire.connection(IpAddress.parse("10.0.0.5"), 61234, 1000, 5000);
        inside.raw(true, 1000, 0, Segment.SYN, "");
        outside.raw(true, 1000, 0, Segment.SYN, "");
        outside.raw(false, 5000, 1001, Segment.SYN | ACK, "");
        inside.raw(false, 5000, 1001, Segment.SYN | ACK, "");
        String request = get("/a");
        inside.raw(true, 1001, 5001, ACK, request);
        outside.raw(true, 1001, 5001, ACK, request);
        outside.raw(false, 5001, 1001 + request.length(), ACK, OK);
        inside.raw(false, 5001, 1001 + request.length(), ACK, OK);
        inside.raw(true, 1001 + request.length(), 5001 + OK.length(), ACK, "");
        wire.decoder.finish();
        assertEquals(List.of("GET /a 200"), wire.told());
        assertEquals(
                "172.17.0.2",
                wire.exchanges.getFirst().connection().originator().toString());
        assertEquals(1, wire.opened.size());
    }

    @Test
    void aCaptureMayBeginInTheMiddle() {
        Wire.Peer c = wire.connection(1);
        c.ask("tail-of-a-header: x\r\n\r\n")
                .answer(OK)
                .ack()
                .ask(get("/b"))
                .answer(OK)
                .ack();
        assertEquals(List.of("null null cut 200", "GET /b 200"), wire.told());
    }

    @Test
    void aCaptureThatEndsLeavesTheOutcomeOpen() {
        wire.connection(1).open().ask(get("/a"));
        wire.connection(2).open().ask(get("/b")).answer(OK);
        wire.connection(3).open().ask("GET /c HTTP/1.1\r\nHost:");
        wire.decoder.finish();
        assertEquals(
                List.of("GET /a HIDDEN", "GET /b 200", "GET /c cut HIDDEN"),
                wire.told().stream().sorted().toList());
        assertEquals(0, wire.decoder.connections());
    }

    @Test
    void ipv6IsReadAlike() {
        wire.connection(IpAddress.parse("fd00::5"), 9, 1, 1)
                .open()
                .ask(get("/6"))
                .answer(OK)
                .ack()
                .close();
        assertEquals(List.of("GET /6 200"), wire.told());
        assertEquals(
                "[fd00::5]:9 -> [fd00:ec2::254]:80",
                wire.exchanges.getFirst().connection().toString());
    }

    @Test
    void dataInTheOpeningSegmentIsRead() {
        Wire.Peer c = wire.connection(1);
        c.raw(true, c.up, 0, Segment.SYN, get("/fast"));
        c.up += 1 + get("/fast").length();
        c.raw(false, c.down, c.up, Segment.SYN | ACK, "");
        c.down++;
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /fast 200"), wire.told());
    }

    @Test
    void aSegmentFarOutsideTheWindowIsDroppedAndCounted() {
        Wire.Peer c = wire.connection(1).open().ask(get("/a"));
        c.raw(true, c.up + (1 << 28), c.down, ACK, get("/evil"));
        c.raw(false, c.down, c.up + (1 << 28), ACK, OK);
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /a 200"), wire.told());
        assertEquals(2, wire.drops.get(Drop.PACKET_DAMAGED));
    }

    @Test
    void theTableForgetsFinishedConnectionsFirstAndCountsTheOthers() {
        DecoderLimits d = DecoderLimits.DEFAULT;
        Wire small = new Wire(new DecoderLimits(
                100,
                d.streamBytesMax(),
                d.headBytesMax(),
                d.pendingMax(),
                d.answerTimeoutNanos(),
                d.reorderNanos(),
                16,
                d.lingerNanos()));
        small.connection(1).open().ask(get("/waits"));
        for (int i = 0; i < 1000; i++) {
            small.connection(100 + i).open().ask(get("/x")).answer(OK).ack().close();
        }
        assertEquals(0, small.drops.get(Drop.CONNECTION_TABLE));
        for (int i = 0; i < 1000; i++) {
            small.connection(3000 + i).raw(true, 31 * i, 0, Segment.SYN, "");
        }
        assertTrue(small.drops.get(Drop.CONNECTION_TABLE) >= 900);
        assertEquals(1000, small.exchanges.size());
        assertEquals(100, small.decoder.connections());
        small.decoder.finish();
        assertEquals(1001, small.exchanges.size(), "a flood of half-open connections pushes out no request");
    }

    @Test
    void streamMemoryStaysWithinItsBudgetAndWhatDoesNotFitIsCounted() {
        long max = DecoderLimits.DEFAULT.streamBytesMax();
        for (int i = 0; i < 3000; i++) {
            wire.connection(1000 + i).open().ask("GET /" + "x".repeat(10_000));
            assertTrue(wire.decoder.streamBytes() <= max);
        }
        assertTrue(wire.drops.get(Drop.STREAM_MEMORY) > 0);
        Wire.Peer c = wire.connection(999).open();
        c.ask(get("/honest")).answer(OK).ack().close();
        assertEquals("GET /honest 200", wire.told().getLast());
        wire.decoder.finish();
        assertEquals(0, wire.decoder.streamBytes());
    }

    @Test
    void tooManyPipelinedRequestsAreReportedWithoutTheirAnswersAndCounted() {
        Wire.Peer c = wire.connection(1).open();
        for (int i = 0; i < 1000; i++) {
            c.ask(get("/" + i));
        }
        c.close();
        assertEquals(1000, wire.exchanges.size());
        assertTrue(wire.told().stream().allMatch(t -> t.endsWith("HIDDEN")));
        assertEquals(257, wire.drops.get(Drop.PIPELINE), "those that waited, and the one too many");
    }

    @Test
    void aPortUsedAgainWithoutASeenOpeningIsAnotherConnection() {
        for (int start : new int[] {900_000, 100, 1 << 29}) {
            Wire w = new Wire();
            w.connection(IpAddress.parse("10.0.0.5"), 7, 5000, 1)
                    .open()
                    .ask(get("/1"))
                    .answer(OK)
                    .ack()
                    .close();
            w.connection(IpAddress.parse("10.0.0.5"), 7, start, 700)
                    .ask(get("/2"))
                    .answer(OK)
                    .ack();
            assertEquals(List.of("GET /1 200", "GET /2 200"), w.told());
            Wire open = new Wire();
            open.connection(IpAddress.parse("10.0.0.5"), 7, 5000, 1)
                    .open()
                    .ask(get("/1"))
                    .answer(OK)
                    .ack();
            open.connection(IpAddress.parse("10.0.0.5"), 7, start == 900_000 ? 1 << 28 : start, 1 << 30)
                    .ask(get("/2"))
                    .answer(OK)
                    .ack();
            assertEquals(List.of("GET /1 200", "GET /2 200"), open.told());
        }
    }

    @Test
    void aStrayResetEndsNothing() {
        Wire.Peer c = wire.connection(1).open().ask(get("/a"));
        c.raw(true, c.up + 5_000_000, 0, Segment.RST, "");
        c.raw(false, 0, 0, Segment.RST, "");
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /a 200"), wire.told());
    }

    @Test
    void anAnswerThatTheKernelRefusedForAClosedSocketDidArrive() {
        Wire.Peer c = wire.connection(1).open().ask(get("/fire-and-forget")).finFromOriginator();
        c.answer(OK);
        c.raw(true, c.up, 0, Segment.RST, "");
        assertEquals(List.of("GET /fire-and-forget 200"), wire.told());
    }

    @Test
    void copiesBehindTranslationThatBeginWithAnAnswerCountOnce() {
        Wire.Peer inside = wire.connection(IpAddress.parse("172.17.0.2"), 40000, 1000, 5000);
        Wire.Peer outside = wire.connection(IpAddress.parse("10.0.0.5"), 61234, 1000, 5000);
        outside.answer(OK);
        inside.answer(OK).ack();
        String request = get("/a");
        inside.ask(request);
        outside.ask(request).answer(OK);
        inside.answer(OK).ack();
        outside.ack();
        assertEquals(List.of("null null cut 200", "GET /a 200"), wire.told());
    }

    @Test
    void ofPipelinedRequestsWithAGapAmongThemNoAnswerIsMatchedByGuesswork() {
        Wire.Peer c = wire.connection(1).open().ask(get("/1")).askUnseen(40).ask(get("/3"));
        String no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        c.answer(OK)
                .answer(no)
                .answer("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
                .ack();
        wire.aSecondLater();
        assertEquals(List.of("GET /1 200", "GET /3 HIDDEN", "null null cut 401"), wire.told());
    }

    @Test
    void anOpeningCapturedInDisorderIsOneConnection() {
        Wire.Peer c = wire.connection(1);
        c.raw(false, c.down, c.up + 1, Segment.SYN | ACK, "");
        c.down++;
        c.up++;
        c.ack().ask(get("/a"));
        c.raw(true, c.up - get("/a").length() - 1, 0, Segment.SYN, "");
        c.answer(OK).ack().close();
        assertEquals(List.of("GET /a 200"), wire.told());
        assertEquals(1, wire.opened.size());
    }

    /** After the gap it cannot be told whether the late answer or the other's was in it. */
    @Test
    void anAnswerBehindAGapIsNotGivenToTheNextRequestWhileALateOneIsDue() {
        String no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        Wire.Peer c = wire.connection(1).open().ask(get("/late"));
        letTheAnswerBeLate();
        c.answerUnseen(50).ask(get("/next")).answer(no).ack();
        wire.aSecondLater();
        c.answer(OK).ack();
        wire.aSecondLater();
        assertEquals(List.of("GET /late NONE", "GET /next HIDDEN"), wire.told());
    }

    @Test
    void aLateAnswerIsLeftToItsOwnRequest() {
        Wire.Peer c = wire.connection(1).open().ask(get("/late"));
        letTheAnswerBeLate();
        c.ask(get("/next"))
                .answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                .ack()
                .answer(OK)
                .ack();
        assertEquals(List.of("GET /late NONE", "GET /next 200"), wire.told());
    }

    @Test
    void anAnswerThatWasLeftOpenCostsTheRequestsBehindItNothing() {
        String no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        Wire.Peer c = wire.connection(1).open().ask(get("/late"));
        letTheAnswerBeLate();
        c.answerUnseen(50).ask(get("/next")).answer(no).ack();
        wire.aSecondLater();
        for (int i = 3; i < 6; i++) {
            c.ask(get("/" + i)).answer(OK).ack();
        }
        assertEquals(
                List.of("GET /late NONE", "GET /next HIDDEN", "GET /3 200", "GET /4 200", "GET /5 200"), wire.told());
    }

    /** Whether the gap held the answer to /2 cannot be told where requests do not wait for answers. */
    @Test
    void afterAGapInTheAnswersOfAClientThatPipelinesNoneIsGivenToTheNextRequest() {
        String no = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
        Wire.Peer c = wire.connection(1).open().ask(get("/1")).answer(chunked);
        c.ask(get("/2")).ack().answerUnseen(20).ask(get("/3"));
        wire.aSecondLater();
        c.answer(no).ack().answer(OK).ack().close();
        assertEquals(List.of("GET /1 200", "GET /2 HIDDEN", "GET /3 HIDDEN"), wire.told());
    }

    @Test
    void aClockThatIsSetAnHourForwardOrBackCostsNoAnswerAndNoTimeOut() {
        for (long set : new long[] {3_600_000 * MILLI, -3_600_000 * MILLI}) {
            Wire live = new Wire(true);
            Wire.Peer kept = live.connection(1).open().ask(get("/a"));
            Wire.Peer hop = live.connection(2).open().ask(get("/hop"));
            live.decoder.idle(live.now);
            live.now += set;
            live.decoder.idle(live.now);
            kept.answer(OK).ack().ask(get("/b")).answer(OK).ack();
            assertEquals(List.of("GET /a 200", "GET /b 200"), live.told());
            for (int i = 0; i < 31; i++) {
                live.aSecondLater();
            }
            assertEquals(List.of("GET /a 200", "GET /b 200", "GET /hop NONE"), live.told());
            assertTrue(
                    live.exchanges.get(1).timestampNanos() > live.now - 60_000 * MILLI,
                    "in the minute that the clock shows");
            hop.reset();
            live.decoder.finish();
            assertEquals(3, live.exchanges.size());
        }
    }

    @Test
    void theTimeOfAFileMayPassByAnHourAtOnce() {
        Wire.Peer c = wire.connection(1).open().ask(get("/a"));
        wire.now += 3_600_000 * MILLI;
        c.answer(OK).ack();
        assertEquals(List.of("GET /a NONE"), wire.told());
    }

    private void letTheAnswerBeLate() {
        for (int i = 0; i < 31; i++) {
            wire.aSecondLater();
        }
    }

    @Test
    void anEvictedRequestIsReportedOnce() {
        DecoderLimits d = DecoderLimits.DEFAULT;
        Wire small = new Wire(new DecoderLimits(
                10,
                d.streamBytesMax(),
                d.headBytesMax(),
                d.pendingMax(),
                d.answerTimeoutNanos(),
                d.reorderNanos(),
                16,
                d.lingerNanos()));
        List<Wire.Peer> peers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            peers.add(small.connection(100 + i).open().ask(get("/" + i)));
        }
        peers.forEach(p -> p.answer(OK).ack());
        small.decoder.finish();
        assertEquals(50, small.exchanges.size());
        assertEquals(40, small.drops.get(Drop.CONNECTION_TABLE));
    }

    @Test
    void aRequestWhoseAnswerWasCutIsReportedThoughTheOneBeforeItIsStillOpen() {
        Wire.Peer c = wire.connection(1).open();
        int unread = c.down;
        c.ask(get("/a")).answer(OK);
        c.raw(true, c.up, unread, Segment.ACK, get("/b")).askUnseen(get("/b").length());
        c.cut(false, c.down, c.up, Segment.ACK, OK, 0).answerUnseen(OK.length());
        c.cut(true, c.up, unread, Segment.ACK, get("/c"), 0).askUnseen(get("/c").length());
        c.answer(OK).ack();
        wire.decoder.finish();
        List<String> told = wire.told();
        assertEquals(1, told.stream().filter(t -> t.startsWith("GET /a ")).count(), told.toString());
        assertEquals(1, told.stream().filter(t -> t.startsWith("GET /b ")).count(), told.toString());
    }
}
