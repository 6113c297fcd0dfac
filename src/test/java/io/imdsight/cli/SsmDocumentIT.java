package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script within {@code packaging/ssm/imdsight-audit.yaml}, as Systems Manager runs it: parameters in the environment, as root. For the AWS CLI stands a
 * script that takes folders for buckets; the audit, the service's network and its callers are the real ones.
 */
@Timeout(180)
class SsmDocumentIT {
    private static final Path DOCUMENT = Path.of("packaging/ssm/imdsight-audit.yaml");

    /** How far the script stands in, in the document. */
    private static final String INDENT = " ".repeat(10);

    /** {@code aws s3 cp [--option…] FROM TO}: one of the two is a bucket, which is a folder here. */
    private static final String AWS = """
            #!/bin/sh
            [ "$1 $2" = "s3 cp" ] || exit 64
            while [ $# -gt 2 ]; do from=$1; shift; [ "$from" != --content-type ] || shift; done
            place() { case $1 in s3://*) printf '%s/buckets/%s' "$PWD" "${1#s3://}" ;; *) printf '%s' "$1" ;; esac; }
            to=$(place "$2")
            mkdir -p "${to%/*}" && cp "$(place "$1")" "$to"
            """;

    private static final String PARAMETERS = """
            mkdir -p buckets/b/packages made/imdsight-0
            cp -a "$TREE"/. made/imdsight-0/
            tar -czf "buckets/b/packages/imdsight-$(uname -m).tar.gz" -C made imdsight-0
            rm -rf made
            PATH=$PWD/bin:$PATH
            export PATH
            export SSM_Package='s3://b/packages/imdsight-{arch}.tar.gz' SSM_Verdicts=s3://b/audits SSM_For=4s SSM_InstallLibpcap=no SSM_Sha256=
            """;

    @TempDir
    Path directory;

    private AgentScript machine;

    @BeforeEach
    void lay() throws IOException {
        AgentScript.needsRoot();
        machine = new AgentScript(directory);
        Path aws = Files.createDirectories(directory.resolve("bin")).resolve("aws");
        Files.writeString(aws, AWS);
        assertTrue(aws.toFile().setExecutable(true), "cannot make " + aws + " executable");
        Files.writeString(directory.resolve("document.sh"), script());
    }

    private static String script() throws IOException {
        List<String> lines = Files.readAllLines(DOCUMENT);
        int first = lines.indexOf("        - |") + 1;
        assertTrue(first > 0, "no script in " + DOCUMENT);
        return lines.subList(first, lines.size()).stream()
                .map(line -> line.isEmpty() ? line : line.substring(INDENT.length()))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    @Test
    void theVerdictIsInTheBucketAndNothingIsLeftOnTheMachine() throws Exception {
        int status = machine.withService(PARAMETERS + """
                ls -d /var/tmp/imdsight-audit.* >before 2>/dev/null || true
                sh document.sh >out 2>err &
                document=$!
                n=0; until grep -q watching err; do n=$((n+1)); [ $n -lt 1200 ] || { cat out err; exit 97; }; sleep 0.05; done
                curl -q -sf -m 5 -o /dev/null http://169.254.169.254/latest/meta-data/instance-id
                status=0; wait $document || status=$?
                cat out err
                ls -d /var/tmp/imdsight-audit.* >after 2>/dev/null || true
                cat buckets/b/audits/*/*.json >verdict
                exit $status
                """);
        assertEquals(0, status, machine.everything());
        String verdict = machine.read("verdict");
        assertTrue(verdict.contains("\"verdict\":\"blocked\"") && verdict.contains("curl"), verdict);
        assertTrue(machine.read("out").contains("VERDICT: blocked"), machine.everything());
        assertTrue(machine.read("out").contains("verdict written to s3://b/audits/"), machine.everything());
        assertEquals(machine.read("before"), machine.read("after"), "left behind");
    }

    @Test
    void aTarballThatIsNotTheOneThatWasNamedIsNotRun() throws Exception {
        int status = machine.bare(PARAMETERS + """
                export SSM_Sha256=0000000000000000000000000000000000000000000000000000000000000000
                sh document.sh >out 2>err || exit $?
                """);
        assertEquals(1, status, machine.everything());
        assertTrue(machine.read("err").contains("none of those given"), machine.everything());
        assertFalse(Files.exists(directory.resolve("buckets/b/audits")), "a verdict without an audit");
    }

    @Test
    void anOldSsmAgentThatPassesNoParametersIsToldSo() throws Exception {
        assertEquals(1, machine.bare("sh document.sh >out 2>err || exit $?\n"), machine.everything());
        assertTrue(machine.read("err").contains("3.3.2746.0"), machine.everything());
    }
}
