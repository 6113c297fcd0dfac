package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is remembered of requests is bounded, never wrong, and holds no secret. */
class KnownTextsTest {
    private final KnownTexts texts = new KnownTexts();

    private String target(String sent) {
        byte[] b = ("  " + sent + "  ").getBytes(StandardCharsets.UTF_8);
        return texts.target(b, 2, b.length - 4);
    }

    private String agent(String sent) {
        byte[] b = sent.getBytes(StandardCharsets.UTF_8);
        return texts.userAgent(b, 0, b.length);
    }

    @Test
    void whatComesAgainIsTheSameObject() {
        assertSame(target("/latest/meta-data/"), target("/latest/meta-data/"));
        assertSame(agent("curl/7.88.1"), agent("curl/7.88.1"));
    }

    @Test
    void whatWasRememberedAsAnAgentIsNotTakenForATarget() {
        assertEquals("http://x/a", agent("http://x/a"));
        assertEquals("/a", target("http://x/a"));
    }

    @Test
    void noQueryAndNothingThatWasRedactedOrEscapedIsKept() {
        String token = "AQAEAKlsdkfjlskdjflskdjflskdjfQWERTYUIOPASDFGHJKLZXCVBN==";
        for (String sent :
                new String[] {"/a?b=c", "/a?password=hunter2", "/" + token, "/a\n", "/\u00e9", "http://x/a"}) {
            assertNotSame(target(sent), target(sent), sent);
        }
        assertEquals("/[redacted]", target("/" + token));
        assertNotSame(agent("x " + token), agent("x " + token));
        assertEquals("x [redacted]", agent("x " + token));
    }

    @Test
    void whatIsLongIsNotKept() {
        String longest = "/" + "a".repeat(KnownTexts.BYTES_MAX - 1);
        assertSame(target(longest), target(longest));
        assertNotSame(target(longest + "a"), target(longest + "a"));
    }

    /** The places are few and whoever comes takes one: whatever else was asked for, the answer is what was sent. */
    @Test
    void aFloodOfTextsChangesNoAnswer() {
        Random random = new Random(7);
        for (int i = 0; i < 200_000; i++) {
            String sent = "/" + Integer.toString(random.nextInt(3000), 36);
            assertEquals(sent, target(sent));
            assertEquals(sent, agent(sent));
        }
    }
}
