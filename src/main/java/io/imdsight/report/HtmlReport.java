package io.imdsight.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

/**
 * The report as one page that needs nothing else: no network, and no script but its own, whose hash the page's policy names. Without scripts all of it can
 * still be read.
 */
public final class HtmlReport {
    private static final String CSS = resource("report.css");
    private static final String JS = resource("report.js");

    private HtmlReport() {}

    /** The whole page. */
    public static String page(AuditReport r) {
        Html h = new Html();
        h.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        h.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '" + hash(CSS)
                + "'; script-src '" + hash(JS) + "'; base-uri 'none'; form-action 'none'\">\n");
        h.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        h.raw("<meta name=\"referrer\" content=\"no-referrer\">\n");
        h.element("title", "IMDSv2 audit: " + r.verdict().decision().label() + name(r))
                .raw("\n");
        h.raw("<style>").raw(CSS).raw("</style>\n</head>\n<body>\n");
        header(h, r);
        h.raw("<main>\n");
        TimelineChart.write(h, r.timeline());
        CallerTable.write(h, r);
        if (r.scan() != null) {
            RestTable.write(h, r.scan());
        }
        evidence(h, r.verdict().evidence());
        commands(h, r);
        h.raw("</main>\n<footer class=\"soft\"><p>");
        h.text(r.machine().program() + ", "
                + Wording.time(r.verdict().evidence().toNanos()));
        h.raw("</p></footer>\n<script>").raw(JS).raw("</script>\n</body>\n</html>\n");
        return h.toString();
    }

    private static String name(AuditReport r) {
        String id = r.machine().instanceId();
        String host = r.machine().hostName();
        return id == null && host == null
                ? ""
                : " – " + (id == null ? host : host == null ? id : host + " (" + id + ")");
    }

    private static void header(Html h, AuditReport r) {
        String decision = r.verdict().decision().label();
        h.raw("<header>\n<p class=\"soft\">").text("IMDSv2 audit" + name(r)).raw("</p>\n");
        h.raw("<div class=\"verdict " + decision + "\">\n<h1><strong>")
                .text(decision)
                .raw("</strong>");
        h.text(Wording.headline(r).substring(decision.length())).raw("</h1>\n");
        h.element("p", Wording.window(r.verdict().evidence())).raw("\n");
        reasons(
                h,
                r.verdict().decision() == Decision.BLOCKED ? "There may be more:" : "Because:",
                r.verdict().reasons());
        reasons(h, "Note:", r.verdict().notes());
        h.raw("</div>\n</header>\n");
    }

    private static void reasons(Html h, String title, List<Reason> reasons) {
        if (!reasons.isEmpty()) {
            h.element("p", title).raw("<ul>");
            reasons.forEach(reason -> h.element("li", reason.sentence()));
            h.raw("</ul>\n");
        }
    }

    private static void evidence(Html h, Evidence e) {
        h.raw("<section><h2>Evidence</h2><dl>");
        h.term("Window", Wording.window(e));
        h.term("Asked for", Durations.of(e.windowMinMillis()) + " at least");
        h.term("Boot", Wording.boot(e));
        h.term("Requests", Wording.requests(e));
        h.term("Connections", Wording.connections(e));
        h.term("Drops", Wording.drops(e));
        h.raw("</dl></section>\n");
    }

    private static void commands(Html h, AuditReport r) {
        h.raw("<section><h2>Require tokens</h2>");
        h.element(
                "p",
                r.verdict().decision() == Decision.READY
                        ? "Takes effect at once, without a restart:"
                        : "Once nothing blocks any more; takes effect at once, without a restart:");
        h.element("pre", r.enforceCommand()).element("p", "To undo it:").element("pre", r.undoCommand());
        h.raw("</section>\n");
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
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
