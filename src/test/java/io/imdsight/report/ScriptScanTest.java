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
    void aPathIsNoCallWithoutAnAddressANameForItOrAProgramThatFetches() {
        assertEquals(List.of(), lines("mkdir -p /var/cache/latest/meta-data\ncp a /srv/latest/user-data\n"));
        assertEquals(
                List.of(3),
                lines("mkdir -p latest/meta-data\nBASE=http://169.254.169.254/latest\ncurl $BASE/meta-data/mac\n"));
        assertEquals(List.of(1), lines("ROOT=http://169.254.169.254\nls /srv/latest/meta-data\n"), "the address, then");
        assertEquals(
                List.of(1), lines("wget -qO- \"http://$1/latest/meta-data/mac\"\n"), "the address comes from outside");
    }

    @Test
    void aNameStandsForTheAddressAlsoThroughAnotherNameAndInOtherLanguages() {
        assertEquals(
                List.of(3),
                lines("IMDS=http://169.254.169.254\nBASE=\"$IMDS/latest\"\nfetcher \"$BASE/meta-data/mac\"\n").stream()
                        .filter(n -> n == 3)
                        .toList());
        assertEquals(
                List.of(4),
                lines(
                        "import urllib.request\nBASE = 'http://169.254.169.254'\n\nx = get(BASE + '/latest/meta-data/mac')\n"));
        assertEquals(
                List.of(4),
                lines("const o = {\n  host: '169.254.169.254',\n};\nask(host, '/latest/meta-data/mac');\n"));
        assertEquals(
                List.of(4),
                lines(
                        "imds() {\n  curl -s \"http://169.254.169.254/$1\"\n}\nID=$(imds latest/meta-data/instance-id)\n"));
        assertEquals(
                List.of(5),
                lines(
                        "sub imds {\n  open('http://169.254.169.254' . $_[0]);\n}\nmkdir('/latest/meta-data');\nimds('/latest/meta-data/mac');\n"));
        assertEquals(List.of(2), lines("set url http://169.254.169.254\nfetcher $url/latest/user-data\n"));
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
