package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.model.Caller;
import io.imdsight.model.Cause;
import io.imdsight.model.Kind;
import io.imdsight.model.Outcome;
import io.imdsight.model.RequestHead;
import io.imdsight.model.Version;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdvisorTest {
    private static final String PATH = "/latest/meta-data/instance-id";
    private static final Caller PYTHON = Findings.process("/usr/bin/python3.11", "python3 app.py", "python3", "app.py");

    private static String advice(Caller caller, String agent, Cause cause) {
        return text(new Findings().v1(caller, agent, cause, PATH));
    }

    private static String text(Findings machine) {
        List<Advice> all = machine.advice();
        assertEquals(1, all.size());
        return all.getFirst().why() + "\n" + String.join("\n", all.getFirst().steps());
    }

    @Test
    void anUnansweredTokenIsAHopLimitWhateverTheVersionAndNeverAnUpdate() {
        for (String agent :
                List.of("Botocore/1.12.0 Python/3.7", "Botocore/1.43.0", "aws-sdk-java/1.11.600 Linux", "curl/8.1")) {
            String said = advice(PYTHON, agent, Cause.TOKEN_UNANSWERED);
            assertTrue(
                    said.contains(
                            "aws ec2 modify-instance-metadata-options --instance-id i-0123456789abcdef0 --http-put-response-hop-limit 2"),
                    said);
            assertFalse(said.contains("update"), said);
        }
    }

    @Test
    void inAContainerTheAlternativeIsNotToNeedTheService() {
        Caller c = new Caller(1, "/app", List.of("/app"), "app", 0, "root", 0, null, "0123456789ab", null, List.of());
        assertTrue(advice(c, null, Cause.TOKEN_UNANSWERED).contains("hostNetwork"));
        assertTrue(advice(PYTHON, null, Cause.TOKEN_UNANSWERED).contains("in no container"));
    }

    @Test
    void anOldSdkIsToBeUpdatedAndANewOneIsNot() {
        String old = advice(PYTHON, "Botocore/1.12.0 Python/3.7", Cause.NEVER_TRIED);
        assertTrue(old.contains("update to 1.13.25 or newer"), old);
        String recent = advice(PYTHON, "Botocore/1.43.11 Python/3.11", Cause.NEVER_TRIED);
        assertFalse(recent.contains("update to"), recent);
        assertTrue(recent.contains("asks for a token by itself"), recent);
        String boto2 = text(new Findings()
                .v1(PYTHON, "Python-urllib/3.11", Cause.NEVER_TRIED, "/latest/dynamic/instance-identity//document/"));
        assertTrue(boto2.contains("move the program to boto3"), boto2);
    }

    @Test
    void aCurlGetsTheTwoLinesWithItsOwnPath() {
        String said = advice(Findings.curl("http://169.254.169.254" + PATH), "curl/8", Cause.NEVER_TRIED);
        assertTrue(said.contains("TOKEN=$(curl -sf -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300'"), said);
        assertTrue(said.contains("http://169.254.169.254" + PATH), said);
    }

    @Test
    void whereTheLinesPathEndsInAVariableWhatWasAskedForStandsInItsPlace() {
        String roles = "/latest/meta-data/iam/security-credentials/";
        Findings machine = new Findings().v1(Findings.curl(), "curl/8", Cause.NEVER_TRIED, roles + "web");
        assertTrue(twoLines(machine, roles + "$ROLE").contains("$TOKEN\" http://169.254.169.254" + roles + "web"));
        assertTrue(twoLines(machine, PATH).contains("$TOKEN\" http://169.254.169.254" + PATH));
        Findings other = new Findings().v1(Findings.curl(), "curl/8", Cause.NEVER_TRIED, roles + "w$(id)");
        assertTrue(twoLines(other, roles + "$ROLE").endsWith("169.254" + roles), "of plain characters only");
    }

    private static String twoLines(Findings machine, String path) {
        Verdict v = machine.verdict();
        CallerFinding caller = v.callers(Standing.BLOCKING).getFirst();
        String line = "curl -s \"http://169.254.169.254" + path + "\"";
        Found found = new Found(null, null, List.of(new Found.ScriptLine("/opt/a.sh", 3, line)));
        AuditReport r = AuditReport.of(
                v,
                machine.book.tallies(0, Long.MAX_VALUE),
                Map.of(caller.key(), found),
                new AuditReport.Machine(null, null, "imdsight 1"));
        return r.entries().getFirst().advice().getFirst().steps().getLast();
    }

    @Test
    void aCurlThatAlsoFetchesTokensIsNotToldToFetchTheTokenWithTheToken() {
        String said = text(new Findings()
                .add(Findings.curl(), "curl/8", "/latest/api/token", 1, Version.V2, Kind.TOKEN, Outcome.SERVED, null)
                .v1(Findings.curl(), "curl/8", Cause.NEVER_TRIED, PATH));
        assertTrue(said.contains("$TOKEN\" http://169.254.169.254" + PATH), said);
        assertFalse(said.contains("$TOKEN\" http://169.254.169.254/latest/api/token"), said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/latest/$(reboot)",
                "/latest/`x`",
                "/latest/a;b",
                "/latest/\"x",
                "/latest/' x",
                "/latest/|x",
                "/latest/&x",
                "/\\x0ax"
            })
    void aPathThatAShellWouldRunNeverStandsInACommand(String hostile) {
        String said = text(new Findings().v1(Findings.curl(), "curl/8", Cause.NEVER_TRIED, hostile));
        assertTrue(said.contains("TOKEN=$("), said);
        assertFalse(said.contains(hostile), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-aws-ec2-metadata-token: ", "x-AWS-ec2-metadata-token:", "-HX-aws-ec2-metadata-token:  "})
    void anEmptyVariableIsSaidToBeOne(String argument) {
        String said = advice(Findings.curl("-H", argument), "curl/8", Cause.NEVER_TRIED);
        assertTrue(said.contains("its variable is empty"), said);
        assertTrue(said.contains("|| exit 1"), said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"X-aws-ec2-metadata-token: [redacted]", "X-aws-ec2-metadata-token-ttl-seconds: 60", "X-Other: "})
    void anotherHeaderIsNoEmptyToken(String argument) {
        assertFalse(advice(Findings.curl("-H", argument), "curl/8", Cause.NEVER_TRIED)
                .contains("empty"));
    }

    @Test
    void aProxyThatAddsXForwardedForIsSaidAsSuch() {
        Findings machine = new Findings()
                .add(
                        Findings.process("/usr/sbin/squid", "squid", "squid"),
                        "curl/8",
                        PATH,
                        RequestHead.FORWARDED_FOR,
                        Version.V1,
                        Kind.METADATA,
                        Outcome.SERVED,
                        Cause.TOKEN_REFUSED);
        String said = text(machine);
        assertTrue(said.contains("X-Forwarded-For") && said.contains("NO_PROXY"), said);
        assertTrue(said.contains("an upgrade of the caller changes nothing"), said);
        assertEquals("squid", machine.report().entries().getFirst().clientId());
    }

    @Test
    void whatIsNotKnownIsSaidToBeUnknownAndHowToFindOut() {
        String said = advice(Findings.process("/opt/acme/agent", "agent", "agent"), null, Cause.NEVER_TRIED);
        assertTrue(said.contains("imdsight does not know this program"), said);
        assertTrue(said.contains("169.254.169.254"), said);
        assertTrue(advice(PYTHON, null, Cause.UNKNOWN).contains("restart it while imdsight watches"));
        assertTrue(advice(null, "curl/8", Cause.UNKNOWN).contains("run imdsight as root"));
    }

    @Test
    void anInstanceIdThatIsNoneNeverStandsInACommand() {
        Findings machine = new Findings().v1(Findings.curl(), "curl/8", Cause.TOKEN_UNANSWERED, PATH);
        machine.instanceId = "i-1; reboot";
        assertTrue(text(machine).contains("--instance-id INSTANCE_ID"));
        assertEquals(
                "aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-tokens required",
                machine.report().enforceCommand());
    }

    @Test
    void whatBlocksNothingGetsNoAdvice() {
        Findings machine =
                new Findings().add(Findings.curl(), "curl/8", PATH, 1, Version.V2, Kind.METADATA, Outcome.SERVED, null);
        assertEquals(List.of(), machine.advice());
    }
}
