package io.imdsight.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the stand-in answers, without a socket. */
class StandInAnswersTest {
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T06:25:22Z"), ZoneOffset.UTC);
    private static final String TOKEN_REQUEST = "PUT /latest/api/token HTTP/1.1\r\n";
    private static final String TTL = "X-aws-ec2-metadata-token-ttl-seconds: ";

    private long nowNanos = Long.MAX_VALUE - 5;
    private final SessionTokens tokens = new SessionTokens(() -> nowNanos);
    private final StandInAnswers optional = new StandInAnswers(false, tokens, CLOCK);
    private final StandInAnswers required = new StandInAnswers(true, tokens, CLOCK);

    private static HttpRequest request(String head) {
        byte[] bytes = (head + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(bytes.length, HttpRequest.endOfHead(bytes, bytes.length));
        return HttpRequest.parse(bytes, bytes.length);
    }

    private static String ask(StandInAnswers service, String head) {
        return new String(service.answer(request(head)).bytes(), StandardCharsets.US_ASCII);
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n";
    }

    private String token(int ttlSeconds) {
        String answer = ask(required, TOKEN_REQUEST + TTL + ttlSeconds + "\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\nX-Aws-Ec2-Metadata-Token-Ttl-Seconds: " + ttlSeconds), answer);
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static void status(int expected, String answer) {
        assertTrue(answer.matches("(?s)HTTP/1\\.[01] " + expected + " .*"), answer);
    }

    @Test
    void theRefusalLooksLikeTheRealOne() {
        assertEquals(
                """
                HTTP/1.0 401 Unauthorized
                Content-Type: text/html
                Content-Length: 343
                Date: Sun, 22 Nov 2026 06:25:22 GMT
                Server: EC2ws
                Connection: close
                """,
                ask(required, get("/latest/meta-data/")).replace("\r\n", "\n").replaceFirst("(?s)\n\n.*", "\n"));
    }

    @Test
    void tokensAreNeededOnlyWhereTheyAreRequired() {
        status(200, ask(optional, get("/latest/meta-data/instance-id")));
        status(401, ask(required, get("/latest/meta-data/instance-id")));
        status(
                200,
                ask(
                        required,
                        get("/latest/meta-data/instance-id") + "x-AWS-ec2-metadata-TOKEN: " + token(60) + "\r\n"));
    }

    @Test
    void aTokenThatIsWrongEmptyOrExpiredIsRefusedInEitherMode() {
        String token = token(60);
        for (StandInAnswers service : new StandInAnswers[] {optional, required}) {
            status(401, ask(service, get("/latest/") + "X-aws-ec2-metadata-token: nonsense\r\n"));
            status(401, ask(service, get("/latest/") + "X-aws-ec2-metadata-token:\r\n"));
            status(200, ask(service, get("/latest/") + "X-aws-ec2-metadata-token: " + token + "\r\n"));
        }
        nowNanos += TimeUnit.SECONDS.toNanos(60) - 1;
        status(200, ask(required, get("/latest/") + "X-aws-ec2-metadata-token: " + token + "\r\n"));
        nowNanos++;
        status(401, ask(optional, get("/latest/") + "X-aws-ec2-metadata-token: " + token + "\r\n"));
    }

    @Test
    void aTokenLivesOneSecondToSixHours() {
        assertEquals(56, token(1).length());
        token(21_600);
        for (String ttl : new String[] {"0", "21601", "-5", "abc", "", "99999999999"}) {
            status(400, ask(optional, TOKEN_REQUEST + TTL + ttl + "\r\n"));
        }
        status(400, ask(optional, TOKEN_REQUEST));
    }

    @Test
    void aForwardedTokenRequestIsForbiddenAndAForwardedGetIsNot() {
        String answer = ask(optional, TOKEN_REQUEST + TTL + "60\r\nX-Forwarded-For: 203.0.113.7\r\n");
        status(403, answer);
        assertTrue(answer.contains("Connection: close") && answer.contains("Content-Length: 337"));
        status(200, ask(optional, get("/latest/meta-data/") + "X-Forwarded-For: 203.0.113.7\r\n"));
    }

    @Test
    void onlyGetAndHeadAreServed() {
        for (String line : new String[] {
            "POST /latest/meta-data/", "PUT /latest/meta-data/", "PUT /latest/api/token/", "GET /latest/api/token"
        }) {
            status(405, ask(optional, line + " HTTP/1.1\r\n"));
        }
        String head = ask(optional, "HEAD /latest/meta-data/instance-id HTTP/1.1\r\n");
        assertTrue(head.contains("Content-Length: 19") && head.endsWith("\r\n\r\n"), head);
    }

    @Test
    void servesTheTreeUnderAnyVersionAndListsDirectories() {
        assertTrue(ask(optional, get("/")).endsWith("\nlatest"));
        assertTrue(ask(optional, get("/latest")).endsWith("\r\n\r\ndynamic\nmeta-data"));
        assertTrue(ask(optional, get("/2009-04-04/meta-data/iam/")).endsWith("\r\n\r\ninfo\nsecurity-credentials/"));
        assertTrue(
                ask(optional, get("/latest/meta-data/iam/security-credentials")).endsWith("\r\n\r\ndemo-role"));
        assertTrue(ask(optional, get("//latest//meta-data/instance-id/")).endsWith("i-0123456789abcdef0"));
        assertTrue(ask(optional, get("http://169.254.169.254/latest/meta-data/instance-id?x"))
                .endsWith("i-0123456789abcdef0"));
        assertTrue(
                ask(optional, get("/latest/dynamic/instance-identity/document")).contains("\"region\""));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        for (String path : new String[] {
            "/latest/user-data", "/latest/meta-data/nope", "/nope", "/latest/meta", "/computeMetadata/v1/instance/id"
        }) {
            String answer = ask(optional, get(path));
            status(404, answer);
            assertFalse(answer.contains("Connection: close"));
        }
    }

    @Test
    void theConnectionStaysOpenAsTheClientWishes() {
        assertFalse(optional.answer(request(get("/"))).close());
        assertTrue(optional.answer(request(get("/") + "Connection: close\r\n")).close());
        assertTrue(optional.answer(request("GET / HTTP/1.0\r\n")).close());
        assertFalse(optional.answer(request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n"))
                .close());
        assertTrue(required.answer(request(get("/"))).close());
    }

    @Test
    void theVersionIsToldByHeaderNamesAlone() {
        assertEquals(Version.V1, request(get("/X-aws-ec2-metadata-token:x")).version());
        assertEquals(
                Version.V1,
                request(get("/") + "Referer: X-aws-ec2-metadata-token: x\r\n").version());
        assertEquals(
                Version.V2, request(get("/") + "x-aws-EC2-metadata-token:\r\n").version());
        assertEquals(Version.V2, request(get("/") + TTL + "\r\n").version());
    }

    @Test
    void headsMayEndInBareLineFeedsAndWhatIsNoRequestIsNull() {
        byte[] bare = "GET / HTTP/1.1\nX-aws-ec2-metadata-token: t\n\nGET".getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(bare.length - 3, HttpRequest.endOfHead(bare, bare.length));
        assertEquals("t", HttpRequest.parse(bare, bare.length - 3).token());
        assertEquals(-1, HttpRequest.endOfHead(bare, bare.length - 4));
        assertNull(HttpRequest.parse("\0\1\2\n\n".getBytes(StandardCharsets.ISO_8859_1), 5));
        assertNull(HttpRequest.parse("GET /\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1), 9));
    }
}
