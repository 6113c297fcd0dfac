package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.StandInService;
import io.imdsight.model.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The assembled agent from packets to CloudWatch's stand-in, killed once on the way; identity and credentials from the stand-in service. */
@Timeout(200)
class AgentPublishesIT {
    private static final int CALLS = 25;

    @TempDir
    Path directory;

    private AssembledProgram program;

    @Test
    void whatWasSeenBeforeAKillAndAfterItIsInCloudWatchOnce() throws Exception {
        InPrivateNetwork.runServed(190, (network, service) -> {
            try (CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                chain(service, cloudWatch);
            }
        });
    }

    private void chain(StandInService service, CloudWatchStandIn cloudWatch) throws Exception {
        program = new AssembledProgram(directory);
        Process first = agent("first", cloudWatch);
        curls("first");
        program.await(
                "first",
                "{\"path\":\"/latest/meta-data/mac\"}",
                CALLS); // what is still in the kernel's ring dies with the agent
        first.destroyForcibly();
        assertTrue(first.waitFor(10, TimeUnit.SECONDS));
        Process second = agent("second", cloudWatch);
        curls("second");
        long startNanos = System.nanoTime();
        second.destroy();
        assertTrue(second.waitFor(20, TimeUnit.SECONDS), "the agent does not end");
        System.out.printf("ended and published within %d ms%n", (System.nanoTime() - startNanos) / 1_000_000);
        String said = program.read("second.err");
        Map<String, String> instance = Map.of("InstanceId", "i-0123456789abcdef0");
        assertEquals(2.0 * CALLS, cloudWatch.sum("MetadataNoToken", instance), said);
        assertEquals(2.0 * CALLS, cloudWatch.sum("MetadataNoToken", Map.of()));
        Map<String, String> group = Map.of("ImageId", "ami-0abcdef1234567890");
        assertEquals(2.0 * CALLS, cloudWatch.sum("MetadataNoToken", group));
        Map<String, String> caller = Map.of("InstanceId", "i-0123456789abcdef0", "Caller", "curl (mac.sh)");
        assertEquals(2.0 * CALLS, cloudWatch.sum("MetadataNoToken", caller));
        assertTrue(
                cloudWatch.sum("MetadataToken", instance) >= 4, "its own calls are counted as anybody's, as version 2");
        assertEquals(List.of(), cloudWatch.complaints());
        long version1 = service.requests().stream()
                .filter(r -> r.version() == Version.V1)
                .count();
        assertEquals(2 * CALLS, version1, "version 1 calls are curl's and nobody else's");
    }

    private Process agent(String name, CloudWatchStandIn cloudWatch) throws Exception {
        Process agent = program.agent(
                name,
                "--cloudwatch",
                "--cloudwatch-endpoint",
                cloudWatch.endpoint(),
                "--cloudwatch-dimension",
                "ImageId",
                "--cloudwatch-top-callers",
                "3");
        // its own identity request has been seen: it captures
        program.await(name, "instance-identity/document", 1);
        return agent;
    }

    /** The script stays until its calls are seen: on a slow machine its name could not be read otherwise. */
    private void curls(String name) throws Exception {
        Path script = directory.resolve("mac.sh");
        Path seen = directory.resolve(name + ".seen");
        Files.writeString(
                script,
                "for i in $(seq 1 $1); do curl -q -s -m 10 --noproxy '*' -o /dev/null http://169.254.169.254/latest/meta-data/mac || exit 1; done\n"
                        + "n=0; until [ -e \"$2\" ]; do n=$((n+1)); [ $n -lt 1000 ] || exit 2; sleep 0.05; done\n");
        Process curls = new ProcessBuilder("sh", script.toString(), Integer.toString(CALLS), seen.toString())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        program.await(name, "/latest/meta-data/mac\"", CALLS);
        Files.createFile(seen);
        assertEquals(0, curls.waitFor());
    }
}
