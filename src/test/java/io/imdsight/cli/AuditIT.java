package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the assembled {@code audit} says of machines whose callers are known. {@link AuditScenariosIT} has programs that others wrote. */
@Timeout(300)
class AuditIT extends AuditMachine {
    @Test
    void aMachineWhoseCallersUseTokensIsReady() throws Exception {
        assertEquals(0, audit("""
                TOKEN=$(curl -q -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $IMDS/latest/api/token)
                curl -q -sf -m 5 -o /dev/null -H "X-aws-ec2-metadata-token: $TOKEN" $IMDS/latest/meta-data/instance-id
                """), said());
        says("VERDICT: ready", "Use tokens", "2 v2");
        json("\"verdict\":\"ready\"", "\"reasons\":[]", "\"metadata_no_token\":0", "\"code\":\"boot-not-covered\"");
        says("aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-tokens required");
    }

    @Test
    void codeAtRestIsListedAndChangesNeitherVerdictNorStatus() throws Exception {
        Path old = Files.createDirectories(directory.resolve("rest/node_modules/aws-sdk"));
        Files.writeString(old.resolve("package.json"), "{\"name\":\"aws-sdk\",\"version\":\"2.500.0\"}");
        flags += " --scan-root rest";
        assertEquals(0, audit("true\n"), said());
        says("VERDICT: ready", "AWS SDK for JavaScript 2 2.500.0  [npm]", "older than 2.722.0");
        json("\"verdict\":\"ready\"", "\"possible_callers\":[{\"kind\":\"npm\"", "\"unlisted\":0");
    }

    @Test
    void oneCurlInAScriptBlocksAndTheLineOfTheScriptIsShownWithoutItsSecret() throws Exception {
        Files.writeString(directory.resolve("nightly.sh"), """
                #!/bin/sh
                # fetches the role's credentials
                curl -q -sf -m 5 -o /dev/null -H 'X-Api-Key: hunter2' http://169.254.169.254/latest/meta-data/iam/security-credentials/demo-role
                sleep 1
                """);
        assertEquals(1, audit("sh nightly.sh\n"), said());
        says(
                "VERDICT: blocked",
                "would break 1 caller",
                "sh nightly.sh",
                "1 gave CREDENTIALS",
                "has never asked for a token");
        says("nightly.sh, line 3", "TOKEN=$(curl -sf -X PUT");
        json(
                "\"verdict\":\"blocked\"",
                "\"credentials_without_token\":1",
                "\"never-tried\":1",
                "\"line\":3",
                "\"id\":\"curl\"");
        assertFalse(
                (read("out") + read("report.json") + read("report.html")).contains("hunter2"),
                "a secret of the script");
        if (Files.exists(Path.of("/var/lib/dpkg/info/curl.list"))) {
            says("package curl ");
        }
    }

    @Test
    void aScriptWithAnEmptyTokenIsSaidToBeOne() throws Exception {
        assertEquals(1, audit("""
                printf '%s\\n' 'curl -q -sf -m 5 -o /dev/null -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id' 'sleep 1' >empty.sh
                sh empty.sh
                """), said());
        says("sends the token header with an empty value", "empty.sh, line 1", "|| exit 1");
        assertFalse(read("out").contains("update to"), said());
    }

    @Test
    void aProbeForAnotherCloudBlocksNothing() throws Exception {
        assertEquals(0, audit("""
                curl -q -s -m 5 -o /dev/null -H 'Metadata-Flavor: Google' $IMDS/computeMetadata/v1/instance/id
                curl -q -s -m 5 -o /dev/null $IMDS/latest/meta-data/not/there
                curl -q -s -m 5 -o /dev/null $IMDS/latest/meta-data/spot/instance-action
                """), said());
        says("VERDICT: ready", "1 foreign", "2 failed", "no longer learn of it");
    }

    @Test
    void whereTokensAreRequiredAlreadyTheRefusedAreListed() throws Exception {
        standIn = "--mode required";
        assertEquals(0, audit("curl -q -s -m 5 -o /dev/null $IMDS/latest/meta-data/instance-id\n"), said());
        says("VERDICT: ready", "Refused already", "1 refused", "tokens seem to be required here");
        json("\"metadata_no_token_rejected\":1", "\"code\":\"refused-already\"");
    }

