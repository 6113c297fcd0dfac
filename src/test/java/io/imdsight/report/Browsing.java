package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.linux.NetworkNamespace;
import io.imdsight.linux.RouteNetlink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in a real browser, in a network namespace that has nothing but loopback. Pictures of it are left in target/pages to be looked at. */
final class Browsing {
    static final Path PICTURES = Path.of("target/pages");
    static final String TAB = "\\ue004";
    static final String ENTER = "\\ue007";

    private Browsing() {}

    /** What is to be done with the page. */
    interface Work {
        void run(Browser browser) throws Exception;
    }

    /** Opens a page and works on it. */
    static void browse(String html, Path directory, Work work) throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root for a network namespace");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/chromedriver")),
                "SKIPPED: no chromedriver; apt-get install chromium chromium-driver");
        Files.createDirectories(PICTURES);
        Path page = Files.writeString(directory.resolve("report.html"), html);
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
    static List<String> requests(Browser browser) throws Exception {
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

    /** Looks at a page in light and dark, on a phone and on paper. */
    static void look(Browser browser, String prefix) throws Exception {
        browser.size(1200, 2600);
        browser.dark(false);
        browser.screenshot(PICTURES.resolve(prefix + "light.png"));
        contrast(browser);
        browser.dark(true);
        browser.screenshot(PICTURES.resolve(prefix + "dark.png"));
        contrast(browser);
        browser.size(390, 3600);
        browser.screenshot(PICTURES.resolve(prefix + "phone.png"));
        assertEquals(
                "true",
                browser.value("document.documentElement.scrollWidth <= 390"),
                "the phone has to scroll sideways");
        browser.size(800, 2200);
        browser.print(true);
        browser.screenshot(PICTURES.resolve(prefix + "print.png"));
        browser.pdf(PICTURES.resolve(prefix + "print.pdf"));
        assertEquals(
                "0",
                browser.value(
                        "[...document.querySelectorAll('input,select')].filter(e => !document.querySelector('label[for=' + e.id + ']')).length"));
        assertEquals("\"en\"", browser.value("document.documentElement.lang"));
        assertEquals(
                browser.value("document.querySelectorAll('[id]').length"),
                browser.value("new Set([...document.querySelectorAll('[id]')].map(e => e.id)).size"),
                "an id stands for one element");
    }

    /** Hostile texts are in the page, and are nothing but text. */
    static void harmless(Browser browser) throws Exception {
        assertEquals("1", browser.value("document.scripts.length"));
        assertEquals(
                "0", browser.value("document.querySelectorAll('img,iframe,form,base,link,object,embed,a').length"));
        assertEquals(
                "0",
                browser.value(
                        "[...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(n => n.startsWith('on') || n === 'style')).length"));
        for (String attempt : HostilePage.ATTEMPTS) {
            if (attempt.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
                String code = Base64.getEncoder().encodeToString(attempt.getBytes(StandardCharsets.UTF_8));
                assertEquals(
                        "true", browser.value("document.body.textContent.includes(atob('" + code + "'))"), attempt);
            }
        }
        assertEquals(List.of(), requests(browser));
        assertFalse(
                browser.log("browser").contains("Content Security Policy"),
                "the page's own script or style was refused");
    }

    /** WCAG 2.1, 1.4.3: 4.5 to 1 for every visible text. */
    static void contrast(Browser browser) throws Exception {
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
