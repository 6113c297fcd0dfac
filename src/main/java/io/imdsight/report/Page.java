package io.imdsight.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * A page that needs nothing else: no network, and no script but its own, whose hash the page's policy names. Without scripts all of it can still be
 * read. Audit and fleet have style and script in common.
 */
public final class Page {
    private static final String CSS = resource("report.css");
    private static final String JS = resource("report.js");

    private Page() {}

    /** The whole page around a body. */
    public static String of(String title, Html body) {
        Html h = new Html();
        h.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        h.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '" + hash(CSS)
                + "'; script-src '" + hash(JS) + "'; base-uri 'none'; form-action 'none'\">\n");
        h.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        h.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
        h.element("title", title).raw("\n");
        h.raw("<style>").raw(CSS).raw("</style>\n</head>\n<body>\n");
        h.raw(body.toString());
        h.raw("<script>").raw(JS).raw("</script>\n</body>\n</html>\n");
        return h.toString();
    }

    private static String resource(String name) {
        try (InputStream in = Page.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + name + " from the program", e);
        }
    }

    /** What a policy calls an inline text: CSP level 2, section 4.2.5. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is in every Java runtime", e);
        }
    }
}
