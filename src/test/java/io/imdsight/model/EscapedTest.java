package io.imdsight.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class EscapedTest {
    /** What no output may hold, each in the middle of a name. */
    private static final List<String> FORGERIES = List.of(
            "\n",
            "\r",
            "\t",
            "\0",
            "\u001b[2J",
            "\u001b]0;title\u0007",
            "\u009b31m",
            "\u0085",
            "\u202e",
            "\u2066",
            "\u2069",
            "\u200b",
            "\u200d",
            "\ufeff",
            "\u2060",
            "\u00ad",
            "\u061c",
            "\u2028",
            "\u2029",
            "\ue000",
            "\uffff",
            "\ufff9",
            "\ufe0f",
            "\u034f",
            "\u3164",
            "\u115f",
            "\u180b",
            "\uffa0",
            "\udb40\udd00",
            "\udb40\udc41");

    @Test
    void whatForgesALineOrIsNotSeenIsWrittenInHexadecimal() {
        for (String f : FORGERIES) {
            String text = Escaped.of("a" + f + "b");
            assertTrue(text.matches("a(\\\\x[0-9a-f]{2})+[!-~]*b"), text);
        }
    }

    @Test
    void whatIsEscapedOnceStaysAsItIs() {
        for (String f : FORGERIES) {
            String once = Escaped.of("a" + f + "b");
            assertEquals(once, Escaped.of(once));
        }
    }

    @Test
    void halfOfASurrogatePairBecomesAQuestionMark() {
        assertEquals("a?b?", Escaped.of("a\ud83db\udc00"));
    }

    @Test
    void lettersOfEveryScriptStay() {
        String text = "naïve_コーヒー_кофе_قهوة_咖啡_\ud83d\ude00 {}<>\"'\\";
        assertEquals(text, Escaped.of(text));
    }

    @Test
    void bytesThatAreNoUtf8AreWrittenOneByOne() {
        assertEquals("a\\xff\\xc0\\xafb", Escaped.of(latin1("a\u00ff\u00c0\u00afb"))); // an overlong slash
        assertEquals("\\xed\\xa0\\xbd", Escaped.of(latin1("\u00ed\u00a0\u00bd"))); // half of a surrogate pair
        assertEquals("\\xf4\\x90\\x80\\x80", Escaped.of(latin1("\u00f4\u0090\u0080\u0080"))); // beyond Unicode
        assertEquals("\\xe2\\x82", Escaped.of(latin1("\u00e2\u0082"))); // cut in the middle
        assertEquals("\\xc2\\x9b", Escaped.of(latin1("\u00c2\u009b"))); // a control character that a terminal may obey
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