    @Test
    void aProxyThatAddsXForwardedForIsSaidToBeTheCause() throws Exception {
        Files.writeString(directory.resolve("proxy.py"), """
                import http.client, http.server
                class Proxy(http.server.BaseHTTPRequestHandler):
                    def relay(self):
                        c = http.client.HTTPConnection("169.254.169.254", 80, timeout=5)
                        c.putrequest(self.command, self.path.split("169.254.169.254", 1)[1], skip_host=True)
                        for k, v in self.headers.items():
                            c.putheader(k, v)
                        c.putheader("X-Forwarded-For", self.client_address[0])
                        c.endheaders()
                        a = c.getresponse(); body = a.read()
                        self.send_response(a.status); self.send_header("Content-Length", str(len(body))); self.end_headers()
                        self.wfile.write(body)
                    do_GET = do_PUT = relay
                http.server.HTTPServer(("127.0.0.1", 3128), Proxy).serve_forever()
                """);
        assertEquals(1, audit("""
                python3 proxy.py >proxy.log 2>&1 &
                proxy=$!
                n=0; until curl -q -s -o /dev/null -m 1 http://127.0.0.1:3128/169.254.169.254/latest/; do n=$((n+1)); [ $n -lt 300 ] || exit 96; sleep 0.1; done
                curl -q -s -o /dev/null -m 5 -x http://127.0.0.1:3128 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $IMDS/latest/api/token
                curl -q -s -o /dev/null -m 5 -x http://127.0.0.1:3128 $IMDS/latest/meta-data/instance-id
                kill $proxy
                """), said());
        says("X-Forwarded-For", "NO_PROXY=169.254.169.254", "python3 proxy.py");
    }

    /** Sixty calls in about a second, on an interface of which the driver counts nothing by that name. */
    @Test
    void whatCallsCostIsSaidAndWhoShouldKeepWhatItFetches() throws Exception {
        assertEquals(1, audit("""
                python3 - <<'PYTHON'
                import http.client
                for i in range(60):
                    c = http.client.HTTPConnection("169.254.169.254", 80, timeout=5)
                    c.request("GET", "/latest/meta-data/iam/security-credentials/demo-role" if i % 2 else "/latest/meta-data/instance-id")
                    c.getresponse().read()
                    c.close()
                PYTHON
                """), said());
        says(
                "packets:     lo: ",
                "of the 1,024 a second",
                "its driver does not count linklocal_allowance_exceeded",
                "fetched credentials 30 times: they hold for hours");
        json(
                "\"budget\":{\"packets_per_second\":1024",
                "\"name\":\"lo\"",
                "\"should_keep\":[{\"code\":\"credentials\",\"count\":30");
        // a connection of one request takes at least a handshake, the request, its answer and two ends; nothing here
        // can take thirty
        long packets = number("packets");
        assertTrue(packets >= 60 * 6 && packets <= 60 * 30, "packets " + packets);
        long peak = number("peak_packets_per_second");
        assertTrue(peak * 10 >= packets / 4 && peak <= packets, "peak " + peak + " of " + packets);
        long minute = number("peak_minute");
        assertTrue(minute >= 30 && minute <= 60, "busiest minute " + minute);
    }

    private long number(String name) throws Exception {
        Matcher m = Pattern.compile("\"" + name + "\":([0-9]+)").matcher(read("report.json"));
        assertTrue(m.find(), "no " + name + " in " + read("report.json"));
        return Long.parseLong(m.group(1));
    }

    @Test
    void silenceThatWasTooShortOrNotWholeIsInconclusive() throws Exception {
        flags = "--for 2s";
        assertEquals(2, audit(""), said());
        says("VERDICT: inconclusive", "less than the 10m below which silence says nothing");
        json("\"verdict\":\"inconclusive\"", "\"code\":\"short-window\"");
    }

    @Test
    void aDropMakesSilenceInconclusive() throws Exception {
        assertEquals(2, audit("""
                python3 - <<'PYTHON'
                import socket, struct
                s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                me = socket.inet_aton("169.254.169.254")
                tcp = struct.pack("!HHIIBBHHH", 40000, 80, 1, 0, 0x50, 2, 1024, 0, 0) + b"x" * 4
                ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 7, 0x2000, 64, 6, 0, me, me)
                s.sendto(ip + tcp, ("169.254.169.254", 0))
                PYTHON
                """), said());
        says("VERDICT: inconclusive", "dropped at ip-fragment: 1");
        json("\"drops\":{\"ip-fragment\":1}", "\"code\":\"drops\"");
    }

    @Test
    void aSignalEndsTheWatchAndWhatWasSeenIsJudged() throws Exception {
        assertEquals(1, audit("""
                curl -q -sf -m 5 -o /dev/null $IMDS/latest/meta-data/instance-id
                """), said());
        says("VERDICT: blocked");
    }

    @Test
    void untilIdleEndsOnceNobodyNewCalls() throws Exception {
        flags = "--until-idle 2s --window-min 1s --format json";
        assertEquals(1, audit("curl -q -sf -m 5 -o /dev/null $IMDS/latest/meta-data/instance-id\n"), said());
        assertEquals(1, read("out").lines().count());
        assertEquals(read("report.json"), read("out"));
    }

