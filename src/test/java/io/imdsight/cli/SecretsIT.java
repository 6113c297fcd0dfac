package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets planted wherever callers have them (answers, token headers, command lines, ancestors' command lines, environments, URLs, scripts) while every
 * mode runs; afterwards every byte that was written is searched for them, and the memory of the agent as its heap dump shows it. What the callers
 * themselves write stays outside of the folders that are searched.
 */
@Timeout(240)
class SecretsIT {
    /** In each planted secret, so that one search finds any; letters only, as nothing else here. */
    private static final String MARK = "pLaNtEdSeCrEt";

    /** What the stand-in service answers with: nothing of a body is ever kept. */
    private static final List<String> ANSWERS =
            List.of("wJalrXUtnFEMI", "made-up-security-token", "ASIAIOSFODNN7EXAMPLE");

    /** A caller: fetches its first argument, whatever the others are. */
    private static final String CALLER = """
            import sys, urllib.error, urllib.request
            request = urllib.request.Request(sys.argv[1])
            for argument in sys.argv[2:]:
                name, colon, value = argument.partition(': ')
                if colon and name.startswith('X-'):
                    request.add_header(name, value)
            try:
                urllib.request.urlopen(request, timeout=5).read()
            except urllib.error.HTTPError:
                pass
            """;

    private static final String CALLS = """
            I=http://169.254.169.254/latest
            curl() { command curl -q -s -m 5 -o /dev/null "$@"; }
            for n in 1 2 3; do
                token=$(command curl -q -sf -m 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' $I/api/token)
                printf '%s\\n' "$token" >>tokens
                curl -H "X-aws-ec2-metadata-token: $token" $I/meta-data/iam/security-credentials/demo-role
                python3 call.py $I/meta-data/ami-id "X-aws-ec2-metadata-token: $token"
                sh -c "curl -q -s -m 5 -o /dev/null -H 'X-aws-ec2-metadata-token: $token' $I/meta-data/hostname; true"
                curl "$I/meta-data/iam/security-credentials/demo-role?X-aws-ec2-metadata-token=$token"
                curl "$I/meta-data/$token"
                curl -A "agent $token" $I/meta-data/instance-id
            done
            curl -H "X-aws-ec2-metadata-token: ${MARK}1" $I/meta-data/instance-id
            curl $I/meta-data/iam/security-credentials/demo-role
            env AWS_SECRET_ACCESS_KEY=${MARK}2 python3 call.py $I/meta-data/instance-id
            python3 call.py $I/meta-data/instance-id --password ${MARK}3
            python3 call.py $I/meta-data/instance-id --client-secret=${MARK}4 DB_PASS=${MARK}5
            python3 call.py $I/meta-data/instance-id https://user:${MARK}6@example.com/
            python3 call.py "$I/meta-data/instance-id?password=${MARK}7"
            python3 call.py $I/meta-data/instance-id '{"password": "'${MARK}8'", "a": 1}'
            sh -c "PASSWORD=${MARK}9; python3 call.py $I/meta-data/instance-id; true"
            curl -u me:${MARK}10 -H "Authorization: Bearer ${MARK}11" -b "session=${MARK}12" $I/meta-data/instance-id
            curl -H "Cookie: a=${MARK}13" -d "secret=${MARK}14" -X PUT $I/meta-data/instance-id
            printf '%s\\n' "curl -q -s -m 5 -o /dev/null -H 'X-Api-Key: ${MARK}15' $I/meta-data/instance-id" 'sleep 0.2' >job.sh
            sh job.sh
            """;

    /** From a file: the command line of a shell that was given the text of a script is a caller's, too. */
    private static final String RUN = ". ./calls.sh\n";

    private static final String AGENT = """
            mkdir -p searched/state searched/tmp
            "$PROGRAM" agent --config /dev/null --log callers --format $FORMAT --log-every 1m --events auto --feed searched/feed/ --emf searched/emf \\
                --state-dir searched/state >searched/out 2>searched/err &
            agent=$!
            n=0; until grep -q 'health are at' searched/err; do n=$((n+1)); [ $n -lt 1200 ] || { cat searched/err; exit 97; }; sleep 0.05; done
            """;

    private static final String END = """
            kill $agent
            wait $agent || true
            agent=
            "$PROGRAM" audit --config /dev/null --from-ledger --state-dir searched/state --json searched/audit.json --html searched/audit.html \\
                >searched/audit.txt 2>searched/audit.err || true
            """;

    @TempDir
    Path directory;

    private AgentScript machine;

    @BeforeEach
    void lay() throws IOException {
        AgentScript.needsRoot();
        machine = new AgentScript(directory);
        Files.writeString(directory.resolve("call.py"), CALLER);
        Files.writeString(directory.resolve("calls.sh"), "MARK=" + MARK + "\n" + CALLS);
    }

    @Test
    void noSecretIsInAnythingThatTheAgentAndTheAuditOfItsLedgerWrite() throws Exception {
        for (String format : List.of("text", "json")) {
            String script = "FORMAT=" + format + "\nrm -rf searched\n" + AGENT + RUN + """
                    sleep 0.5
                    kill -USR1 $agent
                    command curl -q -s -m 10 http://127.0.0.1:16925/metrics >searched/metrics
                    command curl -q -s -m 10 -H 'Accept: application/openmetrics-text' http://127.0.0.1:16925/metrics >searched/openmetrics
                    command curl -q -s -m 10 http://127.0.0.1:16925/healthz >searched/healthz
                    """ + END;
            assertEquals(0, machine.withService(script), machine.everything());
            assertNothingIn(directory.resolve("searched"), secrets());
            assertTrue(
                    machine.read("searched/audit.json").contains("[redacted]"),
                    "nothing was redacted: the test has planted nothing");
        }
    }

    @Test
    void noSecretIsInWhatAgentAuditAndReplayPrint() throws Exception {
        String script = """
                mkdir searched
                for format in text json; do
                    "$PROGRAM" agent --config /dev/null --no-ledger --listen none --for 60s --format $format >searched/agent.$format 2>searched/agent-err.$format &
                    agent="$agent $!"
                done
                "$PROGRAM" audit --config /dev/null --for 60s --json searched/audit.json --html searched/audit.html >searched/audit.txt 2>searched/audit.err &
                agent="$agent $!"
                for err in agent-err.text agent-err.json audit.err; do
                    n=0; until grep -q watching searched/$err; do n=$((n+1)); [ $n -lt 600 ] || { cat searched/*err*; exit 97; }; sleep 0.05; done
                done
                """ + RUN + """
                sleep 0.5
                kill -INT $agent 2>/dev/null || kill $agent
                wait $agent || true
                agent=
                """;
        assertEquals(0, machine.withService(script), machine.everything());
        assertNothingIn(directory.resolve("searched"), secrets());
        assertTrue(machine.read("searched/agent.json").contains("[redacted]"), machine.everything());
        assertTrue(machine.read("searched/audit.txt").contains("VERDICT: blocked"), machine.everything());
    }

    /**
     * The heap, as the virtual machine writes it down after a full collection: what is held, and not merely not yet overwritten. The dump is made by the
     * tool of the JDK that runs this test; the runtime in the tree has none.
     */
    @Test
    void noSecretIsHeldInTheAgentsMemoryOnceItsCallsAreOver() throws Exception {
        String script = "FORMAT=json\nJCMD=" + Path.of(System.getProperty("java.home"), "bin", "jcmd") + "\n" + AGENT
                + RUN + """
                sleep 1
                "$JCMD" $agent GC.heap_dump "$PWD/live.hprof" >jcmd.log
                "$JCMD" $agent GC.heap_dump -all "$PWD/all.hprof" >>jcmd.log
                """ + END;
        assertEquals(0, machine.withService(script), machine.everything());
        Path live = directory.resolve("live.hprof");
        assertEquals(
                1, found(directory, live, List.of("/latest/meta-data/hostname")).size(), "this heap had no calls");
        assertEquals(List.of(), found(directory, live, secrets()), machine.read("jcmd.log"));
        int left = found(directory, directory.resolve("all.hprof"), secrets()).size();
        System.out.println("secrets in the heap before a collection, not yet overwritten: " + left + " of "
                + secrets().size() + "; held: 0");
    }

    /** Session tokens as the service gave them out, what its answers hold, and what was planted. */
    private List<String> secrets() throws IOException {
        List<String> out = new ArrayList<>(ANSWERS);
        out.add(MARK);
        for (String token : machine.read("tokens").lines().toList()) {
            assertTrue(token.length() > 40, "no token: " + token);
            out.add(token.substring(0, 40)); // also where it was cut
        }
        assertTrue(out.size() > ANSWERS.size() + 2, "no tokens were given out");
        return out;
    }

    private static void assertNothingIn(Path folder, List<String> secrets) throws IOException {
        List<String> found = new ArrayList<>();
        List<Path> searched;
        try (Stream<Path> files = Files.walk(folder)) {
            searched = files.filter(Files::isRegularFile).toList();
        }
        assertTrue(searched.size() > 3, "nothing was searched");
        for (Path file : searched) {
            found.addAll(found(folder, file, secrets));
        }
        assertEquals(List.of(), found);
    }

    /** Where a file has one of the secrets, with what stands before it. */
    private static List<String> found(Path folder, Path file, List<String> secrets) throws IOException {
        List<String> found = new ArrayList<>();
        String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
        for (String secret : secrets) {
            int at = bytes.indexOf(secret);
            if (at >= 0) {
                found.add(folder.relativize(file) + ": …"
                        + bytes.substring(Math.max(0, at - 120), Math.min(bytes.length(), at + 40)));
            }
        }
        return found;
    }
}
