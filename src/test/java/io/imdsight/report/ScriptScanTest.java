package io.imdsight.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptScanTest {
    private static List<Integer> lines(String script) {
        return ScriptScan.calls(script).stream().map(ScriptScan.Line::number).toList();
    }

    @Test
    void theLineThatCallsWithoutATokenIsFound() {
        assertEquals(
                List.of(3),
                lines(
                        "#!/bin/sh\n# curl http://169.254.169.254/latest/\ncurl http://169.254.169.254/latest/meta-data/mac\n"));
    }

    @Test
    void aContinuedLineIsOneAndItsTokenCounts() {
        assertEquals(
                List.of(3),
                lines(
                        "curl -H \"X-aws-ec2-metadata-token: $T\" \\\n  http://169.254.169.254/latest/meta-data/a\ncurl \\\n http://169.254.169.254/latest/meta-data/b\n"));
    }

    @Test
    void anAddressInAVariableIsNotTheCall() {
        assertEquals(List.of(2), lines("URL=http://169.254.169.254\ncurl $URL/latest/user-data\n"));
        assertEquals(List.of(1), lines("URL=http://169.254.169.254\ncurl $URL/$1\n"));
    }

    @Test
    void whereEveryCallSendsATokenThoseAreShown() {
        assertEquals(
                List.of(2),
                lines(
                        "T=$(curl -X PUT http://169.254.169.254/latest/api/token)\ncurl -H \"X-aws-ec2-metadata-token: $T\" http://169.254.169.254/latest/meta-data/a\n"));
    }

    @Test
    void aScriptThatCallsNothingShowsNothing() {
        assertEquals(List.of(), lines("echo hello\n"));
        assertEquals(List.of(), lines(""));
    }
}
