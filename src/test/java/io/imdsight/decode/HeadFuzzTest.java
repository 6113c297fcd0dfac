package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.classify.Classifier;
import io.imdsight.decode.OtherParsers.Head;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Secrets;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Our reader of request heads beside those of servers. Two claims: a head that follows the grammar is read by all alike; and of a head that any of them takes
 * for a request without a token, if it is served, ours never says version 2, and never says nothing.
 *
 * <pre>
 * the input: each byte from 0x80 on stands for one of PIECES, every other for itself
 * </pre>
 */
class HeadFuzzTest {
    static final String TOKEN = "x-aws-ec2-metadata-token";
    static final String TTL = "x-aws-ec2-metadata-token-ttl-seconds";

    /** As many as a service could find requests in a short input, and some. */
    private static final int ANSWERS = 4;

    private static final String[] PIECES = {
        "GET /latest/meta-data/ HTTP/1.1\r\n",
        "PUT /latest/api/token HTTP/1.1\r\n",
        "GET / HTTP/1.0\r\n",
        "GET ",
        "PUT ",
        "/a",
        " HTTP/1.1",
        "\r\n",
        "\n",
        "\r",
        "\r\n\r\n",
        "\n\n",
        " ",
        "\t",
        ":",
        ": ",
        "\0",
        "\u000b",
        "Host: h\r\n",
        "X-aws-ec2-metadata-token",
        "X-AWS-EC2-Metadata-Token: t\r\n",
        "X-aws-ec2-metadata-token-ttl-seconds: 60\r\n",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "A: b",
        "\"",
        "HTTP/1.",
        "http://h/p",
        "\u0085",
        "\u00a0",
        "_",
        "\r\n ",
        "\r\n\t"
    };

    /** RFC 9112 section 3 and 5, without the parts that may be read in several ways. */
    private static final Pattern GRAMMAR = Pattern.compile("[A-Z]{1,20} (/[!-~&&[^#\\\\%\"<>^`{|}]]*) HTTP/1\\.[01]\r\n"
            + "(?:[A-Za-z0-9-]{1,60}:[ \\t]*(?:[!-~](?:[ -~\\t]*[!-~])?)?[ \\t]*\r\n)*\r\n");

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        serversAndWeReadTheSameHead(input);
    }

    @FuzzTest(maxDuration = "20s")
    void serversAndWeReadTheSameHead(byte[] input) {
        compare(head(input));
    }

    private static byte[] head(byte[] input) {
        StringBuilder out = new StringBuilder();
        for (byte b : input) {
            out.append(b >= 0 ? String.valueOf((char) b) : PIECES[(b & 0x7f) % PIECES.length]);
        }
        return out.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    static void compare(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        for (OtherParsers other : OtherParsers.values()) {
            Head h = other.read(bytes);
            if (h == null) {
                continue;
            }
            if (isVersion1(h)) {
                seenAsNoVersion2(other, text.substring(0, h.end()), 1);
                seenAsNoVersion2(other, text, ANSWERS);
            }
            String head = text.substring(0, h.end());
            if (GRAMMAR.matcher(head).matches() && head.length() < 4000) {
                same(other, h, bytes, head);
            }
        }
    }

    private static void seenAsNoVersion2(OtherParsers other, String text, int answers) {
        List<Version> ours = versionsIfServed(text, answers);
        assertTrue(!ours.isEmpty(), () -> other + " serves what we do not see: " + shown(text));
        assertTrue(ours.stream().anyMatch(v -> v != Version.V2), () -> other + " sees no token: " + shown(text));
    }

    private static void same(OtherParsers other, Head theirs, byte[] bytes, String head) {
        Ours ours = read(bytes);
        assertTrue(ours.head != null, () -> other + ": " + shown(head));
        assertEquals(theirs.method(), ours.head.method(), other::name);
        boolean hostInPath = other == OtherParsers.APACHE && ours.head.target().startsWith("//");
        if (!hostInPath) { // Apache's reader takes what follows for a host, RFC 9112 section 3.2.1 does not
            assertEquals(Secrets.inTarget(theirs.target()), ours.head.target(), other::name);
        }
        assertEquals(theirs.has(TOKEN), ours.head.has(RequestHead.TOKEN), () -> other + ": " + shown(head));
        assertEquals(theirs.has(TTL), ours.head.has(RequestHead.TOKEN_TTL), () -> other + ": " + shown(head));
        assertTrue(ours.head.complete());
        assertEquals(theirs.end(), ours.end, () -> other + ": " + shown(head));
    }

    static boolean isVersion1(Head h) {
        return !h.has(TOKEN) && !("PUT".equals(h.method()) && h.has(TTL));
    }

    /** What becomes of the bytes if the service answers so often, with 200. */
    static List<Version> versionsIfServed(String bytes, int answers) {
        Wire wire = new Wire();
        wire.connection(40000)
                .open()
                .ask(bytes)
                .answer(Wire.OK.repeat(answers))
                .ack()
                .close();
        wire.decoder.finish();
        List<Version> out = new ArrayList<>();
        wire.exchanges.forEach(e -> out.add(Classifier.classify(e).version()));
        return out;
    }

    /** The first head and where it ends. */
    static final class Ours implements RequestParser.Listener {
        RequestHead head;
        int end;

        @Override
        public void request(RequestHead found, int read) {
            head = head == null ? found : head;
        }

        @Override
        public void requestStreamNotHttp() {
            // then there is no head
        }

        @Override
        public void streamMemoryShort() {
            throw new AssertionError();
        }
    }

    static Ours read(byte[] bytes) {
        Ours out = new Ours();
        RequestParser parser = new RequestParser(new Budget(1 << 20), 1 << 16, new KnownTexts(), out);
        while (out.head == null && out.end < bytes.length) {
            parser.bytes(bytes, out.end++, 1, out.end == 1);
        }
        return out;
    }

    static String shown(String text) {
        return text.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
    }
}
