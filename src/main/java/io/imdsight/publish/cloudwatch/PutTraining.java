package io.imdsight.publish.cloudwatch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs while the tree is assembled: puts one point to itself over loopback, reads, and begins a TLS handshake that is refused, so that the classes which
 * every put needs are in the archive of classes. Credentials come from the environment; nothing leaves the machine.
 */
final class PutTraining {
    static final String FLAG = "--train";

    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nsmithy-protocol: rpc-v2-cbor\r\nContent-Type: application/cbor\r\nContent-Length: 2\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    /** A put, a read, and the handshake. */
    private static final int CONNECTIONS = 3;

    /** An empty CBOR map of indefinite length. */
    private static final byte[] BODY = {(byte) 0xbf, (byte) 0xff};

    private PutTraining() {}

    static void run() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(listener));
            for (String scheme : List.of("http", "https")) {
                String endpoint = scheme + "://127.0.0.1:" + listener.getLocalPort();
                Target target = new Target("imdsight", "us-east-1", endpoint);
                try (SdkSink sink = SdkSink.open(target)) {
                    sink.put(List.of(new Point("Training", List.of(new Dimension("a", "b")), 0, 1)));
                }
                if (scheme.equals("http")) {
                    read(target);
                }
            }
        }
    }

    private static void read(Target target) {
        try (SdkSource source = SdkSource.open(target)) {
            MetricQuery.Span span = new MetricQuery.Span(0, 60, 60);
            source.read(new MetricQuery("i-00000000", List.of("Training"), List.of(span)));
        }
    }

    private static void answer(ServerSocket listener) {
        for (int i = 0; i < CONNECTIONS; i++) {
            try (Socket socket = listener.accept();
                    InputStream in = socket.getInputStream();
                    OutputStream out = socket.getOutputStream()) {
                readRequest(in);
                out.write(ANSWER);
                out.write(BODY);
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Up to the end of the body's outermost map; of a TLS hello whatever came first. */
    private static void readRequest(InputStream in) throws IOException {
        byte[] buffer = new byte[8192];
        int length = in.read(buffer);
        if (length > 0 && buffer[0] == 'P') {
            while (length > 0 && buffer[length - 1] != BODY[1]) {
                length = in.read(buffer);
            }
        }
    }
}
