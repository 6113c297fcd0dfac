package io.imdsight.demo;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Decides what the service answers. Statuses follow the EC2 user guide: 400 for missing or invalid PUT parameters, 401 for a missing, invalid or
 * expired token, 403 for a token request with X-Forwarded-For, 404 for what is not there. 401 and 403 close the connection, and the 401 comes as
 * HTTP/1.0, as the real service sends it (DataDog/datadog-agent#4857).
 */
final class StandInAnswers {
    private static final String TOKEN_PATH = "/latest/api/token";
    private static final int TTL_SECONDS_MAX = 21_600;

    /** The real service's page: a 401 has 343 bytes. */
    private static final String ERROR_PAGE = """
            <?xml version="1.0" encoding="iso-8859-1"?>
            <!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
            \t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
            <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
             <head>
              <title>STATUS</title>
             </head>
             <body>
              <h1>STATUS</h1>
             </body>
            </html>
            """;

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    private final boolean tokensRequired;
    private final SessionTokens tokens;
    private final MetadataTree tree = new MetadataTree();
    private final Clock clock;

    /**
     * An answer, ready to be sent.
     *
     * @param status its status code
     * @param bytes head and body
     * @param close whether the connection ends with it
     */
    record Answer(int status, byte[] bytes, boolean close) {}

    StandInAnswers(boolean tokensRequired, SessionTokens tokens, Clock clock) {
        this.tokensRequired = tokensRequired;
        this.tokens = tokens;
        this.clock = clock;
    }

    static boolean isTokenRequest(HttpRequest request) {
        return request.method().equals("PUT") && path(request).equals(TOKEN_PATH);
    }

    Answer answer(HttpRequest request) {
        if (isTokenRequest(request)) {
            return token(request);
        }
        boolean head = request.method().equals("HEAD");
        if (!head && !request.method().equals("GET") || path(request).equals(TOKEN_PATH)) {
            return error(request, 405, "Method Not Allowed", false);
        }
        if (request.token() == null ? tokensRequired : !tokens.isValid(request.token())) {
            return error(request, 401, "Unauthorized", true);
        }
        String text = tree.at(path(request));
        return text == null
                ? error(request, 404, "Not Found", false)
                : build(request, 200, "OK", "Content-Type: text/plain", text, false);
    }

    /** The answer to bytes that are no request. */
    Answer badRequest() {
        return error(new HttpRequest("GET", "/", false, null, null, false, false, 0), 400, "Bad Request", true);
    }

    private Answer token(HttpRequest request) {
        if (request.forwarded()) {
            return error(request, 403, "Forbidden", true);
        }
        String ttl = request.tokenTtl();
        int seconds = ttl != null && ttl.matches("[0-9]{1,5}") ? Integer.parseInt(ttl) : 0;
        if (seconds < 1 || seconds > TTL_SECONDS_MAX) {
            return error(request, 400, "Bad Request", false);
        }
        String header = "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: " + seconds + "\r\nContent-Type: text/plain";
        return build(request, 200, "OK", header, tokens.issue(seconds), false);
    }

    private Answer error(HttpRequest request, int status, String reason, boolean close) {
        String page = ERROR_PAGE.replace("STATUS", status + " - " + reason);
        return build(request, status, reason, "Content-Type: text/html", page, close);
    }

    private Answer build(
            HttpRequest request, int status, String reason, String headers, String body, boolean closeAnyway) {
        boolean close = closeAnyway || !request.keepAlive() || request.bodyBytes() < 0;
        byte[] content = body.getBytes(StandardCharsets.US_ASCII);
        StringBuilder out = new StringBuilder();
        out.append(request.http10() || status == 401 ? "HTTP/1.0 " : "HTTP/1.1 ");
        out.append(status).append(' ').append(reason).append("\r\n").append(headers);
        if (status == 200) {
            out.append("\r\nAccept-Ranges: none\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT");
        }
        out.append("\r\nContent-Length: ").append(content.length);
        out.append("\r\nDate: ").append(HTTP_DATE.format(clock.instant().atOffset(ZoneOffset.UTC)));
        out.append("\r\nServer: EC2ws");
        if (close) {
            out.append("\r\nConnection: close");
        } else if (request.http10()) {
            out.append("\r\nConnection: keep-alive");
        }
        out.append("\r\n\r\n");
        if (!request.method().equals("HEAD")) {
            out.append(body);
        }
        return new Answer(status, out.toString().getBytes(StandardCharsets.US_ASCII), close);
    }

    /** The path of the target: the origin and the query of an absolute form left out. */
    private static String path(HttpRequest request) {
        String target = request.target().replaceFirst("^(?i:http)://[^/?]*", "");
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        return path.isEmpty() ? "/" : path;
    }
}
