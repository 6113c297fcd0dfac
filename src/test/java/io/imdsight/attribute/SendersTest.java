package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertSame;

import io.imdsight.model.Attribution;
import org.junit.jupiter.api.Test;

class SendersTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TEN_O_CLOCK = 1_795_341_600L * SECOND;

    private final Attribution opener = Attribution.none("opener");
    private final Attribution first = Attribution.none("first");
    private final Attribution second = Attribution.none("second");
    private final Senders senders = new Senders();

    @Test
    void whoBeganToSendLastBeforeARequestSentIt() {
        senders.add(TEN_O_CLOCK, first);
        senders.add(TEN_O_CLOCK + SECOND, second);
        assertSame(opener, senders.at(TEN_O_CLOCK - SECOND, opener));
        assertSame(first, senders.at(TEN_O_CLOCK, opener));
        assertSame(second, senders.at(TEN_O_CLOCK + 5 * SECOND, opener));
    }

    @Test
    void aClockThatIsSetDoesNotGiveAConnectionBackToItsOpener() {
        for (long set : new long[] {3_600 * SECOND, -3_600 * SECOND}) {
            Senders kept = new Senders();
            kept.add(TEN_O_CLOCK, first);
            assertSame(first, kept.at(TEN_O_CLOCK + set + SECOND, opener));
            kept.add(TEN_O_CLOCK + set + 2 * SECOND, second);
            assertSame(first, kept.at(TEN_O_CLOCK + set + SECOND, opener));
            assertSame(second, kept.at(TEN_O_CLOCK + set + 3 * SECOND, opener));
        }
    }
}
