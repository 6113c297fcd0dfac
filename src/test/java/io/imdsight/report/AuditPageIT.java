package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, in a network namespace that has nothing but loopback. Pictures of it are left in target/pages to be looked at. */
@Timeout(180)
class AuditPageIT {
    private static final Path PICTURES = Path.of("target/pages");
    private static final String TAB = "\\ue004";
    private static final String ENTER = "\\ue007";

    @TempDir
    Path directory;

    private interface Work {
        void run(Browser browser) throws Exception;
    }

    private void browse(AuditReport report, Work work) throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root for a network namespace");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/chromedriver")),
                "SKIPPED: no chromedriver; apt-get install chromium chromium-driver");
        Files.createDirectories(PICTURES);
        Path page = Files.writeString(directory.resolve("report.html"), HtmlReport.page(report));
        Callable<Void> inside = () -> {
            NetworkNamespace.enterFresh();
            try (RouteNetlink network = RouteNetlink.open()) {
                network.up("lo");
            }
            try (Browser browser = new Browser(directory)) {
                browser.value("1");
                browser.log("performance"); // the browser's own start page
                browser.open(page);
                work.run(browser);
            }
            return null;
        };
        FutureTask<Void> task = new FutureTask<>(inside);
        new Thread(task, "browser").start();
        task.get(150, TimeUnit.SECONDS);
    }

    /** Every request that the page made, itself left out. */
    private static List<String> requests(Browser browser) throws Exception {
        List<String> out = new ArrayList<>();
        String log = browser.log("performance");
        Matcher m = Pattern.compile("requestWillBeSent.*?\\\\\"url\\\\\":\\\\\"([^\\\\\"]*)")
                .matcher(log);
        boolean itself = false;
        while (m.find()) {
            itself |= m.group(1).endsWith("/report.html");
            if (itself && !m.group(1).endsWith("/report.html")) {
                out.add(m.group(1));
            }
        }
        assertTrue(itself, "the log shows no request at all, not even the page's own");
        return out;
    }

    @Test
    void hostileTextsRunNothingAskForNothingAndAreShownAsTheyAre() throws Exception {
        browse(HostilePage.report(), browser -> {
            Thread.sleep(500);
            browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
            String title = browser.value("document.title");
            assertTrue(title.startsWith("\"IMDSv2 audit: blocked"), title);
            assertEquals("1", browser.value("document.scripts.length"));
            assertEquals(
                    "0", browser.value("document.querySelectorAll('img,iframe,form,base,link,object,embed,a').length"));
            assertEquals(
                    "0",
                    browser.value(
                            "[...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on') || n === 'style')).length"));
            assertEquals(
                    Integer.toString(HostilePage.ATTEMPTS.size()),
                    browser.value("document.querySelectorAll('tbody.caller').length"));
            for (String attempt : HostilePage.ATTEMPTS) {
                if (attempt.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                    String code = java.util.Base64.getEncoder()
                            .encodeToString(attempt.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    assertEquals(
                            "true", browser.value("document.body.textContent.includes(atob('" + code + "'))"), attempt);
                }
            }
            assertEquals(List.of(), requests(browser));
            assertFalse(
                    browser.log("browser").contains("Content Security Policy"),
                    "the page's own script or style was refused");
        });
    }

    @Test
    void callersAreSortedAndFilteredByKeyboardAlone() throws Exception {
        browse(HostilePage.usual(), browser -> {
            String first = "document.querySelector('tbody.caller td[data-label=Caller]').textContent";
            assertEquals("\"5 of 5 callers\"", browser.value("document.getElementById('shown').textContent"));
            assertEquals("\"curl\"", browser.value(first));
            int tabs = 0;
            while (!"\"filter\"".equals(browser.value("document.activeElement.id")) && tabs++ < 10) {
                browser.keys(TAB);
            }
            browser.keys("b", "i", "l", "l", "i", "n", "g");
            assertEquals("\"1 of 5 callers\"", browser.value("document.getElementById('shown').textContent"));
            assertEquals(
                    "1",
                    browser.value(
                            "[...document.querySelectorAll('tbody.caller')].filter(b => b.offsetHeight > 0).length"));
            for (int i = 0; i < 7; i++) {
                browser.keys("\\ue003");
            }
            assertEquals("\"5 of 5 callers\"", browser.value("document.getElementById('shown').textContent"));
            browser.keys(TAB, TAB, TAB); // standing, the heads of the first and the second column
            assertEquals("\"Caller\"", browser.value("document.activeElement.textContent"));
            browser.keys(ENTER);
            assertEquals("\"agentd\"", browser.value(first));
            browser.keys(ENTER);
            assertEquals("\"python3 inventory.py\"", browser.value(first));
            assertEquals(
                    "\"descending\"", browser.value("document.activeElement.parentElement.getAttribute('aria-sort')"));
            assertEquals(List.of(), requests(browser));
        });
    }

    @Test
    void itIsReadableInLightAndDarkOnAPhoneAndOnPaper() throws Exception {
        browse(HostilePage.usual(), browser -> {
            browser.size(1200, 2200);
            browser.dark(false);
            browser.screenshot(PICTURES.resolve("light.png"));
            contrast(browser);
            browser.dark(true);
            browser.screenshot(PICTURES.resolve("dark.png"));
            contrast(browser);
            browser.size(390, 3200);
            browser.screenshot(PICTURES.resolve("phone.png"));
            assertEquals(
                    "true",
                    browser.value("document.documentElement.scrollWidth <= 390"),
                    "the phone has to scroll sideways");
            browser.size(800, 2200);
            browser.print(true);
            browser.screenshot(PICTURES.resolve("print.png"));
            browser.pdf(PICTURES.resolve("print.pdf"));
            assertEquals(
                    "0",
                    browser.value(
                            "[...document.querySelectorAll('input,select')].filter(e => !document.querySelector('label[for=' + e.id + ']')).length"));
            assertEquals("\"en\"", browser.value("document.documentElement.lang"));
        });
    }

    /** WCAG 2.1, 1.4.3: 4.5 to 1 for every visible text. */
    private static void contrast(Browser browser) throws Exception {
        String lowest = browser.value("(function () {"
                + "const channel = v => { v /= 255; return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4); };"
                + "const light = c => { const m = c.match(/[0-9.]+/g).map(Number); return .2126 * channel(m[0]) + .7152 * channel(m[1]) + .0722 * channel(m[2]); };"
                + "const back = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (!/, 0\\)$/.test(c)) return c; }"
                + " return matchMedia('(prefers-color-scheme: dark)').matches ? 'rgb(0,0,0)' : 'rgb(255,255,255)'; };"
                + "let low = 99; document.querySelectorAll('p,li,dt,dd,td,th button,summary,h1,h1 strong,h2,pre,code,label,.standing').forEach(e => {"
                + " const a = light(getComputedStyle(e).color), b = light(back(e)); low = Math.min(low, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)); });"
                + "return low; })()");
        assertTrue(Double.parseDouble(lowest) >= 4.5, "contrast " + lowest);
    }
}
