package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.imdsight.model.Attribution;
import org.junit.jupiter.api.Test;

class SendersTest {
    private final Attribution opener = Attribution.none("opener");
    private final Attribution first = Attribution.none("first");
    private final Attribution second = Attribution.none("second");
    private final Senders senders = new Senders();

    @Test
    void whoBeganToSendLastBeforeAByteSentIt() {
        senders.add(1_000, first);
        senders.add(1_100, second);
        assertSame(opener, senders.at(1_000, opener), "the last byte in front of the first change");
        assertSame(first, senders.at(1_001, opener));
        assertSame(first, senders.at(1_100, opener));
        assertSame(second, senders.at(1_101, opener));
        assertSame(second, senders.at(5_000, opener));
    }

    @Test
    void numbersThatWrapAreInOrder() {
        senders.add(0xffff_ff00, first);
        senders.add(0x100, second);
        assertSame(opener, senders.at(0xffff_fe00, opener));
        assertSame(first, senders.at(0xffff_ffff, opener));
        assertSame(first, senders.at(0x80, opener));
        assertSame(second, senders.at(0x180, opener));
    }

    @Test
    void ofTwoWhoCameToSendAtOnceNeitherIsNamed() {
        senders.add(1_000, first);
        senders.add(1_100, second);
        senders.add(1_100, first);
        assertSame(first, senders.at(1_100, opener));
        Attribution said = senders.at(1_200, opener);
        assertNull(said.caller());
        assertEquals(
                "two processes began to send at once on this connection",
                said.evidence().reason());
    }
}
