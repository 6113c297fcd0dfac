package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.imdsight.report.fleet.Fleet;
import io.imdsight.report.fleet.FleetPage;
import io.imdsight.report.fleet.FleetReport;
import io.imdsight.report.fleet.Period;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fleet's page in a real browser. */
@Timeout(300)
class FleetPageIT {
    private static final Instant UNTIL = Instant.parse("2026-11-22T12:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private static String page(String feed, int rows, String program) throws IOException {
        Period period =
                Period.until(UNTIL, Duration.ofDays(20), Duration.ofDays(7), Duration.ofHours(3), Duration.ofDays(7));
        Fleet fleet = new Fleet(period, null);
        fleet.read(new ByteArrayInputStream(feed.getBytes(StandardCharsets.UTF_8)), "machine");
        return FleetPage.page(FleetReport.of(fleet), rows, program);
    }

    private static String caller(
            String id, String name, Instant at, String title, String unit, String agent, long blocking) {
        ObjectNode r = JSON.createObjectNode().put("timestamp", at.toString());
        r.putObject("feed").put("version", 1).put("record", "caller").put("interval_seconds", 3600);
        r.putObject("host").put("id", id).put("name", name);
        r.putObject("caller").put("name", title);
        r.putObject("process")
                .put("title", title)
                .put("owner", title.length() < 20 ? "root" : title)
                .putObject("executable")
                .put("path", "/usr/bin/" + title);
        r.putObject("systemd").put("unit", unit);
        r.putObject("user_agent").put("original", agent);
        r.putObject("container").put("id", agent);
        r.putObject("imds")
                .put("requests", blocking + 5)
                .put("v1", blocking)
                .put("v2", 5)
                .put("blocking", blocking)
                .putObject("cause")
                .put("never-tried", blocking);
        r.putObject("evidence").put("connect-probe", blocking);
        return r + "\n";
    }

    private static String heartbeat(String id, Instant at, boolean sound) {
        ObjectNode r = JSON.createObjectNode().put("timestamp", at.toString());
        r.putObject("feed").put("version", 1).put("record", "heartbeat").put("interval_seconds", 3600 * 24);
        r.putObject("host").put("id", id);
        r.putObject("imds").put("requests", 0);
        r.putObject("quality").put("sound", sound);
        return r + "\n";
    }

    /** Some hundred instances: a third blocked, by some of nine callers. */
    private static String usual(int instances) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < instances; i++) {
            String id = String.format("i-%017x", 0xabc0000L + i * 7919L);
            for (int day = 0; day < 20; day++) {
                Instant at = UNTIL.minusSeconds(day * 86_400L + i % 10 * 600L);
                if (i % 23 != 0 || day > 2) {
                    out.append(heartbeat(id, at, i % 17 != 0));
                }
                int job = (i + day / 5) % 9;
                if (i % 3 == 0 && day > job || i % 50 == 0) {
                    out.append(caller(
                            id,
                            "web-" + i,
                            at,
                            "job-" + job + ".sh",
                            "job-" + job + ".service",
                            "curl/7.88.1",
                            1 + job));
                }
            }
        }
        return out.append("damaged\n").toString();
    }

    @Test
    void hostileTextsRunNothingAskForNothingAndAreShownAsTheyAre() throws Exception {
        StringBuilder feed = new StringBuilder();
        for (String a : HostilePage.ATTEMPTS) {
            feed.append(caller(a, a, UNTIL.minusSeconds(60), a, a, a, 3));
            feed.append(caller("i-1", a, UNTIL.minusSeconds(60), a, a, a, 3));
        }
        feed.append(
                "{\"timestamp\":\"2026-11-22T00:00:00Z\",\"feed\":{\"version\":7,\"record\":\"<script>document.title=1</script>\"}}\n");
        Browsing.browse(page(feed.toString(), 500, HostilePage.ATTEMPTS.getFirst()), directory, browser -> {
            Thread.sleep(500);
            browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
            String title = browser.value("document.title");
            assertTrue(title.startsWith("\"IMDSv2 in the fleet: 0 of 21"), title);
            Browsing.harmless(browser);
        });
    }

    @Test
    void eachTableIsSortedAndFilteredByKeyboardAlone() throws Exception {
        Browsing.browse(page(usual(300), 100, "imdsight"), directory, browser -> {
            String shown = "document.getElementById('instance-shown').textContent";
            String first =
                    "document.querySelectorAll('table.callers')[2].querySelector('tbody.caller td[data-label=Instance]').textContent";
            assertEquals("\"100 of 100 instances\"", browser.value(shown));
            int tabs = 0;
            while (!"\"instance-filter\"".equals(browser.value("document.activeElement.id")) && tabs++ < 80) {
                browser.keys(Browsing.TAB);
            }
            browser.keys("w", "e", "b", "-", "1", "5", "0");
            assertEquals("\"1 of 100 instances\"", browser.value(shown));
            assertTrue(browser.value(first.replace("tbody.caller", "tbody.caller:not([hidden])"))
                    .contains("web-150"));
            for (int i = 0; i < 7; i++) {
                browser.keys("\\ue003");
            }
            browser.keys(
                    Browsing.TAB, Browsing.TAB, Browsing.TAB); // state, the heads of the first and the second column
            assertEquals("\"Instance\"", browser.value("document.activeElement.textContent"));
            String before = browser.value(first);
            browser.keys(Browsing.ENTER);
            String ascending = browser.value(first);
            browser.keys(Browsing.ENTER);
            assertEquals(
                    "\"descending\"", browser.value("document.activeElement.parentElement.getAttribute('aria-sort')"));
            assertTrue(ascending.compareTo(browser.value(first)) < 0, ascending);
            assertFalse(before.isEmpty());
            assertEquals(
                    browser.value("document.querySelectorAll('table.callers').length"),
                    browser.value("document.querySelectorAll('.tools:not([hidden])').length"),
                    "each table has its controls");
            assertEquals(List.of(), Browsing.requests(browser));
        });
    }

    @Test
    void itIsReadableInLightAndDarkOnAPhoneAndOnPaper() throws Exception {
        Browsing.browse(page(usual(300), 100, "imdsight"), directory, browser -> {
            Browsing.look(browser, "fleet-");
        });
    }
}
