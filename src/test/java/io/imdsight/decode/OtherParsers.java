package io.imdsight.decode;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestParser;
import org.apache.hc.core5.http.impl.io.SessionInputBufferImpl;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpException.RuntimeException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.http.HttpVersion;

/** Servers' own readers of request heads, for comparison with ours. */
enum OtherParsers {
    NETTY {
        @Override
        Head read(byte[] bytes) {
            EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder());
            try {
                for (int i = 0; i < bytes.length; i++) {
                    channel.writeInbound(Unpooled.wrappedBuffer(bytes, i, 1));
                    if (channel.readInbound() instanceof HttpRequest r) {
                        List<String> names = new ArrayList<>(r.headers().names());
                        return r.decoderResult().isSuccess()
                                ? new Head(r.method().name(), r.uri(), names, i + 1)
                                : null;
                    }
                }
                return null;
            } finally {
                channel.finishAndReleaseAll();
            }
        }
    },
    JETTY {
        @Override
        Head read(byte[] bytes) {
            return jetty(bytes, HttpCompliance.RFC9110);
        }
    },
    /** As Jetty reads heads for clients of the last century. */
    JETTY_LENIENT {
        @Override
        Head read(byte[] bytes) {
            return jetty(bytes, HttpCompliance.RFC2616_LEGACY);
        }
    },
    APACHE {
        @Override
        Head read(byte[] bytes) {
            SessionInputBufferImpl buffer = new SessionInputBufferImpl(64);
            ByteArrayInputStream in = new ByteArrayInputStream(bytes);
            try {
                ClassicHttpRequest r = new DefaultHttpRequestParser().parse(buffer, in);
                if (r == null) {
                    return null;
                }
                List<String> names = new ArrayList<>();
                for (Header h : r.getHeaders()) {
                    names.add(h.getName());
                }
                return new Head(r.getMethod(), r.getPath(), names, bytes.length - in.available() - buffer.length());
            } catch (IOException | HttpException | IllegalArgumentException e) {
                return null;
            }
        }
    };

    /**
     * A head that was accepted.
     *
     * @param method as sent
     * @param target as sent
     * @param names of the headers
     * @param end where the head ends, in bytes from its beginning
     */
    record Head(String method, String target, List<String> names, int end) {
        boolean has(String name) {
            return names.stream().anyMatch(n -> n.toLowerCase(Locale.ROOT).equals(name));
        }
    }

    /** The first request's head; null where it is refused, or does not end. */
    abstract Head read(byte[] bytes);

    private static Head jetty(byte[] bytes, HttpCompliance compliance) {
        Jetty found = new Jetty();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        HttpParser parser = new HttpParser(found, -1, compliance);
        try {
            while (!found.complete && !found.refused && in.hasRemaining()) {
                int before = in.position();
                parser.parseNext(in);
                if (in.position() == before && !found.complete) {
                    return null;
                }
            }
        } catch (RuntimeException e) {
            return null;
        }
        return found.complete && !found.refused
                ? new Head(found.method, found.target, found.names, in.position())
                : null;
    }

    private static final class Jetty implements HttpParser.RequestHandler {
        private final List<String> names = new ArrayList<>();
        private String method;
        private String target;
        private boolean complete;
        private boolean refused;

        @Override
        public void startRequest(String givenMethod, String uri, HttpVersion version) {
            method = givenMethod;
            target = uri;
            refused = version != HttpVersion.HTTP_1_0 && version != HttpVersion.HTTP_1_1;
        }

        @Override
        public void parsedHeader(HttpField field) {
            names.add(field.getName());
        }

        @Override
        public boolean headerComplete() {
            complete = true;
            return true;
        }

        @Override
        public boolean content(ByteBuffer item) {
            return true;
        }

        @Override
        public boolean contentComplete() {
            return false;
        }

        @Override
        public boolean messageComplete() {
            return true;
        }

        @Override
        public void parsedTrailer(HttpField field) {
            // none is read
        }

        @Override
        public void earlyEOF() {
            refused = true;
        }

        @Override
        public void badMessage(org.eclipse.jetty.http.HttpException failure) {
            refused = true;
        }
    }
}
