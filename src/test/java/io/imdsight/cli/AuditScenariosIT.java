package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The audit before programs that others wrote. The build fetches the AWS SDK for Java and its libraries into {@code target/clients/java}; npm fetches
 * Google's library; cron is the distribution's. boto 2 can be had from none of these any more: a Python program makes its calls.
 */
@Timeout(300)
class AuditScenariosIT extends AuditMachine {
    private static final Path CLIENTS = Path.of("target/clients");
    private static final int NPM_SECONDS_MAX = 120;

    /** A real cron: its tables, its state and its lock are those of this test, for cron's own directories are hidden behind empty ones. */
    @Test
    void aJobOfCronIsNamedWithTheCallThatItMakes() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/cron")), "SKIPPED: no cron; apt-get install cron");
        int status = inNamespace(SAFE + ONE_MACHINE + AUDIT + """
                printf '%s\\n' '#!/bin/sh' 'curl -q -sf -m 5 -o /dev/null http://169.254.169.254/latest/meta-data/iam/security-credentials/demo-role' 'sleep 1' ": >'$PWD/called'" >rotate.sh
                chmod 755 . rotate.sh
                printf '%s\\n' "@reboot root $PWD/rotate.sh" >table
                cat >cron.sh <<'CRON'
                for d in /etc/cron.d /run /var/spool/cron; do mount -t tmpfs none $d; done
                mkdir -m 1730 /var/spool/cron/crontabs
                : >empty; mount --bind empty /etc/crontab
                cp table /etc/cron.d/rotate; chmod 644 /etc/cron.d/rotate
                exec /usr/sbin/cron -f
                CRON
                unshare --mount sh cron.sh >cron.log 2>&1 & cron=$!
                n=0; until [ -e called ]; do n=$((n+1)); [ $n -lt 600 ] || exit 93; sleep 0.1; done
                kill $cron
                """ + JUDGED);
        assertEquals(1, status, said() + read("cron.log"));
        says(
                "VERDICT: blocked",
                "would break 1 caller",
                "rotate.sh ← ",
                "cron",
                "1 gave CREDENTIALS",
                "rotate.sh, line 2",
                "TOKEN=$(curl -sf -X PUT");
        json("\"never-tried\":1", "\"id\":\"curl\"");
    }

    /** 1.11.600 is older than 1.11.678, the first that asks for a token. */
    @Test
    void anOldSdkForJavaIsToldItsVersionAndTheOneThatItNeeds() throws Exception {
        Path jars = CLIENTS.resolve("java").toAbsolutePath();
        assumeTrue(
                Files.exists(jars.resolve("aws-java-sdk-core-1.11.600.jar")),
                "SKIPPED: the SDK for Java was not fetched to " + jars + "; mvn verify does that");
        Files.writeString(directory.resolve("Fetch.java"), """
                import com.amazonaws.auth.InstanceProfileCredentialsProvider;
                class Fetch {
                    public static void main(String[] arguments) {
                        InstanceProfileCredentialsProvider provider = InstanceProfileCredentialsProvider.getInstance();
                        System.out.println(provider.getCredentials().getAWSAccessKeyId().isEmpty());
                    }
                }
                """);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertEquals(
                1,
                audit("CLASSPATH=$(find " + jars + " -name '*.jar' | tr '\\n' ':')\n" + java
                        + " -cp \"$CLASSPATH\" Fetch.java >fetch.log 2>&1 || { cat fetch.log; exit 91; }\n"),
                said() + read("fetch.log"));
        says(
                "VERDICT: blocked",
                "AWS SDK for Java 1 1.11.600",
                "gave CREDENTIALS",
                "has never asked for a token",
                "update to 1.11.678 or newer");
        json("\"verdict\":\"blocked\"", "\"id\":\"java-v1\"", "\"speaks_v2\":false", "\"never-tried\":");
        assertFalse(read("out").contains("hop-limit"), said());
    }

    /** The doubled slash is boto 2's: corpus capture boto2-identity. */
    @Test
    void aProgramThatCallsAsBoto2DoesIsToldToMove() throws Exception {
        assertEquals(1, audit("""
                python3 - <<'PYTHON'
                from urllib.request import Request, urlopen
                urlopen(Request("http://169.254.169.254/latest/dynamic/instance-identity//document"), timeout=5).read()
                PYTHON
                """), said());
        says(
                "VERDICT: blocked",
                "boto 2 (Python)",
                "has never asked for a token",
                "no version of boto 2 asks for a token: move the program to boto3");
        json("\"id\":\"boto2\"", "\"recognised_by\":", "\"speaks_v2\":false");
    }

    /** Google's own library, at the address that it asks by default. */
    @Test
    void theLibraryOfAnotherCloudProbesAndBlocksNothing() throws Exception {
        Path library = googleLibrary();
        assertEquals(0, audit("NODE_PATH=" + library.resolve("node_modules") + """
                 node -e 'require("gcp-metadata").isAvailable().then(a => console.log(a))' >gcp.log 2>&1 || { cat gcp.log; exit 92; }
                """), said() + read("gcp.log"));
        says("VERDICT: ready", "Probes for another cloud; no obstacle", "foreign");
        json("\"verdict\":\"ready\"", "\"metadata_no_token\":0", "\"standing\":\"foreign\"");
    }

    private Path googleLibrary() throws Exception {
        Path kept = CLIENTS.resolve("gcp").toAbsolutePath();
        if (Files.isDirectory(kept.resolve("node_modules/gcp-metadata"))) {
            return kept;
        }
        Files.createDirectories(kept);
        Process p;
        try {
            p = new ProcessBuilder(
                            "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "gcp-metadata@5.3.0")
                    .directory(kept.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("npm.log").toFile())
                    .start();
        } catch (java.io.IOException e) {
            assumeTrue(false, "SKIPPED: no npm to fetch Google's library with; apt-get install npm");
            throw e;
        }
        boolean ended = p.waitFor(NPM_SECONDS_MAX, TimeUnit.SECONDS);
        p.destroy();
        assumeTrue(ended && p.exitValue() == 0, "SKIPPED: npm could not fetch Google's library: " + read("npm.log"));
        return kept;
    }

    /** The kernel saw it connect; no interface of its namespace is captured. */
    @Test
    void aCallInANamespaceThatIsNotCapturedMakesSilenceInconclusive() throws Exception {
        assertEquals(2, audit("""
                unshare --net sh -c 'ip link set lo up; ip addr add 169.254.169.254/32 dev lo
                    python3 -m http.server -b 169.254.169.254 80 >/dev/null 2>&1 & server=$!
                    n=0; until curl -q -s -m 2 -o /dev/null http://169.254.169.254/; do n=$((n+1)); [ $n -lt 300 ] || exit 1; sleep 0.1; done
                    kill $server'
                """), said());
        says("VERDICT: inconclusive", "made in a network namespace whose interfaces are not captured");
        json("\"verdict\":\"inconclusive\"", "\"code\":\"kernel-only\"", "\"other-namespace\":");
    }
}
