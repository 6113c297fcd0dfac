package io.imdsight.decode;

import io.imdsight.classify.Classifier;
import io.imdsight.model.Answer;
import io.imdsight.model.Classification;
import io.imdsight.model.Connection;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Exchange;
import io.imdsight.model.IpAddress;
import io.imdsight.model.Link;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Segment;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A call as curl makes it: what each step of reading it costs. Netty's reader of the same head is the measure beside it. */
@State(Scope.Thread)
public class DecodeBench {
    private static final byte[] HEAD = ("GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\nHost: 169.254.169.254\r\n"
                    + "User-Agent: curl/7.88.1\r\nAccept: */*\r\nX-aws-ec2-metadata-token: "
                    + "AQAEAKlsdkfjlskdjflskdjflskdjfQWERTYUIOPASDFGHJKLZXCVBN==\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nServer: EC2ws\r\n\r\nrole")
            .getBytes(StandardCharsets.US_ASCII);
    private static final Link LINK = new Link("ens5", 2);
    private static final IpAddress CLIENT = IpAddress.parse("10.0.0.5");
    private static final IpAddress SERVICE = IpAddress.IMDS_V4;

    private final ByteBuf nettyHead = Unpooled.wrappedBuffer(HEAD);
    private final EmbeddedChannel netty = new EmbeddedChannel(new HttpRequestDecoder());
    private final RequestHead[] found = new RequestHead[1];
    private final RequestParser parser = new RequestParser(new Budget(8 << 20), 64 << 10, new KnownTexts(), new RequestParser.Listener() {
        @Override
        public void request(RequestHead head, int read) {
            found[0] = head;
        }

        @Override
        public void requestStreamNotHttp() {
            throw new AssertionError();
        }

        @Override
        public void streamMemoryShort() {
            throw new AssertionError();
        }
    });
    private final Exchange[] exchange = new Exchange[1];
    private final Decoder decoder = new Decoder(Endpoints.EC2, DecoderLimits.DEFAULT, e -> exchange[0] = e, new Drops());
    private final Exchange sample = new Exchange(
            1,
            LINK,
            new Connection(CLIENT, 40312, SERVICE, 80),
            0,
            new RequestHead("GET", "/latest/meta-data/iam/security-credentials/", "curl/7.88.1", 0, true),
            0,
            new Answer(Answer.State.RECEIVED, 200));
    private long now = 1_700_000_000_000_000_000L;
    private int up = 1;
    private int down = 1;
    private int port;

    /** The head alone. */
    @Benchmark
    public RequestHead headHere() {
        parser.bytes(HEAD, 0, HEAD.length, true);
        return found[0];
    }

    /** The same bytes, read by Netty. */
    @Benchmark
    public Object headNetty() {
        netty.writeInbound(nettyHead.retainedDuplicate());
        Object request = netty.readInbound();
        ReferenceCountUtil.release(netty.readInbound()); // the end of the content
        return request;
    }

    /** What the capture hands over for a call on a kept-alive connection, and nothing done with it. */
    @Benchmark
    public int segmentsOnly() {
        return segment(HEAD, true, 40312).payloadLength()
                + segment(ANSWER, false, 40312).payloadLength()
                + segment(new byte[0], true, 40312).payloadLength();
    }

    /** Those segments decoded: a request, its answer, and that the client has it. */
    @Benchmark
    public Exchange keptAliveCall() {
        decoder.segment(segment(HEAD, true, 40312));
        up += HEAD.length;
        decoder.segment(segment(ANSWER, false, 40312));
        down += ANSWER.length;
        decoder.segment(segment(new byte[0], true, 40312));
        return exchange[0];
    }

    /** A call on a connection of its own, from SYN to the last acknowledgment: eight segments. */
    @Benchmark
    public Exchange wholeConnection() {
        port = port % 60_000 + 1;
        decoder.segment(flags(Segment.SYN, true));
        up++;
        decoder.segment(flags(Segment.SYN | Segment.ACK, false));
        down++;
        decoder.segment(flags(Segment.ACK, true));
        decoder.segment(segment(HEAD, true, port));
        up += HEAD.length;
        decoder.segment(segment(ANSWER, false, port));
        down += ANSWER.length;
        decoder.segment(flags(Segment.ACK | Segment.FIN, true));
        up++;
        decoder.segment(flags(Segment.ACK | Segment.FIN, false));
        down++;
        decoder.segment(flags(Segment.ACK, true));
        up += 1_000_003;
        return exchange[0];
    }

    /** What the exchange means. */
    @Benchmark
    public Classification classify() {
        return Classifier.classify(sample);
    }

    private Segment flags(int flags, boolean fromClient) {
        return segment(flags, new byte[0], fromClient, port);
    }

    private Segment segment(byte[] payload, boolean fromClient, int clientPort) {
        return segment(Segment.ACK | Segment.PSH, payload, fromClient, clientPort);
    }

    private Segment segment(int flags, byte[] payload, boolean fromClient, int clientPort) {
        now += 20_000;
        IpAddress from = fromClient ? CLIENT : SERVICE;
        IpAddress to = fromClient ? SERVICE : CLIENT;
        return new Segment(
                now,
                LINK,
                from.high(),
                from.low(),
                fromClient ? clientPort : 80,
                to.high(),
                to.low(),
                fromClient ? 80 : clientPort,
                fromClient ? up : down,
                fromClient ? down : up,
                flags,
                payload,
                0,
                payload.length,
                payload.length);
    }
}
