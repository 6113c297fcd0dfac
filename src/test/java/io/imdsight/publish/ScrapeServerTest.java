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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
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
                Socket s = new Socket(
                        server.address().getAddress(), server.address().getPort());
                silent.add(s);
                s.getOutputStream().write("GET /metrics HTTP/1.1\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            }
            Thread.sleep((ScrapeServer.REQUEST_SECONDS_MAX + 3) * 1_000L + ScrapeServer.TIMER_MILLIS);
            assertEquals(200, get("/metrics").statusCode());
        } finally {
            for (Socket s : silent) {
                s.close();
            }
        }
    }
}
