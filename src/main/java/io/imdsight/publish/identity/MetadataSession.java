package io.imdsight.publish.identity;

import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Asks the metadata service with a session token, and cannot ask without one: there is no request here that has no token, other than the token
 * request itself.
 */
final class MetadataSession {
    /** The service answers within milliseconds; a token's answer that dies on the way never does. */
    private static final int CONNECT_MILLIS_MAX = 1_000;

    private static final int ANSWER_MILLIS_MAX = 1_000;

    /** The identity document has some 500 bytes. */
    private static final int ANSWER_BYTES_MAX = 16 * 1024;

    /** A few requests within seconds are all that a session is for. */
    private static final int TTL_SECONDS = 60;

    /** 56 characters today. Nothing that could end a header. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_=+/-]{1,512}");

    private final InetSocketAddress service;
    private final String token;

    private MetadataSession(InetSocketAddress service, String token) {
        this.service = service;
        this.token = token;
    }

    private record Answer(int status, String body) {}

    /** Fetches a token. Fails where no answer comes within two seconds. */
    static MetadataSession open(IpAddress address, int port) throws IOException {
        InetSocketAddress service = new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port);
        Answer answer =
                exchange(service, "PUT /latest/api/token", "X-aws-ec2-metadata-token-ttl-seconds: " + TTL_SECONDS);
        if (answer.status() != 200 || !TOKEN.matcher(answer.body()).matches()) {
            throw new IOException("the token request was answered with status " + answer.status());
        }
        return new MetadataSession(service, answer.body());
    }

    /** The text at a path below /latest/; null where there is nothing, or tags are not shown. */
    String get(String path) throws IOException {
        Answer answer = exchange(service, "GET /latest/" + path, "X-aws-ec2-metadata-token: " + token);
        if (answer.status() == 404) {
            return null;
        }
        if (answer.status() != 200) {
            throw new IOException(path + " was answered with status " + answer.status());
        }
        return answer.body();
    }

    private static Answer exchange(InetSocketAddress service, String request, String header) throws IOException {
        try (Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(service, CONNECT_MILLIS_MAX);
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            String text = request + " HTTP/1.1\r\nHost: " + hostHeader(service) + "\r\nUser-Agent: imdsight\r\n"
                    + header + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return parse(readAnswer(socket.getInputStream()));
        }
    }

    private static String hostHeader(InetSocketAddress service) {
        String address = service.getAddress().getHostAddress();
        return address.contains(":") ? "[" + address + "]" : address;
    }

    /** To the end of the connection; each read is bounded in time, all of them in bytes and by one deadline. */
    private static String readAnswer(InputStream in) throws IOException {
        long endNanos = System.nanoTime() + 2 * ANSWER_MILLIS_MAX * 1_000_000L;
        byte[] bytes = new byte[ANSWER_BYTES_MAX];
        int length = 0;
        int n;
        while (length < bytes.length && (n = in.read(bytes, length, bytes.length - length)) > 0) {
            length += n;
            if (System.nanoTime() - endNanos > 0) {
                throw new IOException("the answer takes too long");
            }
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static Answer parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0 || !text.matches("(?s)HTTP/1\\.[01] [1-5][0-9]{2}[ \r].*")) {
            throw new IOException("the answer is no HTTP");
        }
        return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(end + 4));
    }
}
