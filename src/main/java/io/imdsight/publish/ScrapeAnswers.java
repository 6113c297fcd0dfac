package io.imdsight.publish;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpServerConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpRequestParserFactory;
import org.apache.hc.core5.http.impl.io.HttpService;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.HttpServerRequestHandler;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.HttpProcessorBuilder;
import org.apache.hc.core5.http.protocol.ResponseConnControl;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.http.protocol.ResponseDate;
import org.apache.hc.core5.http.protocol.ResponseServer;

/** What a client of the scrape endpoint is answered: one request a connection. Loaded when the first one comes. */
final class ScrapeAnswers {
    private static final String JSON = "application/json";

    /** The longest line of a request, in bytes, and how many lines of header it may have. */
    private static final int LINE_MAX = 4_096;

    private static final int HEADERS_MAX = 50;

    /** All that is read of a connection: a client may fold lines and send trailers, and the library keeps each. */
    static final int REQUEST_BYTES_MAX = 16 * 1024;

    private final Http1Config limits = Http1Config.custom()
            .setMaxLineLength(LINE_MAX)
            .setMaxHeaderCount(HEADERS_MAX + 1) // the library refuses the one that reaches it
            .build();

    /** No client is asked for a {@code Host}: a health check written by hand has none. */
    private final HttpProcessor processor = HttpProcessorBuilder.create()
            .addAll(
                    new ResponseDate(),
                    new ResponseServer("imdsight"),
                    new ResponseContent(),
                    new ResponseConnControl())
            .build();

    private final Sources sources;
    private Meters meters;

    /**
     * Where answers come from.
     *
     * @param makeMeters called at the first scrape
     */
    record Sources(Supplier<Condition> condition, Supplier<Meters> makeMeters) {}

    /** How far a connection has come. */
    enum Stage {
        /** Its request is read. */
        READING,
        /** The answer is made. */
        ANSWERING,
        /** The answer is written. */
        WRITING
    }

    /** Hears of a stage; throws where the connection is not to go on. */
    interface Stages {
        void reached(Stage stage) throws IOException;
    }

    ScrapeAnswers(Sources sources) {
        this.sources = sources;
    }

    /**
     * Reads a request and answers it.
     *
     * @param stages told each stage but the first, when it begins
     * @throws IOException where there is none, it came too slowly, or the answer is not taken
     */
    void serve(Socket socket, Stages stages) throws IOException {
        HttpService service =
                new HttpService(
                        processor,
                        (request, trigger, context) -> answer(request, trigger, stages),
                        limits,
                        (request, response, context) -> true, // closed here, whatever came of it
                        null) {
                    // in our words: the library's repeat the request
                    @Override
                    protected void handleException(HttpException e, ClassicHttpResponse response) {
                        response.setCode(toStatusCode(e));
                        fill(response, Exposition.TEXT.contentType(), bytes("no request that is understood here"));
                    }
                };
        try (BoundedConnection connection = new BoundedConnection(limits)) {
            connection.bind(socket);
            service.handleRequest(connection, HttpCoreContext.create());
        } catch (HttpException e) {
            throw new IOException(e); // not even worth an answer
        }
    }

    /** Reads no more of a client than a request may have. */
    private static final class BoundedConnection extends DefaultBHttpServerConnection {
        BoundedConnection(Http1Config limits) {
            super(null, limits, null, null, null, null, new DefaultHttpRequestParserFactory(limits), null);
        }

        @Override
        public void bind(Socket socket) throws IOException {
            bind(new SocketHolder(socket) {
                @Override
                protected InputStream getInputStream(Socket from) throws IOException {
                    return new BoundedInput(from.getInputStream());
                }
            });
        }
    }

    private static final class BoundedInput extends FilterInputStream {
        private int left = REQUEST_BYTES_MAX;

        BoundedInput(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                throw new IOException("more than a request may have");
            }
            int got = super.read(into, offset, Math.min(length, left));
            left -= Math.max(got, 0);
            return got;
        }
    }

    /** A fault in here is the client's to know, and no reason to end the agent. */
    private void answer(ClassicHttpRequest request, HttpServerRequestHandler.ResponseTrigger trigger, Stages stages)
            throws HttpException, IOException {
        stages.reached(Stage.ANSWERING);
        request.setEntity(null); // a body is nobody's; the library would read it to its end
        ClassicHttpResponse answer;
        try {
            answer = route(request);
        } catch (IOException | RuntimeException | LinkageError e) {
            answer = line(500, "internal error: " + e.getClass().getName());
        }
        stages.reached(Stage.WRITING);
        trigger.submitResponse(answer);
    }

    private ClassicHttpResponse route(ClassicHttpRequest request) throws IOException {
        String method = request.getMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            ClassicHttpResponse no = line(405, "only GET and HEAD");
            no.setHeader(HttpHeaders.ALLOW, "GET, HEAD");
            return no;
        }
        String target = request.getPath();
        int query = target.indexOf('?');
        return switch (query < 0 ? target : target.substring(0, query)) {
            case "/metrics" -> metrics(request);
            case "/healthz" -> health();
            case "/" -> line(200, "imdsight: /metrics, /healthz");
            default -> line(404, "only /metrics and /healthz");
        };
    }

    private ClassicHttpResponse metrics(ClassicHttpRequest request) throws IOException {
        Header accept = request.getFirstHeader(HttpHeaders.ACCEPT);
        Exposition format = Exposition.of(accept == null ? null : accept.getValue());
        ClassicHttpResponse out = of(200, format.contentType(), meters().scrape(format));
        out.setHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT);
        return out;
    }

    private synchronized Meters meters() {
        if (meters == null) {
            meters = sources.makeMeters.get();
        }
        return meters;
    }

    private ClassicHttpResponse health() throws IOException {
        Condition c = sources.condition.get();
        return of(c.healthy() ? 200 : 503, JSON, HealthReport.of(c));
    }

    private static ClassicHttpResponse line(int status, String text) {
        return of(status, Exposition.TEXT.contentType(), bytes(text));
    }

    private static byte[] bytes(String line) {
        return (line + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static ClassicHttpResponse of(int status, String contentType, byte[] body) {
        ClassicHttpResponse out = new BasicClassicHttpResponse(status);
        fill(out, contentType, body);
        return out;
    }

    private static void fill(ClassicHttpResponse out, String contentType, byte[] body) {
        out.setHeader(HttpHeaders.CONTENT_TYPE, contentType);
        out.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        out.setHeader(HttpHeaders.CONNECTION, "close");
        out.setEntity(new ByteArrayEntity(body, null));
    }
}
