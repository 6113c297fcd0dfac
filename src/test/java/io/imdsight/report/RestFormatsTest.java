package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.report.scan.PossibleCaller;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestFormatsTest {
    private final AuditReport report = HostilePage.usual();

    @Test
    void noVerdictRestsOnWhatLiesOnTheDisk() {
        AuditReport ready = new Findings().report();
        assertSame(ready.verdict(), ready.with(RestFindings.usual()).verdict());
        assertEquals(ready.entries(), ready.with(RestFindings.usual()).entries());
    }

    @Test
    void theTextNamesPlaceVersionReasonAndWhatWasNotLookedAt() {
        String text = String.join("\n", TextReport.lines(report, false, 0));
        for (String part : List.of(
                "May call one day without a token: found on the disk, not judged",
                "- nightly-backup.sh  [script]",
                "line 12:     curl -s http",
                "- AWS SDK for Java 1 1.11.600  [maven]",
                "com.amazonaws:aws-java-sdk-core: older than 1.11.678, the first that asks for a token",
                "/opt/billing/billing.war → WEB-INF/lib/aws.jar → META-INF/maven",
                "boto: no version asks for a token",
                "ec2-instance-connect: older than 1.1-12",
                "123456 files, 700 MiB read, 6 possible callers, known packages new enough: 1",
                "not looked at: the time of --scan-time was up; what comes after this place was not looked at (/var/lib)")) {
            assertTrue(text.contains(part), "no '" + part + "' in\n" + text);
        }
    }

    @Test
    void whatWasAlsoSeenCallingIsSaidToBe() {
        PossibleCaller script = report.scan().found().getLast();
        assertEquals("this file was seen calling: curl, run by /opt/jobs/nightly-backup.sh", script.seenLive());
        assertEquals(
                "a caller of this kind was seen, perhaps from here: java billing.jar",
                report.scan().found().stream()
                        .filter(c -> "java-v1".equals(c.clientId()))
                        .findFirst()
                        .orElseThrow()
                        .seenLive());
    }

    @Test
    void theJsonHasEveryPossibleCaller() {
        String json = JsonReport.line(report);
        for (String part : List.of(
                "{\"kind\":\"script\",\"name\":\"nightly-backup.sh\",\"place\":\"/opt/jobs/nightly-backup.sh\"",
                "\"possible_callers\":[{\"kind\":\"go\",\"name\":\"AWS SDK for Go 1\",\"version\":\"1.25.37\",\"client\":{\"id\":\"go-v1\"}",
                "\"scan\":{\"roots\":[\"/\"],\"elapsed_ms\":41000",
                "\"code\":\"time\"")) {
            assertTrue(json.contains(part), "no '" + part + "' in\n" + json);
        }
    }
}
