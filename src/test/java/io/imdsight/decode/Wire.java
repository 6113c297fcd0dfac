package io.imdsight.decode;

import io.imdsight.model.Answer;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Exchange;
import io.imdsight.model.ExchangeSink;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.Segment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Plays segments of TCP connections to a decoder and collects its exchanges. Time passes by a millisecond a segment. */
class Wire implements ExchangeSink {
    static final long MILLI = 1_000_000L;
    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

    final Drops drops = new Drops();
    final List<Exchange> exchanges = new ArrayList<>();
    final List<Connection> opened = new ArrayList<>();
    int closed;
    private int connections;
    final Decoder decoder;
    long now = 1_700_000_000L * 1000 * MILLI;

    Wire() {
        this(DecoderLimits.DEFAULT);
    }

    Wire(DecoderLimits limits) {
        decoder = new Decoder(Endpoints.EC2, limits, this, drops);
    }

    /** One as the agent has it: its clock may be set. */
    Wire(boolean live) {
        decoder = live
                ? Decoder.live(Endpoints.EC2, DecoderLimits.DEFAULT, this, drops)
                : new Decoder(Endpoints.EC2, DecoderLimits.DEFAULT, this, drops);
    }

    @Override
    public void opened(Connection connection, long timestampNanos) {
        opened.add(connection);
    }

    @Override
    public void exchange(Exchange exchange) {
        exchanges.add(exchange);
    }

    @Override
    public void closed(Connection connection, long openedNanos) {
        closed++;
    }

    /** Lets a second pass in which nothing is captured. */
    Wire aSecondLater() {
        now += 1000 * MILLI;
        decoder.idle(now);
        return this;
    }

    /** The exchanges as "METHOD target version-evidence status/STATE", for short comparisons. */
    List<String> told() {
        return exchanges.stream().map(Wire::told).toList();
    }

    static String told(Exchange e) {
        String token = (e.request().headers() & 3) != 0 ? " token" : "";
        String complete = e.request().complete() ? "" : " cut";
        String end = e.answer().state() == Answer.State.RECEIVED
                ? "" + e.answer().status()
                : "" + e.answer().state();
        return e.request().method() + " " + e.request().target() + token + complete + " " + end;
    }

    /** A connection with sequence numbers of its own. */
    Peer connection(int port) {
        connections++;
        return new Peer(IpAddress.ofV4(0x0a000005), port, 7919 * connections, 104_729 * connections);
    }

    Peer connection(IpAddress address, int port, int originatorSequence, int responderSequence) {
        return new Peer(address, port, originatorSequence, responderSequence);
    }

    /** One connection; keeps both sides' sequence numbers. */
    final class Peer {
        final IpAddress address;
        final int port;
        int up;
        int down;

        Peer(IpAddress address, int port, int originatorSequence, int responderSequence) {
            this.address = address;
            this.port = port;
            this.up = originatorSequence;
            this.down = responderSequence;
        }

        Peer open() {
            raw(true, up, 0, Segment.SYN, "");
            up++;
            raw(false, down, up, Segment.SYN | Segment.ACK, "");
            down++;
            return ack();
        }

        Peer ask(String bytes) {
            raw(true, up, down, Segment.ACK | Segment.PSH, bytes);
            up += length(bytes);
            return this;
        }

        Peer answer(String bytes) {
            raw(false, down, up, Segment.ACK | Segment.PSH, bytes);
            down += length(bytes);
            return this;
        }

        Peer ack() {
            return raw(true, up, down, Segment.ACK, "");
        }

        Peer askUnseen(int bytes) {
            up += bytes;
            return this;
        }

        Peer answerUnseen(int bytes) {
            down += bytes;
            return this;
        }

        Peer close() {
            raw(true, up, down, Segment.ACK | Segment.FIN, "");
            up++;
            raw(false, down, up, Segment.ACK | Segment.FIN, "");
            down++;
            return ack();
        }

        Peer finFromOriginator() {
            raw(true, up, down, Segment.ACK | Segment.FIN, "");
            up++;
            return this;
        }

        Peer finFromResponder() {
            raw(false, down, up, Segment.ACK | Segment.FIN, "");
            down++;
            return this;
        }

        Peer reset() {
            return raw(true, up, down, Segment.RST | Segment.ACK, "");
        }

        Peer raw(boolean fromOriginator, int sequence, int acknowledgment, int flags, String bytes) {
            return cut(fromOriginator, sequence, acknowledgment, flags, bytes, length(bytes));
        }

        /** A segment of which the capture kept only the first bytes. */
        Peer cut(boolean fromOriginator, int sequence, int acknowledgment, int flags, String bytes, int captured) {
            now += MILLI;
            IpAddress service = address.isV4() ? IpAddress.IMDS_V4 : IpAddress.IMDS_V6;
            IpAddress from = fromOriginator ? address : service;
            IpAddress to = fromOriginator ? service : address;
            byte[] payload = ("##" + bytes).getBytes(StandardCharsets.ISO_8859_1);
            decoder.segment(new Segment(
                    now,
                    new Link("eth0", 2),
                    from.high(),
                    from.low(),
                    fromOriginator ? port : 80,
                    to.high(),
                    to.low(),
                    fromOriginator ? 80 : port,
                    sequence,
                    acknowledgment,
                    flags,
                    payload,
                    2,
                    captured,
                    payload.length - 2));
            return this;
        }
    }

    static int length(String bytes) {
        return bytes.length();
    }

    static String get(String path, String... headers) {
        StringBuilder out = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: 169.254.169.254\r\n");
        for (String h : headers) {
            out.append(h).append("\r\n");
        }
        return out.append("\r\n").toString();
    }
}
