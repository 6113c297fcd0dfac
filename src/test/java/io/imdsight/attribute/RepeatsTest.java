package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.imdsight.model.Caller;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatsTest {
    private final Repeats repeats = new Repeats();

    /** As text read anew: equal, and another object. */
    private static String copy(String text) {
        return String.valueOf(text.toCharArray());
    }

    private static Caller caller(int pid, String argument) {
        List<String> arguments = List.of("/usr/bin/curl", copy(argument));
        return new Caller(pid, "/usr/bin/curl", arguments, "curl", 0, "root", 1_000, null, null, null, List.of());
    }

    @Test
    void theSameProcessIsOneObjectHoweverOftenItCalls() {
        Caller first = repeats.caller(caller(7, "http://a"));
        assertSame(first, repeats.caller(caller(7, "http://a")));
    }

    @Test
    void whatAProcessHasBecomeIsNotWhatItWas() {
        repeats.caller(caller(7, "http://a"));
        Caller now = repeats.caller(caller(7, "http://b"));
        assertEquals("http://b", now.arguments().get(1));
    }

    @Test
    void processesThatShareAPlaceAreKeptApart() {
        repeats.caller(caller(7, "http://a"));
        assertEquals(7 + 32, repeats.caller(caller(7 + 32, "http://a")).pid());
        assertEquals(7, repeats.caller(caller(7, "http://a")).pid());
    }

    @Test
    void equalTextsBecomeOneAndLongOnesAreNotKept() {
        String once = repeats.text(copy("curl"));
        assertSame(once, repeats.text(copy("curl")));
        String longer = "x".repeat(129);
        assertSame(longer, repeats.text(longer));
        assertNotSame(longer, repeats.text("x".repeat(129)));
        assertNull(repeats.text(null));
    }

    @Test
    void anyNumberOfTextsComesOutAsItWentIn() {
        for (int i = 0; i < 10_000; i++) {
            assertEquals("argument " + i % 3_000, repeats.text("argument " + i % 3_000));
        }
    }
}
