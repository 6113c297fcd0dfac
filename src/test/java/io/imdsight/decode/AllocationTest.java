package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The decoder makes no garbage on its way to an exchange: what it allocates for a call on a kept-alive connection is the exchange. */
class AllocationTest {
    /** Exchange 48, request head 32; both are handed on. */
    private static final long EXCHANGE_BYTES = 80;

    private static final int CALLS = 5_000;
    private static final Link LINK = new Link("eth0", 2);
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.5");
    private static final byte[] HEAD =
            bytes("GET /latest/meta-data/ HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: curl/7.88.1\r\n\r\n");
    private static final byte[] ANSWER = bytes(Wire.OK);

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private int exchanges;
    private final Decoder decoder = new Decoder(Endpoints.EC2, DecoderLimits.DEFAULT, e -> exchanges++, new Drops());
    private long now = 1_700_000_000_000_000_000L;
    private int up = 1;
    private int down = 1;

    @Test
    void aCallOnAKeptAliveConnectionAllocatesItsExchangeAndNothingElse() {
        calls(CALLS); // what is made once
        long given = 0;
        long began = allocated();
        for (int i = 0; i < CALLS; i++) {
            long before = allocated();
            Segment[] call = call();
            given += allocated() - before;
            for (Segment s : call) {
                decoder.segment(s);
            }
        }
        long each = (allocated() - began - given) / CALLS;
        assertEquals(2 * CALLS, exchanges);
        assertTrue(each <= EXCHANGE_BYTES + 8, each + " bytes a call"); // 8: what the measuring itself may cost
        assertTrue(each >= EXCHANGE_BYTES / 2, each + " bytes a call: nothing was measured");
    }

    private long allocated() {
        return threads.getCurrentThreadAllocatedBytes();
    }

    private void calls(int count) {
        for (int i = 0; i < count; i++) {
            for (Segment s : call()) {
                decoder.segment(s);
            }
        }
    }

    /** Request, answer, and that the client has it. */
    private Segment[] call() {
        Segment request = segment(HEAD, true);
        up += HEAD.length;
        Segment answer = segment(ANSWER, false);
        down += ANSWER.length;
        return new Segment[] {request, answer, segment(new byte[0], true)};
    }

    private Segment segment(byte[] payload, boolean fromClient) {
        now += 20_000;
        IpAddress from = fromClient ? CLIENT : IpAddress.IMDS_V4;
        IpAddress to = fromClient ? IpAddress.IMDS_V4 : CLIENT;
        return new Segment(
                now,
                LINK,
                from.high(),
                from.low(),
                fromClient ? 40_312 : 80,
                to.high(),
                to.low(),
                fromClient ? 80 : 40_312,
                fromClient ? up : down,
                fromClient ? down : up,
                Segment.ACK,
                payload,
                0,
                payload.length,
                payload.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
