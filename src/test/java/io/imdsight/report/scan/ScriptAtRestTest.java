package io.imdsight.report.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptAtRestTest {
    private static final String V1 = "curl -s http://169.254.169.254/latest/meta-data/instance-id\n";
    private static final String V2 = """
            TOKEN=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
            curl -sH "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id
            """;

    @Test
    void aCallWithoutTheTokenHeaderIsFoundWithItsLine() {
        ScriptAtRest.Suspicion s = ScriptAtRest.judge("#!/bin/sh\n\n" + V1);
        assertEquals(3, s.lines().getFirst().number());
        assertTrue(s.why().contains("names the token header nowhere"), s.why());
        for (String address : List.of("[fd00:ec2::254]", "instance-data", "instance-data.ec2.internal")) {
            assertTrue(ScriptAtRest.namesService(V1.replace("169.254.169.254", address)));
            assertEquals(
                    1,
                    ScriptAtRest.judge(V1.replace("169.254.169.254", address))
                            .lines()
                            .size(),
                    address);
        }
    }

    @Test
    void aScriptThatSendsTheTokenIsNone() {
        assertNull(ScriptAtRest.judge(V2));
        assertNull(ScriptAtRest.judge("import requests\nH = {'X-AWS-EC2-Metadata-Token': t}\n"
                + "requests.get('http://169.254.169.254/latest/meta-data/', headers=H)\n"));
        assertNull(ScriptAtRest.judge(V2 + "curl $HEADERS http://169.254.169.254/latest/meta-data/\n"));
    }

    @Test
    void oneForgottenCallBesideOthersIsFound() {
        ScriptAtRest.Suspicion s = ScriptAtRest.judge(V2 + V1);
        assertEquals(3, s.lines().getFirst().number());
        assertTrue(s.why().contains("beside the token header"), s.why());
    }

    @Test
    void anAddressInAVariableIsFoundWithTheCallThatUsesIt() {
        ScriptAtRest.Suspicion s =
                ScriptAtRest.judge("IMDS=http://169.254.169.254\nwget -qO- $IMDS/latest/meta-data/ami-id\n");
        assertEquals(2, s.lines().getFirst().number());
    }

    @Test
    void aDirectoryOfTheSameNameIsNoCall() {
        ScriptAtRest.Suspicion s = ScriptAtRest.judge("mkdir -p /srv/latest/meta-data\n" + V1);
        assertEquals(List.of(2), s.lines().stream().map(l -> l.number()).toList());
    }

    @Test
    void commentsExceptionsForProxiesRoutesAndOtherCloudsAreNoCalls() {
        for (String line : List.of(
                "# curl http://169.254.169.254/latest/meta-data/",
                "export NO_PROXY=169.254.169.254,localhost",
                "iptables -A OUTPUT -d 169.254.169.254 -j DROP",
                "ip route add 169.254.169.254 dev eth0",
                "curl -H 'Metadata-Flavor: Google' http://169.254.169.254/computeMetadata/v1/instance/",
                "host = os.getenv('GCE_METADATA_IP', '169.254.169.254')",
                "echo hello",
                "echo this is the instance-data that we have")) {
            assertNull(ScriptAtRest.judge(line + "\n"), line);
        }
    }
}
