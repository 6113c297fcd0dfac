package io.imdsight.publish;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * {@code /metrics} and {@code /healthz}. Clients may be anybody on the machine: connections, their time and their threads are bounded, and nothing of
 * the pipeline waits for one.
 */
public final class ScrapeServer implements Closeable {
    /** Prometheus, a health check and a person are three. */
    static final int CONNECTIONS_MAX = 32;

    private static final int THREADS = 4;

    /** A request that is not read after that, and an answer that is not taken, ends its connection. */
    static final int REQUEST_SECONDS_MAX = 5;

    private static final int ANSWER_SECONDS_MAX = 10;
    private static final int IDLE_SECONDS_MAX = 90;

    /** How often the platform looks whether one of them has passed. */
    static final int TIMER_MILLIS = 5_000;

    /** The stacks of threads that read one request and write one answer. */
    private static final int STACK_BYTES = 256 * 1024;

    private final HttpServer server;
    private final ThreadPoolExecutor threads;
    private final Supplier<Condition> condition;
    private final Supplier<Meters> makeMeters;
    private Meters meters;

    private ScrapeServer(HttpServer server, Supplier<Condition> condition, Supplier<Meters> makeMeters) {
        this.server = server;
        this.condition = condition;
        this.makeMeters = makeMeters;
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                30,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(CONNECTIONS_MAX),
                r -> {
                    Thread t = new Thread(null, r, "scrape", STACK_BYTES);
                    t.setDaemon(true);
                    return t;
                },
                new ThreadPoolExecutor.AbortPolicy());
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Listens and answers from now on.
     *
     * @param makeMeters called at the first scrape: who is never scraped need not pay for it
     * @throws IOException where the address cannot be listened on
     */
    public static ScrapeServer start(
            InetSocketAddress address, Supplier<Condition> condition, Supplier<Meters> makeMeters) throws IOException {
        // the platform's server takes its limits from here, when its first instance is made
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS_MAX));
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS_MAX));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(ANSWER_SECONDS_MAX));
        System.setProperty("sun.net.httpserver.timerMillis", Integer.toString(TIMER_MILLIS));
        System.setProperty("sun.net.httpserver.idleInterval", Integer.toString(IDLE_SECONDS_MAX));
        ScrapeServer out = new ScrapeServer(HttpServer.create(address, 0), condition, makeMeters);
        out.server.setExecutor(out.threads);
        out.server.createContext("/", out::answer);
        out.server.start();
        return out;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** A fault in here is the client's to know, and no reason to end the agent. */
    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                route(exchange);
            } catch (RuntimeException | LinkageError e) {
                if (exchange.getResponseCode() < 0) {
                    send(exchange, 500, Exposition.TEXT.contentType(), text("internal error: " + e + "\n"));
                }
            }
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            send(exchange, 405, Exposition.TEXT.contentType(), text("only GET and HEAD\n"));
            return;
        }
        switch (exchange.getRequestURI().getPath()) {
            case "/metrics" -> metrics(exchange);
            case "/healthz" -> health(exchange);
            case "/" -> send(exchange, 200, Exposition.TEXT.contentType(), text("imdsight: /metrics, /healthz\n"));
            default -> send(exchange, 404, Exposition.TEXT.contentType(), text("only /metrics and /healthz\n"));
        }
    }

    private void metrics(HttpExchange exchange) throws IOException {
        Exposition format = Exposition.of(exchange.getRequestHeaders().getFirst("Accept"));
        exchange.getResponseHeaders().set("Vary", "Accept");
        send(exchange, 200, format.contentType(), meters().scrape(format));
    }

    private synchronized Meters meters() {
        if (meters == null) {
            meters = makeMeters.get();
        }
        return meters;
    }

    private void health(HttpExchange exchange) throws IOException {
        Condition c = condition.get();
        send(exchange, c.healthy() ? 200 : 503, "application/json", HealthReport.of(c));
    }

    private static void send(HttpExchange exchange, int status, String contentType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static byte[] text(String line) {
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
