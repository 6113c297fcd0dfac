package io.imdsight.publish.cloudwatch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.zip.GZIPInputStream;
import javax.net.ServerSocketFactory;

/**
 * CloudWatch's PutMetricData and GetMetricData on loopback, in the protocol that the SDK speaks (smithy-rpc-v2-cbor), with its rules; adds points up by
 * metric, dimensions and minute, as CloudWatch does, and fails as told. What AWS counts by itself is in {@link #aws}.
 */
final class CloudWatchStandIn implements Closeable {
    /** What to do with the next requests. */
    enum Mood {
        WELL,
        /** HTTP 400, Throttling. */
        THROTTLING,
        /** HTTP 500, InternalServiceFault; nothing is counted. */
        FAILING,
        /** HTTP 503 without a body that says why. */
        UNAVAILABLE,
        /** Reads all, counts it, and closes without a word. */
        CUT_AFTER_COUNTING,
        /** Reads all, counts nothing, and closes without a word. */
        CUT_BEFORE_COUNTING,
        /** Reads all and never answers. */
        HANGING,
        /** HTTP 403, AccessDenied. */
        FORBIDDING
    }

    private static final String PATH = "/service/GraniteServiceVersion20100801/operation/";
    private static final int HEAD_BYTES_MAX = 16 * 1024;

    /** PutMetricData's limit; of what was sent, so after compression. */
    private static final int BODY_BYTES_MAX = 1024 * 1024;

    private static final String SHAPES = "com.amazonaws.cloudwatch.v2010_08_01#";

    private final ServerSocket listener;
    private final LongSupplier clockMillis;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<StandInRules.Key, Double> sums = new HashMap<>();
    private final Map<StandInRules.Key, Double> samples = new HashMap<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<List<StandInRules.Point>> puts = new ArrayList<>();
    private final StandInMetrics aws = new StandInMetrics();
    private Mood mood = Mood.WELL;
    private int moodRequests;
    private String poison;
    private int connections;

    CloudWatchStandIn(LongSupplier clockMillis) throws IOException {
        this(ServerSocketFactory.getDefault(), clockMillis);
    }

    CloudWatchStandIn(ServerSocketFactory factory, LongSupplier clockMillis) throws IOException {
        this.clockMillis = clockMillis;
        listener = factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("cloudwatch-stand-in").start(this::acceptUntilClosed);
    }

    int port() {
        return listener.getLocalPort();
    }

    String endpoint() {
        return "http://127.0.0.1:" + port();
    }

    synchronized void become(Mood newMood) {
        become(newMood, Integer.MAX_VALUE);
    }

    /** For so many requests; then well again. */
    synchronized void become(Mood newMood, int requests) {
        mood = newMood;
        moodRequests = requests;
    }

    /** What AWS counts by itself. */
    StandInMetrics aws() {
        return aws;
    }

    /** A request with a datum whose dimension values or minute contain this text is refused; null for none. */
    synchronized void refuse(String text) {
        poison = text;
    }

    /** How many metrics and minutes there is something of. */
    synchronized int size() {
        return sums.size();
    }

    /** The sum of a metric's minute; -1 where nothing was said of it, not even zero. */
    synchronized double sum(StandInRules.Key key) {
        return sums.getOrDefault(key, -1.0);
    }

    synchronized double samples(StandInRules.Key key) {
        return samples.getOrDefault(key, 0.0);
    }

