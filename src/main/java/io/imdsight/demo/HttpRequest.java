package io.imdsight.demo;

import io.imdsight.model.Version;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A request's head as the stand-in needs it.
 *
 * @param method as sent
 * @param target as sent
 * @param http10 whether it speaks HTTP/1.0
 * @param token the session token; null where the header is not there
 * @param tokenTtl the wanted lifetime as sent; null where the header is not there
 * @param forwarded whether X-Forwarded-For is there
 * @param keepAlive whether the connection stays open after the answer
 * @param bodyBytes the body's length; -1 where it cannot be told beforehand
 */
record HttpRequest(
        String method,
        String target,
        boolean http10,
        String token,
        String tokenTtl,
        boolean forwarded,
        boolean keepAlive,
        long bodyBytes) {
    Version version() {
        return token != null || tokenTtl != null ? Version.V2 : Version.V1;
    }

    /** Where the head ends (one past its empty line), in the first {@code used} bytes; -1 where it does not yet. Lines may end in LF alone. */
    static int endOfHead(byte[] bytes, int used) {
        for (int i = 0; i + 1 < used; i++) {
            if (bytes[i] == '\n') {
                if (bytes[i + 1] == '\n') {
                    return i + 2;
                }
                if (bytes[i + 1] == '\r' && i + 2 < used && bytes[i + 2] == '\n') {
                    return i + 3;
                }
            }
        }
        return -1;
    }

    /** Reads a complete head; null where its first line is no request line. */
    static HttpRequest parse(byte[] bytes, int length) {
        String[] lines = new String(bytes, 0, length, StandardCharsets.ISO_8859_1).split("\r?\n", -1);
        String[] words = lines[0].split(" ", 3);
        if (words.length != 3 || words[0].isEmpty() || words[1].isEmpty() || !words[2].startsWith("HTTP/1.")) {
            return null;
        }
        boolean http10 = words[2].equals("HTTP/1.0");
        String token = null;
        String tokenTtl = null;
        boolean forwarded = false;
        boolean keepAlive = !http10;
        long bodyBytes = 0;
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = lines[i].substring(colon + 1).strip();
            switch (lines[i].substring(0, colon).toLowerCase(Locale.ROOT)) {
                case "x-aws-ec2-metadata-token" -> token = value;
                case "x-aws-ec2-metadata-token-ttl-seconds" -> tokenTtl = value;
                case "x-forwarded-for" -> forwarded = true;
                case "connection" -> keepAlive = keepAlive(value, keepAlive);
                case "content-length" -> bodyBytes = bodyBytes < 0 ? -1 : bodyLength(value);
                case "transfer-encoding" -> bodyBytes = -1;
                default -> {}
            }
        }
        return new HttpRequest(words[0], words[1], http10, token, tokenTtl, forwarded, keepAlive, bodyBytes);
    }

    private static boolean keepAlive(String value, boolean before) {
        String lower = value.toLowerCase(Locale.ROOT);
        return lower.contains("close") ? false : lower.contains("keep-alive") || before;
    }

    private static long bodyLength(String value) {
        return value.matches("[0-9]{1,9}") ? Long.parseLong(value) : -1;
    }
}
