package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** At a thousand new connections a second some ten thousand that have ended are remembered: what each holds is what a busy agent weighs. */
class EndedConnectionsTest {
    private static final int CONNECTIONS = 12_000;

    /** Its name twice, its place, where its requests began and ended: 250 bytes. Objects of the virtual machine's own in between. */
    private static final int BYTES_EACH_MAX = 400;

    private static final Link LINK = new Link("eth0", 2);
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.5");
    private static final byte[] HEAD =
            "GET /latest/meta-data/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = Wire.OK.getBytes(StandardCharsets.US_ASCII);

    private int exchanges;
    private final Decoder decoder = new Decoder(Endpoints.EC2, DecoderLimits.DEFAULT, e -> exchanges++, new Drops());
    private long now = 1_700_000_000_000_000_000L;

    @Test
    void aConnectionThatHasEndedHoldsLittleMoreThanItsName() {
        long before = used();
        for (int i = 0; i < CONNECTIONS; i++) {
            call(10_000 + i);
        }
        long each = (used() - before) / CONNECTIONS;
        assertEquals(CONNECTIONS, exchanges);
        assertEquals(CONNECTIONS, decoder.connections());
        System.out.println("bytes held for a connection that has ended: " + each);
        assertTrue(each <= BYTES_EACH_MAX, each + " bytes a connection");
        assertTrue(each >= 100, each + " bytes a connection: nothing was measured");
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void call(int port) {
        int up = 1 + port * 1000;
        int down = 1;
        send(port, Segment.SYN, up, 0, new byte[0], true);
        send(port, Segment.SYN | Segment.ACK, down, ++up, new byte[0], false);
        send(port, Segment.ACK, up, ++down, HEAD, true);
        up += HEAD.length;
        send(port, Segment.ACK | Segment.FIN, down, up, ANSWER, false);
        down += ANSWER.length + 1;
        send(port, Segment.ACK | Segment.FIN, up, down, new byte[0], true);
        send(port, Segment.ACK, down, up + 1, new byte[0], false);
    }

    private void send(int port, int flags, int sequence, int acknowledgment, byte[] payload, boolean fromClient) {
        now += 20_000;
        IpAddress from = fromClient ? CLIENT : IpAddress.IMDS_V4;
        IpAddress to = fromClient ? IpAddress.IMDS_V4 : CLIENT;
        decoder.segment(new Segment(
                now,
                LINK,
                from.high(),
                from.low(),
                fromClient ? port : 80,
                to.high(),
                to.low(),
                fromClient ? 80 : port,
                sequence,
                acknowledgment,
                flags,
                payload,
                0,
                payload.length,
                payload.length));
    }
}