    /** A container behind a router hop; the answers to its token requests have an IP TTL of 1, and die on that hop. */
    @Test
    void behindAHopLimitTheAdviceIsTheHopLimitAndNeverAnUpdate() throws Exception {
        networkInterface = "any";
        Files.writeString(directory.resolve("client.py"), """
                import http.client, socket
                def call(method, path, headers, timeout):
                    c = http.client.HTTPConnection("169.254.169.254", 80, timeout=timeout)
                    try:
                        c.request(method, path, headers=headers)
                        return c.getresponse().read().decode()
                    finally:
                        c.close()
                agent = {"User-Agent": "Botocore/1.34.0 Python/3.11"}
                try:
                    agent["X-aws-ec2-metadata-token"] = call("PUT", "/latest/api/token", agent | {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, 1)
                except (TimeoutError, socket.timeout):
                    pass
                call("GET", "/latest/meta-data/iam/security-credentials/demo-role", agent, 5)
                """);
        int status = inNamespace(SAFE + """
                ip link set lo up
                unshare --net sleep 300 & service=$!
                unshare --net sleep 300 & container=$!
                trap 'kill $service $container 2>/dev/null || true' EXIT
                n=0; while [ "$(readlink /proc/$service/ns/net)" = "$(readlink /proc/self/ns/net)" ] || [ "$(readlink /proc/$container/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do
                    n=$((n+1)); [ $n -lt 1200 ] || exit 95; sleep 0.05; done
                ip link add ens5 type veth peer name imds0 netns $service
                ip link add ctr0 type veth peer name eth0 netns $container
                ip addr add 10.0.0.5/24 dev ens5; ip link set ens5 up
                ip addr add 10.9.0.1/24 dev ctr0; ip link set ctr0 up
                ip route add 169.254.169.254/32 dev ens5
                sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.ens5.proxy_arp=1 net.ipv4.conf.ctr0.proxy_arp=1 net.ipv4.neigh.ens5.proxy_delay=0 net.ipv4.neigh.ctr0.proxy_delay=0
                in_service() { nsenter --net=/proc/$service/ns/net "$@"; }
                in_container() { nsenter --net=/proc/$container/ns/net "$@"; }
                in_service ip link set lo up; in_service ip addr add 169.254.169.254/32 dev imds0; in_service ip link set imds0 up
                in_service ip route add 10.0.0.0/24 dev imds0; in_service ip route add 10.9.0.0/24 dev imds0
                in_container ip link set lo up; in_container ip addr add 10.9.0.2/24 dev eth0; in_container ip link set eth0 up
                in_container ip route add 169.254.169.254/32 dev eth0
                nsenter --net=/proc/$service/ns/net $standin --mode optional --token-hops 1 >stand-in.log 2>&1 &
                trap "kill $service $container $! 2>/dev/null || true" EXIT
                waitfor ready stand-in.log
                """ + AUDIT + """
                in_container python3 client.py
                in_container sh -c 'TOKEN=$(curl -q -s -m 1 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" http://169.254.169.254/latest/api/token)
                    curl -q -s -m 5 -o /dev/null -H "X-aws-ec2-metadata-token: $TOKEN" http://169.254.169.254/latest/meta-data/instance-id'
                """ + JUDGED);
        assertEquals(1, status, said());
        says(
                "--http-put-response-hop-limit 2",
                "the answer never reaches it",
                "an upgrade changes nothing",
                "botocore or boto3 (Python) 1.34.0");
        assertFalse(read("out").contains("update botocore"), said());
        json("\"token-unanswered\":1");
        assertFalse(read("report.json").contains("never-tried"), read("report.json"));
    }

    @Test
    void whatTheAgentRecordedIsJudgedWithoutCapturingAndWithItWithoutCountingTwice() throws Exception {
        int status = inNamespace(SAFE + ONE_MACHINE + """
                "$TREE/bin/imdsight" agent --config /dev/null --interface lo --state-dir state >agent.out 2>agent.err &
                agent=$!
                waitfor watching agent.err
                sleep 1
                curl -q -sf -m 5 -o /dev/null $IMDS/latest/meta-data/instance-id
                sleep 2
                from="--config /dev/null --state-dir state --from-ledger --since 1h --window-min 1s"
                status=0; "$TREE/bin/imdsight" audit $from --json report.json >out 2>err || status=$?
                [ $status = 1 ] || exit 90
                both=0
                "$TREE/bin/imdsight" audit $from --interface lo --for 3s --json both.json >out2 2>err2 & audit=$!
                waitfor watching err2
                sleep 0.5
                curl -q -sf -m 5 -o /dev/null $IMDS/latest/meta-data/ami-id
                wait $audit || both=$?
                kill -TERM $agent; wait $agent || true
                exit $both
                """);
        assertEquals(1, status, said() + read("agent.err") + read("err2") + read("out2"));
        says("VERDICT: blocked", "from ledger; asked for 1h", "has never asked for a token");
        says("before this report: of the 1h that were asked for");
        assertFalse(read("out").contains("the capture was down"), "the window begins with the agent: " + read("out"));
        json("\"source\":\"ledger\"", "\"metadata_no_token\":1", "\"verdict\":\"blocked\"");
        String both = read("both.json");
        assertTrue(both.contains("\"source\":\"ledger and capture\""), both);
        assertTrue(both.contains("\"metadata_no_token\":2"), both);
    }

    @Test
    void withoutALedgerThatIsSaid() throws Exception {
        Process p = new ProcessBuilder(
                        TREE.resolve("bin/imdsight").toString(),
                        "audit",
                        "--config",
                        "/dev/null",
                        "--from-ledger",
                        "--state-dir",
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        assertEquals(66, p.waitFor());
        assertTrue(read("log").contains("no ledger in"), read("log"));
    }
}
