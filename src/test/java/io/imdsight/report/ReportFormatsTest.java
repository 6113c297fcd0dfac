package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportFormatsTest {
    private static final Pattern TAG = Pattern.compile("<(/?)([a-zA-Z!][a-zA-Z0-9-]*)([^>]*)>");

    /** All the markup that the page's own code writes. */
    private static final List<String> TAGS = List.of(
            "!doctype",
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "div",
            "h1",
            "strong",
            "p",
            "ul",
            "li",
            "main",
            "section",
            "h2",
            "h3",
            "i",
            "svg",
            "line",
            "text",
            "rect",
            "details",
            "summary",
            "table",
            "thead",
            "tr",
            "th",
            "tbody",
            "td",
            "label",
            "input",
            "select",
            "option",
            "button",
            "span",
            "dl",
            "dt",
            "dd",
            "code",
            "br",
            "pre",
            "footer",
            "script");

    @Test
    void aPageOfHostileTextsHoldsNoMarkupButItsOwn() {
        String page = HtmlReport.page(HostilePage.report());
        String css = page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
        String js = page.substring(page.lastIndexOf("<script>"), page.lastIndexOf("</script>"));
        Matcher m = TAG.matcher(page.replace(css, "").replace(js, ""));
        int scripts = 0;
        while (m.find()) {
            assertTrue(TAGS.contains(m.group(2).toLowerCase(java.util.Locale.ROOT)), m.group());
            assertFalse(
                    m.group(3).matches("(?is).*\\s(?:on[a-z]+|style|src|href|srcdoc)\\s*=.*")
                            && !m.group(3).contains("&"),
                    m.group());
            scripts += m.group(2).equals("script") && m.group(1).isEmpty() ? 1 : 0;
        }
        assertEquals(0, scripts, "the page's one script was taken out above");
        assertTrue(page.contains("&lt;script&gt;document.title=&#39;pwned&#39;"));
        assertFalse(page.contains("http://127.0.0.1:9/\""));
        assertTrue(page.contains("default-src 'none'; style-src 'sha256-"));
    }

    @Test
    void noFormatLetsAControlCharacterThrough() {
        AuditReport r = HostilePage.report();
        for (String text :
                List.of(JsonReport.line(r), HtmlReport.page(r), String.join("", TextReport.lines(r, false, 0)))) {
            text.codePoints().filter(c -> c != '\n').forEach(c -> {
                assertFalse(Character.isISOControl(c), "U+" + Integer.toHexString(c));
                assertFalse(Character.getType(c) == Character.FORMAT || c == 0x2028, "U+" + Integer.toHexString(c));
            });
        }
        assertFalse(JsonReport.line(r).contains("\n"));
        assertTrue(JsonReport.line(r).contains("\\\\x1b[2J"));
    }

    @Test
    void theTextSaysWhoWhyWhatToDoAndOnWhatEvidence() {
        String text = String.join("\n", TextReport.lines(HostilePage.usual(), false, 0));
        for (String part : List.of(
                "VERDICT: blocked: HttpTokens=required would break 2 callers",
                "1. curl, run by /opt/jobs/nightly-backup.sh  unit nightly.service, user root",
                "/usr/bin/curl; package curl 7.88.1-10+deb12u15; curl 7.88.1 (by its executable)",
                "12 blocking; 12 gave CREDENTIALS without a token (they carry ec2:RoleDelivery 1.0)",
                "/opt/jobs/nightly-backup.sh, line 12",
                "--instance-id i-0123456789abcdef0 --http-put-response-hop-limit 2",
                "AWS SDK for Java 1 1.12.780",
                "Use tokens",
                "Probes for another cloud",
                "watched 10m, 2026-11-22 05:04:00 UTC to 2026-11-22 05:14:00 UTC, from capture",
                "--http-tokens required",
                "--http-tokens optional")) {
            assertTrue(text.contains(part), "no '" + part + "' in\n" + text);
        }
        assertTrue(
                String.join("", TextReport.lines(HostilePage.usual(), true, 0)).contains("\u001b[1;31mVERDICT"));
    }

    @Test
    void thePageHasATimelineAndEveryCallerWithItsAdvice() {
        String page = HtmlReport.page(HostilePage.usual());
        assertEquals(5, page.split("<tbody class=\"caller\"", -1).length - 1);
        assertTrue(page.contains("<rect class=\"b-v1\""));
        assertTrue(page.contains("nightly-backup.sh"));
        assertTrue(HtmlReport.page(new Findings().report()).contains("There were no calls."));
    }
}
