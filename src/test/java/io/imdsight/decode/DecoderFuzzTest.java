package io.imdsight.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.imdsight.classify.Classifier;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Segment;
import io.imdsight.model.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Any segments in any order: nothing is thrown, memory stays within its bounds, nothing unprintable comes out, and every request read is
 * reported exactly once.
 *
 * <pre>
 * the input:  u8 how the connections begin, then a run of:  u8 kind | u8 argument | payload
 *   beginning bit 0: numbers about to wrap; 1: connections 3 and 4 are 1 and 2 under other names, behind address translation
 *   kind bits 0-1: direction and port; 2: also FIN; 3: also RST; 4: also SYN; 5: hidden; 6: out of place; 7: time passes
 *   argument: payload length (up to 63), or how far out of place; with kind bit 4 and 64 up: the same ports again with other numbers
 * </pre>
 */
class DecoderFuzzTest {
    private static final DecoderLimits SMALL =
            new DecoderLimits(3, 4096, 512, 4, 30_000_000_000L, 500_000_000L, 4, 60_000_000_000L);

    /** The same for as long as one has: src/bench/fuzz. */
    @FuzzTest(maxDuration = "8h")
    void forHours(byte[] input) {
        anySegmentsInAnyOrder(input);
    }

    @FuzzTest(maxDuration = "20s")
    void anySegmentsInAnyOrder(byte[] input) {
        int[] requested = {0};
        Wire wire = new Wire(SMALL) {
            @Override
            public void requested(
                    io.imdsight.model.Connection connection,
                    long openedNanos,
                    RequestHead head,
                    int headEnd,
                    long timestampNanos) {
                requested[0]++;
            }
        };
        play(wire, input);
        wire.decoder.finish();
        assertEquals(0, wire.decoder.streamBytes(), "what was taken from the budget is given back");
        assertEquals(0, wire.decoder.connections());
        long seen = wire.exchanges.stream()
                .filter(e -> e.request().method() != null)
                .count();
        assertEquals(requested[0], seen, "each request is reported once");
        assertEquals(wire.opened.size(), wire.closed);
        for (Exchange e : wire.exchanges) {
            check(e);
        }
    }

    private static void play(Wire wire, byte[] input) {
        ByteBuffer in = ByteBuffer.wrap(input);
        int beginning = in.hasRemaining() ? in.get() : 0;
        Wire.Peer[] peers = new Wire.Peer[4];
        for (int i = 0; i < peers.length; i++) {
            boolean translated = (beginning & 2) != 0 && i >= 2;
            int first = ((beginning & 1) != 0 ? -40 : 7919) * (translated ? i - 1 : i + 1);
            IpAddress address = IpAddress.ofV4(translated ? 0xac110002 : 0x0a000005);
            peers[i] = wire.connection(address, i + 1, first, first * 13);
        }
        while (in.remaining() >= 2) {
            int kind = in.get();
            int argument = in.get() & 0xff;
            byte[] payload = new byte[Math.min(argument & 63, in.remaining())];
            in.get(payload);
            step(wire, peers, kind, argument, new String(payload, StandardCharsets.ISO_8859_1));
            assertTrue(wire.decoder.streamBytes() <= SMALL.streamBytesMax());
            assertTrue(wire.decoder.connections() <= SMALL.connectionsMax());
        }
    }

    private static void step(Wire wire, Wire.Peer[] peers, int kind, int argument, String payload) {
        boolean up = (kind & 1) == 0;
        Wire.Peer p = peers[(kind >> 1 & 1) + (argument >> 6 & 2)];
        int flags = Segment.ACK
                | ((kind & 4) != 0 ? Segment.FIN : 0)
                | ((kind & 8) != 0 ? Segment.RST : 0)
                | ((kind & 16) != 0 ? Segment.SYN : 0);
        if ((kind & 16) != 0 && (argument & 0x40) != 0) {
            p.up += 1_000_003 * argument;
            p.down -= 1_000_003;
        }
        int shift = (kind & 64) != 0 ? (argument & 0x40) != 0 ? -(argument & 15) : argument & 15 : 0;
        if ((kind & 128) != 0) {
            wire.now += argument * 200L * Wire.MILLI;
            wire.decoder.idle(wire.now);
        }
        if ((kind & 32) == 0) {
            int captured = (kind & 64) != 0 ? payload.length() / 2 : payload.length();
            p.cut(up, (up ? p.up : p.down) + shift, up ? p.down : p.up, flags, payload, captured);
        }
        if (up) {
            p.up += payload.length();
        } else {
            p.down += payload.length();
        }
    }

    private static void check(Exchange e) {
        RequestHead h = e.request();
        for (String s : new String[] {h.method(), h.target(), h.userAgent()}) {
            assertTrue(s == null || !s.isEmpty() && s.chars().noneMatch(c -> c < 0x20 || c == 0x7f));
        }
        Version version = Classifier.classify(e).version();
        assertTrue(version != Version.V1 || h.complete() && !h.has(RequestHead.TOKEN));
        assertTrue(version != Version.UNDETERMINED || !h.complete());
    }
}
