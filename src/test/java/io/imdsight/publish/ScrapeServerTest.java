package io.imdsight.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.imdsight.model.Caller;
import io.imdsight.model.Classification;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.Drop;
import io.imdsight.model.Evidence;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.PathClass;
import io.imdsight.model.Version;
import io.imdsight.record.CallerKey;
import io.imdsight.record.TallyKey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ScrapeServerTest {
    private static final Totals TOTALS = new Totals(
            5,
            Map.of(
                    new Totals.Request(Version.V1, Kind.METADATA, Outcome.SERVED), 3L,
                    new Totals.Request(Version.V1, Kind.METADATA, Outcome.REFUSED), 2L),
            Map.of(EvidenceMethod.CONNECT_PROBE, 4L, EvidenceMethod.NONE, 1L),
            new ConnectionCounts(4, 0, 1, Map.of()),
            Map.of(Drop.KERNEL_RING, 7L));

    private final AtomicLong clock = new AtomicLong();
    private final CallerSeries series = new CallerSeries(clock::get);
    private volatile boolean capturing = true;
    private final AtomicInteger holding = new AtomicInteger();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile Error trouble;
    private ScrapeServer server;

    @BeforeEach
    void start() throws IOException {
        server = ScrapeServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                this::condition,
                () -> new Meters(() -> TOTALS, this::condition, series, "1.2.3"));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Condition condition() {
        holding.incrementAndGet();
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            holding.decrementAndGet();
        }
        if (trouble != null) {
            throw trouble;
        }
        return new Condition(
                capturing, true, true, false, Samples.TIME, Samples.TIME, Samples.TIME, 0, 9, Map.of("feed", true));
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.address().getPort() + path))
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void everySeriesOfFixedLabelsIsThereFromTheStart() throws Exception {
        String text = get("/metrics").body();
        assertEquals(
                45,
                text.lines()
                        .filter(l -> l.startsWith("imdsight_requests_total{"))
                        .count());
        assertTrue(
                text.contains(
                        "imdsight_requests_total{kind=\"foreign\",outcome=\"failed\",version=\"undetermined\"} 0.0"),
                text);
        for (Drop d : Drop.values()) {
            assertTrue(text.contains("imdsight_drops_total{where=\"" + d.label() + "\"} "), text);
        }
        assertTrue(text.contains("\nimdsight_metadata_no_token_total 3.0\n"), text);
        assertTrue(text.contains("\nimdsight_metadata_no_token_rejected_total 2.0\n"), text);
        assertTrue(text.contains("imdsight_attribution_total{evidence=\"socket-table\"} 0.0"), text);
        assertTrue(text.contains("imdsight_connections_total{seen_by=\"both\"} 4.0"), text);
        assertTrue(text.contains("# TYPE imdsight_start_time_seconds gauge"), text);
        assertTrue(text.contains("# HELP imdsight_requests_total "), text);
        assertTrue(text.contains("imdsight_build_info{version=\"1.2.3\"} 1\n"), text);
    }

    @Test
    void theFormatIsTheOneThatTheClientPrefers() throws Exception {
        HttpResponse<String> open = get(
                "/metrics",
                "Accept",
                "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1");
        assertEquals(
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                open.headers().firstValue("Content-Type").orElseThrow());
        assertTrue(open.body().endsWith("# EOF\n"), open.body());
        assertTrue(open.body().contains("# TYPE imdsight_metadata_no_token counter\n"), open.body());
        assertTrue(
                open.body()
                        .contains(
                                "# TYPE imdsight_start_time_seconds gauge\n# UNIT imdsight_start_time_seconds seconds\n"),
                open.body());
        assertTrue(open.body().contains("\n# UNIT imdsight_sighting_queue_bytes bytes\n"), open.body());
        assertTrue(get("/metrics", "Accept", "text/plain")
                .headers()
                .firstValue("Content-Type")
                .orElseThrow()
                .startsWith("text/plain; version=0.0.4"));
        assertEquals(Exposition.TEXT, Exposition.of(null));
        assertEquals(Exposition.TEXT, Exposition.of("application/openmetrics-text;version=0.0.1, text/plain;q=0.1"));
        assertEquals(Exposition.TEXT, Exposition.of("application/openmetrics-text;q=0.2, text/plain;q=0.3"));
        assertEquals(Exposition.TEXT, Exposition.of("application/openmetrics-text;q=0, image/png"));
    }

    @Test
    void aHostileNameForgesNoLineAndNoLabel() throws Exception {
        series.accept(key("x\"} 1\nimdsight_metadata_no_token_total 999 \u202e\\", Version.V1));
        String text = get("/metrics").body();
        assertTrue(
                text.contains(
                        "caller=\"x\\\"} 1\\\\x0aimdsight_metadata_no_token_total 999 \\\\xe2\\\\x80\\\\xae\\\\\""),
                text);
        assertFalse(text.contains("\nimdsight_metadata_no_token_total 999"), text);
    }

    private static TallyKey key(String title, Version version) {
        Caller c = Samples.curl();
        CallerKey caller =
                new CallerKey(c.executable(), title, c.systemdUnit(), "0123456789abcdef", null, "root", null, null);
        return new TallyKey(
                0,
                caller,
                new Classification(version, Kind.METADATA, Outcome.SERVED, PathClass.OTHER),
                null,
                EvidenceMethod.CONNECT_PROBE);
    }

    @Test
    void oneToolForTwoScriptsHasTwoSeries() throws Exception {
        for (String script : List.of("/opt/a.sh", "/opt/b.sh", "/opt/b.sh")) {
            series.accept(TallyKey.of(Samples.v1(Samples.curlOf(script), Evidence.CONNECT_PROBE)));
        }
        assertTrue(
                callerLines().stream().anyMatch(l -> l.contains("caller=\"curl (a.sh)\"") && l.endsWith(" 1.0")),
                callerLines().toString());
        assertTrue(callerLines().stream().anyMatch(l -> l.contains("caller=\"curl (b.sh)\"") && l.endsWith(" 2.0")));
    }

    @Test
    void callersAreBoundedAndNoneIsLost() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            series.accept(key("v2 caller " + i, Version.V2));
        }
        for (int i = 0; i < 60; i++) {
            series.accept(key("v1 caller " + i, Version.V1));
        }
        List<String> lines = callerLines();
        assertTrue(lines.size() <= CallerSeries.CALLERS_MAX + 2, lines.size() + " series");
        assertEquals(
                50, lines.stream().filter(l -> l.contains("caller=\"v1 caller")).count(), "room was kept for them");
        assertEquals(
                1_060,
                lines.stream()
                        .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' '))))
                        .sum());
        assertTrue(lines.stream().anyMatch(l -> l.contains("container=\"0123456789ab\"")), lines.getFirst());
        clock.addAndGet(CallerSeries.IDLE_NANOS);
        series.accept(key("late v1 caller", Version.V1));
        assertTrue(callerLines().stream().anyMatch(l -> l.contains("late v1 caller")), "a silent one gave way");
        assertEquals(lines.size(), callerLines().size());
        assertTrue(get("/metrics").body().contains("imdsight_caller_evictions_total 1.0"));
    }

    private List<String> callerLines() throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(l -> l.startsWith("imdsight_caller_requests_total{"))
                .toList();
    }

    @Test
    void healthIsSaidWithAStatusThatABalancerUnderstands() throws Exception {
        HttpResponse<String> good = get("/healthz");
        assertEquals(200, good.statusCode());
        assertTrue(new ObjectMapper().readTree(good.body()).get("healthy").booleanValue());
        assertTrue(
                good.body().contains("\"capturing\":true,\"since\":\"2026-11-22T05:04:11.123456789Z\""), good.body());
        assertTrue(good.body().contains("\"connect_probe\":true"), good.body());
        assertTrue(good.body().contains("\"publishing\":{\"feed\":true}"), good.body());
        capturing = false;
        assertEquals(503, get("/healthz").statusCode());
        assertEquals(404, get("/nothing").statusCode());
    }

    @Test
    void clientsThatSayNothingDoNotKeepAScraperOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * ScrapeServer.CONNECTIONS_MAX; i++) {
                Socket s = connect();
                silent.add(s);
                s.getOutputStream().write(bytes("GET /metrics HTTP/1.1\r\nX-Slow: "));
            }
            assertEquals(200, get("/metrics").statusCode());
            assertTrue(isGone(silent.getFirst()), "the eldest gave way");
            until(() ->
                    scrapeThreads() <= ScrapeServer.CONNECTIONS_MAX + 1); // one gives its place up just before it ends
        } finally {
            for (Socket s : silent) {
                s.close();
            }
        }
    }

    @Test
    void aClientThatKeepsSayingALittleIsLetGo() throws Exception {
        long begun = System.nanoTime();
        try (Socket s = connect()) {
            s.setSoTimeout(1_000);
            boolean gone = false;
            while (!gone && System.nanoTime() - begun < 4 * ScrapeServer.CONNECTION_NANOS_MAX) {
                try {
                    s.getOutputStream().write('G');
                    gone = s.getInputStream().read() < 0;
                } catch (SocketTimeoutException e) {
                    // still there
                } catch (IOException e) {
                    gone = true;
                }
            }
            assertTrue(gone);
            assertTrue(System.nanoTime() - begun >= ScrapeServer.CONNECTION_NANOS_MAX, "not before its time");
        }
        assertEquals(200, get("/metrics").statusCode());
    }

    @Test
    void whatIsNoScrapeIsAnsweredAllTheSame() throws Exception {
        assertEquals(
                "HTTP/1.1 200 OK",
                raw("GET http://here/healthz?x=1 HTTP/1.1\r\nHost: here\r\n\r\n")
                        .getFirst());
        assertEquals("HTTP/1.1 200 OK", raw("GET /metrics HTTP/1.0\r\n\r\n").getFirst());
        List<String> head = raw("HEAD /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
        assertEquals("HTTP/1.1 200 OK", head.getFirst());
        assertEquals("", head.getLast(), head.toString());
        assertTrue(head.stream().anyMatch(l -> l.matches("Content-Length: [1-9][0-9]{3,}")), head.toString());
        List<String> post = raw("POST /metrics HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\n\r\nabc");
        assertEquals("HTTP/1.1 405 Method Not Allowed", post.getFirst());
        assertTrue(post.contains("Allow: GET, HEAD"), post.toString());
        assertTrue(post.contains("Connection: close"), post.toString());
        List<String> garbage = raw("nonsense\u001b[2J<script>\r\n\r\n");
        assertEquals("HTTP/1.1 400 Bad Request", garbage.getFirst());
        assertTrue(garbage.contains("Connection: close"), garbage.toString());
        assertEquals("no request that is understood here\n", garbage.getLast(), "nothing of it is repeated");
        assertEquals(200, get("/metrics").statusCode());
    }

    @Test
    void ofAClientNoMoreIsReadThanARequestMayHave() throws Exception {
        String head = "GET /healthz HTTP/1.1\r\nHost: here\r\n";
        assertEquals(
                "HTTP/1.1 200 OK", raw(head + "X: y\r\n".repeat(49) + "\r\n").getFirst());
        assertTrue(raw(head + "X: y\r\n".repeat(50) + "\r\n").getFirst().startsWith("HTTP/1.1 431 "));
        for (String more : List.of(
                "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\n\r\n",
                head + "X: y\r\n".repeat(30_000),
                head + ("X: " + "y".repeat(4_000) + "\r\n \r\n").repeat(40),
                head + "X: y\r\n" + " \r\n".repeat(60_000))) {
            try (Socket s = connect()) {
                sendWhileItReads(s, more);
                assertTrue(isGone(s), more.substring(0, 60));
            }
        }
        try (Socket s = connect()) { // a body is not even waited for
            s.getOutputStream().write(bytes(head + "Content-Length: 1000000\r\n\r\n"));
            long begun = System.nanoTime();
            assertTrue(isGone(s));
            assertTrue(System.nanoTime() - begun < 2_000_000_000L);
        }
        assertEquals(200, get("/metrics").statusCode());
    }

    @Test
    void whoIsBeingAnsweredKeepsItsPlace() throws Exception {
        List<Socket> others = new ArrayList<>();
        held = new CountDownLatch(1);
        try (Socket s = connect()) {
            s.getOutputStream().write(bytes("GET /healthz HTTP/1.1\r\n\r\n"));
            until(() -> holding.get() == 1);
            for (int i = 0; i < 3 * ScrapeServer.CONNECTIONS_MAX; i++) {
                others.add(connect());
            }
            long until = System.nanoTime() + 30_000_000_000L;
            while (holding.get() < ScrapeServer.CONNECTIONS_MAX && System.nanoTime() < until) {
                Socket other = connect();
                others.add(other);
                sendWhileItReads(other, "GET /healthz HTTP/1.1\r\n\r\n");
                Thread.sleep(1);
            }
            assertEquals(ScrapeServer.CONNECTIONS_MAX, holding.get());
            try (Socket oneMore = connect()) {
                assertTrue(isGone(oneMore), "there is no place, and nobody to give way");
            }
            held.countDown();
            assertTrue(isGone(s, "HTTP/1.1 200 OK"), "it was answered");
        } finally {
            for (Socket other : others) {
                other.close();
            }
        }
        until(() -> scrapeThreads() == 1);
        assertEquals(200, get("/healthz").statusCode());
    }

    @Test
    void anAnswerThatFailsIsTheClientsToKnow() throws Exception {
        List<Throwable> ended = new CopyOnWriteArrayList<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, t) -> ended.add(t));
        try {
            trouble = new NoClassDefFoundError("gone\u001b");
            assertEquals(
                    "internal error: java.lang.NoClassDefFoundError\n",
                    get("/healthz").body());
            for (Error e : List.of(new StackOverflowError(), new AssertionError("no"))) {
                trouble = e;
                assertTrue(raw("GET /healthz HTTP/1.1\r\n\r\n").getFirst().isEmpty(), "no answer");
            }
            trouble = null;
            assertEquals(200, get("/healthz").statusCode());
            until(() -> scrapeThreads() == 1);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertEquals(List.of(), ended, "the agent would end");
    }

    @Test
    void aClientThatIsSilentIsLetGo() throws Exception {
        try (Socket silent = connect()) {
            until(() -> scrapeThreads() == 2);
            until(() -> scrapeThreads() == 1);
            assertTrue(isGone(silent));
        }
    }

    @Test
    void whoIsConnectedWhenItClosesIsLetGo() throws Exception {
        try (Socket s = connect()) {
            s.getOutputStream().write('G');
            until(() -> scrapeThreads() == 2);
            server.close();
            assertTrue(isGone(s));
        }
        until(() -> scrapeThreads() == 0);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long until = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < until, "never");
            Thread.sleep(5);
        }
    }

    /** Where the other end has enough of it, that is its right. */
    private static void sendWhileItReads(Socket s, String text) throws IOException {
        try {
            s.getOutputStream().write(bytes(text));
        } catch (SocketException e) {
            // it is gone
        }
    }

    private static long scrapeThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("scrape"))
                .count();
    }

    /** Whether it ends within some seconds, whatever it says first. */
    private static boolean isGone(Socket s) throws IOException {
        return isGone(s, "");
    }

    private static boolean isGone(Socket s, String beginning) throws IOException {
        s.setSoTimeout(3_000);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            s.getInputStream().transferTo(said);
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            // what was not read resets it
        }
        return said.toString(StandardCharsets.US_ASCII).startsWith(beginning);
    }

    private Socket connect() throws IOException {
        return new Socket(server.address().getAddress(), server.address().getPort());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The answer's lines up to the end of the connection; an empty last one where nothing follows the head. */
    private List<String> raw(String request) throws IOException {
        try (Socket s = connect()) {
            s.setSoTimeout(20_000);
            s.getOutputStream().write(bytes(request));
            return List.of(new String(s.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).split("\r\n", -1));
        }
    }
}