    /** The sum over all minutes of a metric with exactly these dimensions. */
    synchronized double sum(String name, Map<String, String> dimensions) {
        return sums.entrySet().stream()
                .filter(e -> e.getKey().name().equals(name)
                        && e.getKey().dimensions().equals(dimensions))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** The sum that each request brought of a metric with exactly these dimensions, in order. */
    synchronized List<Double> putSums(String name, Map<String, String> dimensions) {
        return puts.stream()
                .map(points -> points.stream()
                        .filter(p -> p.key().name().equals(name)
                                && p.key().dimensions().equals(dimensions))
                        .mapToDouble(StandInRules.Point::sum)
                        .sum())
                .toList();
    }

    /** What was wrong with requests: empty where every request kept the rules. */
    synchronized List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** How many datums each request brought whose body could be read. */
    synchronized List<Integer> requests() {
        return puts.stream().map(List::size).toList();
    }

    synchronized int connections() {
        return connections;
    }

    private void acceptUntilClosed() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                synchronized (this) {
                    connections++;
                }
                open.add(socket);
                Thread.ofPlatform().daemon().name("cloudwatch-connection").start(() -> serve(socket));
            } catch (IOException e) {
                // closed, or a client that is gone already
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                more = exchange(in, socket.getOutputStream());
            }
        } catch (IOException e) {
            // the client is gone, or the stand-in is closed
        } finally {
            open.remove(socket);
        }
    }

    private boolean exchange(DataInputStream in, OutputStream out) throws IOException {
        String head = head(in);
        if (head == null) {
            return false;
        }
        Map<String, String> headers = headers(head);
        int length = Integer.parseInt(headers.getOrDefault("content-length", "-1"));
        if (length < 0 || length > BODY_BYTES_MAX) {
            complain("content-length " + length);
            answer(out, 413, "RequestEntityTooLarge", "body");
            return false;
        }
        byte[] body = new byte[length];
        in.readFully(body);
        try {
            Object request = request(head, headers, body);
            if (head.startsWith("POST " + PATH + "GetMetricData ")) {
                return toldOff(takeMood(), "GetMetricData", out)
                        || answerWell(out, aws.answer(request, clockMillis.getAsLong()));
            }
            return answered(StandInRules.points(request, clockMillis.getAsLong()), out);
        } catch (StandInRules.Refused e) {
            complain(e.code() + ": " + e.getMessage());
            answer(out, 400, e.code(), e.getMessage());
        } catch (RuntimeException | IOException e) {
            complain(e.toString());
            answer(out, 400, "SerializationException", e.toString());
        }
        return true;
    }

    private static Object request(String head, Map<String, String> headers, byte[] body)
            throws StandInRules.Refused, IOException {
        need(
                head.startsWith("POST " + PATH + "PutMetricData HTTP/1.1\r\n")
                        || head.startsWith("POST " + PATH + "GetMetricData HTTP/1.1\r\n"),
                head.lines().findFirst().orElse(""));
        need("rpc-v2-cbor".equals(headers.get("smithy-protocol")), "smithy-protocol");
        need("application/cbor".equals(headers.get("content-type")), "content-type");
        String authorization = headers.getOrDefault("authorization", "");
        need(
                authorization.matches("AWS4-HMAC-SHA256 Credential=[^/]+/[0-9]{8}/[a-z0-9-]+/monitoring/aws4_request, "
                        + "SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}"),
                "authorization " + authorization.replaceFirst("Signature=.*", ""));
        byte[] plain = "gzip".equals(headers.get("content-encoding"))
                ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes()
                : body;
        return CborReader.read(plain);
    }

    private synchronized Mood takeMood() {
        Mood now = mood;
        if (--moodRequests <= 0) {
            mood = Mood.WELL;
        }
        return now;
    }

    /** Answers with what is wrong; false where nothing is. */
    private static boolean toldOff(Mood now, String action, OutputStream out) throws IOException {
        switch (now) {
            case THROTTLING -> answer(out, 400, "Throttling", "Rate exceeded");
            case FAILING -> answer(out, 500, "InternalServiceFault", "sorry");
            case UNAVAILABLE -> write(out, 503, "", new byte[0]);
            case FORBIDDING -> answer(out, 403, "AccessDenied", "not authorized to perform cloudwatch:" + action);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean answerWell(OutputStream out, byte[] body) throws IOException {
        write(out, 200, "", body);
        return true;
    }

    private static void need(boolean holds, String what) throws StandInRules.Refused {
        if (!holds) {
            throw new StandInRules.Refused("UnknownOperationException", what);
        }
    }

    /** Answers as the mood is; false ends the connection. */
    private boolean answered(List<StandInRules.Point> points, OutputStream out)
            throws IOException, StandInRules.Refused {
        Mood now;
        synchronized (this) {
            now = takeMood();
            puts.add(points);
            if (poison != null
                    && points.stream().anyMatch(p -> p.key().toString().contains(poison))) {
                answer(out, 400, "InvalidParameterValue", "a value is invalid");
                return true;
            }
            if (now == Mood.WELL || now == Mood.CUT_AFTER_COUNTING) {
                for (StandInRules.Point p : points) {
                    sums.merge(p.key(), p.sum(), Double::sum);
                    samples.merge(p.key(), p.samples(), Double::sum);
                }
            }
        }
        switch (now) {
            case WELL -> write(out, 200, "", new byte[] {(byte) 0xbf, (byte) 0xff});
            case THROTTLING, FAILING, UNAVAILABLE, FORBIDDING -> toldOff(now, "PutMetricData", out);
            case HANGING -> {
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return false;
            }
            case CUT_AFTER_COUNTING, CUT_BEFORE_COUNTING -> {
                return false;
            }
        }
        return true;
    }

    /** An error in the protocol's shape, with the older protocol's code in a header as x-amzn-query-mode asks for. */
    private static void answer(OutputStream out, int status, String code, String message) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write(0xbf);
        text(body, "__type");
        text(body, SHAPES + code + "Exception");
        text(body, "message");
        text(body, message);
        body.write(0xff);
        write(
                out,
                status,
                "x-amzn-query-error: " + code + ";" + (status < 500 ? "Sender" : "Receiver") + "\r\n",
                body.toByteArray());
    }

    private static void text(ByteArrayOutputStream body, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        body.write(0x79); // text, two octets of length
        body.write(utf8.length >> 8);
        body.write(utf8.length);
        body.write(utf8);
    }

    private static void write(OutputStream out, int status, String headers, byte[] body) throws IOException {
        String head =
                "HTTP/1.1 " + status + " Told\r\nsmithy-protocol: rpc-v2-cbor\r\nContent-Type: application/cbor\r\n"
                        + "x-amzn-RequestId: 00000000-0000-0000-0000-000000000000\r\n" + headers + "Content-Length: "
                        + body.length + "\r\n\r\n";
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        out.write(all.toByteArray()); // at once: a second segment would wait until the first is acknowledged, 40 ms
        // each time
        out.flush();
    }

    private static String head(DataInputStream in) throws IOException {
        StringBuilder out = new StringBuilder();
        while (out.length() < HEAD_BYTES_MAX) {
            int b = in.read();
            if (b < 0) {
                return null;
            }
            out.append((char) b);
            if (b == '\n' && out.length() > 3 && out.substring(out.length() - 4).equals("\r\n\r\n")) {
                return out.toString();
            }
        }
        return null;
    }

    private static Map<String, String> headers(String head) {
        Map<String, String> out = new HashMap<>();
        head.lines().skip(1).filter(l -> l.contains(":")).forEach(line -> {
            int colon = line.indexOf(':');
            out.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        });
        return out;
    }

    private synchronized void complain(String what) {
        complaints.add(what);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket s : open) {
            s.close();
        }
    }
}
