package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, in a network namespace that has nothing but loopback. Pictures of it are left in target/pages to be looked at. */
@Timeout(180)
class AuditPageIT {
    @TempDir
    Path directory;

    private void browse(AuditReport report, Browsing.Work work) throws Exception {
        Browsing.browse(HtmlReport.page(report), directory, work);
    }

    @Test
    void hostileTextsRunNothingAskForNothingAndAreShownAsTheyAre() throws Exception {
        browse(HostilePage.report(), browser -> {
            Thread.sleep(500);
            browser.value("document.querySelectorAll('details').forEach(d => d.open = true)");
            String title = browser.value("document.title");
            assertTrue(title.startsWith("\"IMDSv2 audit: blocked"), title);
            assertEquals(
                    Integer.toString(HostilePage.ATTEMPTS.size()),
                    browser.value("document.querySelectorAll('tbody.caller').length"));
            Browsing.harmless(browser);
        });
    }

    @Test
    void callersAreSortedAndFilteredByKeyboardAlone() throws Exception {
        browse(HostilePage.usual(), browser -> {
            String first = "document.querySelector('tbody.caller td[data-label=Caller]').textContent";
            assertEquals("\"5 of 5 callers\"", browser.value("document.getElementById('shown').textContent"));
            assertEquals("\"curl, run by /opt/jobs/nightly-backup.sh\"", browser.value(first));
            int tabs = 0;
            while (!"\"filter\"".equals(browser.value("document.activeElement.id")) && tabs++ < 10) {
                browser.keys(Browsing.TAB);
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
            browser.keys(
                    Browsing.TAB, Browsing.TAB, Browsing.TAB); // standing, the heads of the first and the second column
            assertEquals("\"Caller\"", browser.value("document.activeElement.textContent"));
            browser.keys(Browsing.ENTER);
            assertEquals("\"agentd\"", browser.value(first));
            browser.keys(Browsing.ENTER);
            assertEquals("\"python3 inventory.py\"", browser.value(first));
            assertEquals(
                    "\"descending\"", browser.value("document.activeElement.parentElement.getAttribute('aria-sort')"));
            assertEquals(List.of(), Browsing.requests(browser));
        });
    }

    @Test
    void itIsReadableInLightAndDarkOnAPhoneAndOnPaper() throws Exception {
        browse(HostilePage.usual(), browser -> {
            Browsing.look(browser, "");
        });
    }
}
