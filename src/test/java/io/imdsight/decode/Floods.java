package io.imdsight.decode;

import io.imdsight.classify.Classifier;
import io.imdsight.model.Answer;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Floods that want all the memory or all the time, each on a decoder of its own, with honest callers in between. A process of its own, with the heap that
 * the launcher grants the agent: Floods KIND SIZE. Prints one line:
 *
 * <pre>
 * honest ASKED COUNTED    undetermined N    retained MIB    streams BYTES-AT-THE-MOST    connections AT-THE-MOST    millis N    drops {…}
 * </pre>
 */
final class Floods implements ExchangeSink {
    private static final long MILLI = 1_000_000L;
    private static final IpAddress SERVICE = IpAddress.IMDS_V4;
    private static final Link LINK = new Link("eth0", 2);
    private static final byte[] HONEST = bytes(Wire.get("/honest"));
    private static final byte[] ANSWER = bytes(Wire.OK);
    private static final int SYN = Segment.SYN;
    private static final int ACK = Segment.ACK;

    /** An honest caller after so many hostile segments. */
    private static final int HONEST_EVERY = 997;

    private final Drops drops = new Drops();
    private final Decoder decoder = new Decoder(Endpoints.EC2, DecoderLimits.DEFAULT, this, drops);
    private long now = 1_700_000_000L * 1000 * MILLI;
    private long hostile;
    private long asked;
    private long counted;
    private long undetermined;
    private long streamsMost;
    private int connectionsMost;
    private boolean sameNumbers;

    public static void main(String[] args) {
        Floods f = new Floods();
        long begin = System.nanoTime();
        int size = Integer.parseInt(args[1]);
        switch (args[0]) {
            case "half-open" -> f.halfOpen(size);
            case "same-numbers" -> f.sameNumbers(size);
            case "endless-heads" -> f.heads(size, false);
            case "long-heads" -> f.heads(size, true);
            case "a-byte-a-second" -> f.slow(size);
            case "overlaps" -> f.overlaps(size);
            case "spoofed-answers" -> f.spoofedAnswers(size);
            case "pipelines" -> f.pipelines(size);
            default -> throw new IllegalArgumentException(args[0]);
        }
        f.report((System.nanoTime() - begin) / MILLI);
    }

    private void report(long millis) {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        long retained =
                Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        decoder.finish();
        System.out.println("honest " + asked + " " + counted + " undetermined " + undetermined + " retained "
                + (retained >> 20) + " streams " + streamsMost + " connections " + connectionsMost + " millis " + millis
                + " drops " + drops.all());
        if (decoder.streamBytes() != 0) {
            throw new AssertionError("not given back: " + decoder.streamBytes());
        }
    }

    @Override
    public void exchange(Exchange e) {
        boolean honest = "/honest".equals(e.request().target());
        if (honest
                && e.answer().state() == Answer.State.RECEIVED
                && Classifier.classify(e).version() == Version.V1) {
            counted++;
        }
        if (Classifier.classify(e).version() == Version.UNDETERMINED) {
            undetermined++;
        }
    }

    /** Connections that never go further than their first packet, from made-up sources. */
    private void halfOpen(int count) {
        for (int i = 0; i < count; i++) {
            hostile(source(i), port(i), i * 7, 0, SYN, new byte[0], true);
        }
    }

    /** The same number in every SYN, as if one connection had a million names. */
    private void sameNumbers(int count) {
        sameNumbers = true;
        for (int i = 0; i < count; i++) {
            hostile(source(i), port(i), 4711, 0, SYN, new byte[0], true);
        }
    }

    /** Heads of 64 KiB, in turns, so that all are under way at the same time; complete ones are answered. */
    private void heads(int connections, boolean complete) {
        byte[] line = bytes("GET /x HTTP/1.1\r\nA: " + "a".repeat(1400) + "\r\n");
        byte[] more = Arrays.copyOfRange(line, 17, line.length);
        byte[] part = Arrays.copyOf(more, more.length - 9); // split within a line: it must be kept
        for (int piece = 0; piece < 47; piece++) {
            for (int c = 0; c < connections; c++) {
                int sequence = 1 + (piece == 0 ? 0 : line.length + (piece - 1) * part.length);
                if (piece == 0) {
                    hostile(source(c), port(c), 0, 0, SYN, new byte[0], true);
                }
                hostile(source(c), port(c), sequence, 1, ACK, piece == 0 ? line : part, true);
            }
        }
        for (int c = 0; complete && c < connections; c++) {
            byte[] end = bytes("\r\n\r\n");
            int sequence = 1 + line.length + 46 * part.length;
            hostile(source(c), port(c), sequence, 1, ACK, end, true);
            hostile(source(c), port(c), 1, sequence + end.length, ACK, ANSWER, false);
        }
    }

