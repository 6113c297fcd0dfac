package io.imdsight.decode;

import static io.imdsight.decode.Wire.OK;
import static io.imdsight.decode.Wire.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drop;
import io.imdsight.model.RequestHead;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderHttpTest {
    private final Wire wire = new Wire();

    private List<String> conversation(String ask, String... answers) {
        Wire.Peer c = wire.connection(40000).open().ask(ask);
        for (String a : answers) {
            c.answer(a);
        }
        c.ack().close();
        return wire.told();
    }

    @Test
    void aRequestAndItsAnswerAreOneExchange() {
        assertEquals(List.of("GET /latest/meta-data/ 200"), conversation(get("/latest/meta-data/"), OK));
        RequestHead head = wire.exchanges.getFirst().request();
        assertTrue(head.complete());
        assertNull(head.userAgent());
        assertEquals("eth0", wire.exchanges.getFirst().link().name());
        assertEquals(1, wire.closed);
    }

    @Test
    void aHeadMayBeSplitAnywhereEvenByteByByte() {
        String request = get("/a", "X-aws-ec2-metadata-token: secret", "User-Agent: curl/8");
        for (int cut = 1; cut < request.length(); cut++) {
            wire.connection(1000 + cut)
                    .open()
                    .ask(request.substring(0, cut))
                    .ask(request.substring(cut))
                    .answer(OK)
                    .ack()
                    .close();
        }
        Wire.Peer slow = wire.connection(9999).open();
        request.chars().forEach(c -> slow.ask(String.valueOf((char) c)));
        OK.chars().forEach(c -> slow.answer(String.valueOf((char) c)));
        slow.ack().close();
        assertEquals(request.length(), wire.exchanges.size());
        wire.exchanges.forEach(e -> {
            assertEquals("GET /a token 200", Wire.told(e));
            assertEquals("curl/8", e.request().userAgent());
        });
        assertEquals(0, wire.decoder.streamBytes());
    }

    @Test
    void pipelinedRequestsGetTheirAnswersInOrder() {
        String four04 = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno!";
        assertEquals(
                List.of("GET /1 200", "GET /2 404", "GET /3 200"),
                conversation(get("/1") + get("/2") + get("/3"), OK + four04 + OK));
    }

    @Test
    void linesMayEndInLineFeedAlone() {
        assertEquals(
                List.of("GET /x token 200"),
                conversation("GET /x HTTP/1.1\nHost: a\nx-AWS-ec2-METADATA-token:\n\n", "HTTP/1.0 200 OK\n\nbody"));
    }

    @Test
    void emptyLinesInFrontOfARequestArePassedOver() {
        assertEquals(List.of("GET /x 200"), conversation("\r\n\r\n" + get("/x"), OK));
    }

    @Test
    void aBodyIsSkippedByLengthAndNeverTakenForARequest() {
        String body = get("/evil");
        assertEquals(
                List.of("POST /a 200", "GET /b 200"),
                conversation(
                        "POST /a HTTP/1.1\r\nContent-Length: " + body.length() + "\r\n\r\n" + body + get("/b"),
                        OK + OK));
    }

    @Test
    void aChunkedBodyIsSkippedWithItsTrailers() {
        String chunks = "5;x=y\r\nGET /\r\n1a\r\n" + "HTTP/1.1 404 Not Found\r\n\r\n" + "\r\n0\r\nTrailer: a\r\n\r\n";
        assertEquals(
                List.of("PUT /a 200", "GET /b 200"),
                conversation(
                        "PUT /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + chunks + get("/b"),
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + OK));
    }

    @Test
    void anInterimAnswerIsNotTheAnswer() {
        assertEquals(
                List.of("PUT /a 403"),
                conversation(
                        "PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nxy",
                        "HTTP/1.1 100 Continue\r\n\r\n",
                        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
    }

    @Test
    void aBodyThatWasAnnouncedWithExpectAndNeverSentHidesNoRequest() {
        Wire.Peer c = wire.connection(40000).open();
        c.ask("PUT /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n");
        c.answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").ack();
        c.ask(get("/b")).answer(OK).ack().close();
        assertEquals(List.of("PUT /a 403", "GET /b 200"), wire.told());
    }

    @Test
    void anAnswerToHeadHasNoBody() {
        assertEquals(
                List.of("HEAD /a 200", "GET /b 404"),
                conversation(
                        "HEAD /a HTTP/1.1\r\n\r\n" + get("/b"),
                        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    }

    @Test
    void ofAnAbsoluteTargetThePathIsTaken() {
        assertEquals(List.of("GET /b?c 200"), conversation(get("http://169.254.169.254/b?c"), OK));
        assertEquals(List.of("GET /b?c 200", "GET / 200"), conversation(get("HTTP://example.com"), OK));
    }

    @Test
    void hostileBytesInATargetAreEscaped() {
        assertEquals(
                List.of("GET /a\\x1b[31m\\xff\\xe2\\x80\\xae 200"),
                conversation(get("/a\u001b[31m\u00ff\u00e2\u0080\u00ae"), OK));
    }

    @Test
    void aFoldedLineIsNoHeader() {
        assertEquals(
                List.of("GET /a 200"),
                conversation("GET /a HTTP/1.1\r\nA: b\r\n X-aws-ec2-metadata-token: x\r\n\r\n", OK));
    }

    @Test
    void theTokensNameElsewhereIsNoHeader() {
        assertEquals(
                List.of("GET /X-aws-ec2-metadata-token:1 200"),
                conversation(
                        get(
                                "/X-aws-ec2-metadata-token:1",
                                "User-Agent: X-aws-ec2-metadata-token: 2",
                                "X-aws-ec2-metadata-tokens: 3"),
                        OK));
    }

    @Test
    void headsUpToTheLimitAreReadAndLongerOnesAreSaidToBeCut() {
        int max = DecoderLimits.DEFAULT.headBytesMax();
        String base = get("/a", "P: ", "X-aws-ec2-metadata-token: t");
        String longest = get("/a", "P: " + "x".repeat(max - base.length()), "X-aws-ec2-metadata-token: t");
        assertEquals(max, longest.length());
        String tooLong = longest.replace("P: ", "P: " + "x".repeat(99));
        assertEquals(List.of("GET /a token 200"), conversation(longest, OK));
        assertEquals(
                List.of("GET /a token 200", "GET /a cut 200", "GET /b 200"),
                conversation(tooLong + get("/b"), OK + OK));
    }

    @Test
    void aStartLineWithoutEndIsCutAtTheLimitToo() {
        Wire.Peer c = wire.connection(40000).open().ask("GET /");
        for (int i = 0; i < 80; i++) {
            c.ask("x".repeat(1000));
        }
        c.reset();
        assertEquals(List.of("GET null cut NONE"), wire.told());
        assertEquals(0, wire.decoder.streamBytes());
    }

    @Test
    void whatIsNoHttpIsCountedOnceAConnectionAndNeverARequest() {
        for (String garbage : List.of(
                "GET /latest/meta-data/\r\n\r\n",
                "\u0016\u0003\u0001\n\n",
                "SSH-2.0-x\r\n",
                "GET  HTTP/1.1\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\n")) {
            conversation(garbage, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
        assertEquals(List.of(), wire.told());
        assertEquals(5, wire.drops.get(Drop.NOT_HTTP));
    }

    @Test
    void bytesThatOnlyTheServiceUnderstandsAreCountedWhenItServesThem() {
        assertEquals(List.of("null null cut 200"), conversation("get\t/latest/meta-data/\r\n\r\n", OK));
    }

    @Test
    void anIncompleteRequestIsNone() {
        assertEquals(List.of(), conversation("GET /a HTTP/1.1\r\nHost: x\r\n"));
        assertFalse(wire.drops.all().containsKey(Drop.NOT_HTTP));
    }

    @Test
    void anAnswerThatIsNotHttpLeavesTheOutcomeOpen() {
        assertEquals(List.of("GET /a HIDDEN"), conversation(get("/a"), "\u0015\u0003\u0001\n"));
    }

    @Test
    void aRequestHiddenInABodyIsCountedWhenItIsServed() {
        String hidden = get("/latest/meta-data/iam/security-credentials/role");
        assertEquals(
                List.of("GET /a 200", "null null cut 200"),
                conversation("GET /a HTTP/1.1\r\nContent-Length: " + hidden.length() + "\r\n\r\n" + hidden, OK + OK));
    }

    @Test
    void contradictoryLengthsHideNoRequest() {
        for (String lengths : List.of(
                "Content-Length: 0\r\nContent-Length: 400",
                "Content-Length: 400\r\nTransfer-Encoding: chunked",
                "Content-Length: 4e2",
                "Transfer-Encoding: xchunked")) {
            wire.exchanges.clear();
            assertEquals(
                    List.of("GET /a 200", "GET /b 200"),
                    conversation("GET /a HTTP/1.1\r\n" + lengths + "\r\n\r\n" + get("/b"), OK + OK),
                    lengths);
        }
    }

    @Test
    void aBlankInFrontOfTheColonMakesAnotherName() {
        assertEquals(List.of("GET /a 200"), conversation(get("/a", "X-aws-ec2-metadata-token : x"), OK));
    }

    @Test
    void aLongHeaderInSeveralSegmentsLeavesTheTokenBehindItCertain() {
        String request = get("/a", "A: " + "b".repeat(9000), "X-aws-ec2-metadata-token: x");
        for (int piece : new int[] {1000, 4097, 9050, 9060, 9061}) {
            Wire.Peer c = wire.connection(piece).open();
            for (int i = 0; i < request.length(); i += piece) {
                c.ask(request.substring(i, Math.min(i + piece, request.length())));
            }
            c.answer(OK).ack().close();
        }
        assertEquals(5, wire.told().stream().filter("GET /a token 200"::equals).count());
    }

    @Test
    void aRequestInGarbageIsCountedAlsoWhenAnotherFollowsAtOnce() {
        String garbage = "GET\t/a\r\n\r\n";
        String withToken = get("/b", "X-aws-ec2-metadata-token: t");
        assertEquals(List.of("GET /b cut 200", "null null cut 200"), conversation(garbage + withToken, OK + OK));
    }

    @Test
    void anAnswerThatMayBeToGarbageIsNotATokens() {
        String withToken = get("/b", "X-aws-ec2-metadata-token: t");
        String hidden = get("/latest/meta-data/iam/security-credentials/role");
        String body = "Content-Length: " + hidden.length();
        assertEquals(List.of("GET /b cut 200"), conversation("\u0085GET /a HTTP/1.1\r\n\r\n" + withToken, OK));
        wire.exchanges.clear();
        String inBody = get("/a", "X-aws-ec2-metadata-token: t", body) + hidden;
        assertEquals(List.of("GET /a token 200", "GET /b cut 200"), conversation(inBody + withToken, OK + OK));
        wire.exchanges.clear();
        String put =
                "PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 2\r\n\r\n{}";
        assertEquals(
                2,
                conversation(put + withToken, OK + OK).stream()
                        .filter(l -> !l.contains("cut"))
                        .count());
    }

    @Test
    void aBodyThatNeverComesHidesNoRequest() {
        Wire.Peer c = wire.connection(40000).open().ask("GET /a HTTP/1.1\r\nContent-Length: 999999\r\n\r\n");
        c.answer(OK).ack();
        for (int i = 0; i < 3; i++) {
            c.ask("PROPFIND /b HTTP/1.1\r\n\r\n").answer(OK).ack();
        }
        assertEquals(List.of("GET /a 200", "PROPFIND /b 200", "PROPFIND /b 200", "PROPFIND /b 200"), wire.told());
    }

    @Test
    void garbageHidesNoRequestBehindIt() {
        Wire.Peer c = wire.connection(40000).open().ask("XX\r\n\r\n");
        c.answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").ack();
        c.ask(get("/b")).answer(OK).ack().ask(get("/c")).answer(OK).ack();
        assertEquals(List.of("GET /b 200", "GET /c 200"), wire.told());
        assertEquals(1, wire.drops.get(Drop.NOT_HTTP));
    }

    @Test
    void tokensInTheTargetAndTheUserAgentAreRedacted() {
        String token = "AQAEAKlsdkfjlskdjflskdjflskdjfQWERTYUIOPASDFGHJKLZXC==";
        conversation(get("/a?x=1&X-aws-ec2-metadata-token=" + token, "User-Agent: x " + token + " y"), OK);
        conversation(get("/" + token + "/b?c=" + token), OK);
        conversation(get("/a?recursive=true&api-version=2021-02-01"), OK);
        conversation(get("ftp://user:pass@h/c"), OK);
        assertEquals(
                List.of(
                        "GET /a?[redacted] 200",
                        "GET /[redacted]/b?[redacted] 200",
                        "GET /a?recursive=true&api-version=2021-02-01 200",
                        "GET /c 200"),
                wire.told());
        assertEquals("x [redacted] y", wire.exchanges.getFirst().request().userAgent());
    }

    @Test
    void switchingProtocolsIsAFinalAnswer() {
        assertEquals(
                List.of("GET /a 101"),
                conversation(get("/a", "Upgrade: h2c"), "HTTP/1.1 101 Switching Protocols\r\n\r\n"));
    }
}