    private void slow(int connections) {
        byte[] head = bytes("GET /slow HTTP/1.1\r\nA: b\r\n");
        for (int at = 0; at < head.length; at++) {
            for (int c = 0; c < connections; c++) {
                if (at == 0) {
                    hostile(source(c), port(c), 0, 0, SYN, new byte[0], true);
                }
                hostile(source(c), port(c), 1 + at, 1, ACK, Arrays.copyOfRange(head, at, at + 1), true);
            }
            now += 1000 * MILLI;
            decoder.idle(now);
        }
    }

    /** Segments in front of, over and behind each other that differ; nothing ever fits. */
    private void overlaps(int count) {
        byte[] a = bytes("GET /a HTTP/1.1\r\nX-aws-ec2-metadata-token: t\r\n".repeat(20));
        byte[] b = bytes("GET /b HTTP/1.1\r\nX-aws-ec2-metadata-tokex: t\r\n".repeat(20));
        for (int i = 0; i < count; i++) {
            int c = i % 500;
            hostile(source(c), port(c), (int) (i * 2654435761L >>> 20) % 5000, i % 3, ACK, i % 2 == 0 ? a : b, true);
        }
    }

    private void spoofedAnswers(int count) {
        for (int i = 0; i < count; i++) {
            int c = i % 20_000;
            hostile(source(c), port(c), i, i * 31, ACK, ANSWER, false);
        }
    }

    private void pipelines(int connections) {
        byte[] requests = bytes("GET /" + "p".repeat(1000) + " HTTP/1.1\r\n\r\n");
        for (int i = 0; i < 300; i++) {
            for (int c = 0; c < connections; c++) {
                hostile(source(c), port(c), 1 + i * requests.length, 1, ACK, requests, true);
            }
        }
    }

    private void hostile(
            int source, int port, int sequence, int acknowledgment, int flags, byte[] payload, boolean up) {
        now += MILLI / 50;
        int first = sameNumbers ? 0 : source * 7919 + port * 104_729; // connections do not begin with the same number
        segment(source, port, sequence + (up ? first : 0), acknowledgment + (up ? 0 : first), flags, payload, up);
        if (++hostile % HONEST_EVERY == 0) {
            honest();
        }
    }

    private void honest() {
        int port = 1024 + (int) (asked % 60_000);
        int source = 0x0a00_0005;
        asked++;
        int up = (int) (asked * 104_729);
        segment(source, port, up, 0, SYN, new byte[0], true);
        segment(source, port, 900, up + 1, SYN | ACK, new byte[0], false);
        segment(source, port, up + 1, 901, ACK, HONEST, true);
        segment(source, port, 901, up + 1 + HONEST.length, ACK, ANSWER, false);
        segment(source, port, up + 1 + HONEST.length, 901 + ANSWER.length, ACK | Segment.FIN, new byte[0], true);
    }

    private void segment(
            int source, int port, int sequence, int acknowledgment, int flags, byte[] payload, boolean up) {
        long client = IpAddress.lowOfV4(source);
        decoder.segment(new Segment(
                now,
                LINK,
                up ? 0 : SERVICE.high(),
                up ? client : SERVICE.low(),
                up ? port : 80,
                up ? SERVICE.high() : 0,
                up ? SERVICE.low() : client,
                up ? 80 : port,
                sequence,
                acknowledgment,
                flags,
                payload,
                0,
                payload.length,
                payload.length));
        streamsMost = Math.max(streamsMost, decoder.streamBytes());
        connectionsMost = Math.max(connectionsMost, decoder.connections());
    }

    private static int source(int i) {
        return 0x0b00_0000 + i / 50_000;
    }

    private static int port(int i) {
        return 1024 + i % 50_000;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
