package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.PrivateNetwork;
import io.imdsight.demo.StandInRequest;
import io.imdsight.demo.StandInService;
import io.imdsight.model.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled agent, reconcile and doctor in a private network: what the service itself answered is what "AWS" counts. Identity and credentials come
 * from the stand-in service, by the real SDK.
 */
@Timeout(400)
class ReconcileIT {
    private static final String INSTANCE = "i-0123456789abcdef0";
    private static final String OTHER = "i-0fedcba9876543210";
    private static final String PATH = "{\"path\":\"/latest/meta-data/";
    private static final long MINUTE_NANOS = 60_000_000_000L;

    @TempDir
    Path directory;

    private AssembledProgram program;
    private StandInService service;
    private CloudWatchStandIn cloudWatch;

    private interface Work {
        void run() throws Exception;
    }

    private void inPrivateNetwork(Work work) throws Exception {
        InPrivateNetwork.runServed(390, (network, s) -> {
            try (CloudWatchStandIn c = new CloudWatchStandIn(System::currentTimeMillis)) {
                program = new AssembledProgram(directory);
                service = s;
                cloudWatch = c;
                work.run();
            }
        });
    }

    @Test
    void whatTheServiceAnsweredWhileTheAgentWasKilledIsExplainedAndWhatNobodyKnowsIsNot() throws Exception {
        inPrivateNetwork(() -> {
            long begin = minute();
            Process first = program.agent("first", "--listen", "none");
            curl("meta-data/mac", 5);
            program.await("first", PATH + "mac\"}", 5);
            first.destroyForcibly().waitFor();
            curl("meta-data/mac", 4);
            Process second = program.agent("second", "--listen", "none");
            try {
                curl("meta-data/mac", 3);
                curl("meta-data/no-such-thing", 2);
                program.await("second", PATH + "mac\"}", 3);
                program.await("second", PATH + "no-such-thing\"}", 2);
                waitForMinute(minute() + 1);
                long watched = minute();
                fragment();
                waitForMinute(watched + 1);
                awsCounts(begin);
                cloudWatch.aws().count(INSTANCE, "MetadataNoToken", watched, 1);
                int status = reconcile("explained", "--format", "json");
                String out = program.read("explained");
                assertEquals(0, status, out + program.read("explained.err"));
                assertTrue(out.contains("\"conclusion\":\"explained\""), out);
                assertTrue(out.contains("\"instance_id\":\"" + INSTANCE), out);
                assertTrue(out.contains("\"metadata_no_token\":{\"aws\":15,\"imdsight\":8,"), out);
                assertTrue(out.contains("\"reason\":\"agent-down\"") && out.contains("(killed)"), out);
                String dropped = "\"reason\":\"dropped\",\"calls\":1,\"text\":\"dropped at ip-fragment: 1\"";
                assertTrue(out.contains(dropped), out);
                // fewer by AWS is what nothing explains, whatever else this machine's kernel sees meanwhile
                for (long m = begin - 10; m < minute(); m++) {
                    cloudWatch.aws().count(OTHER, "MetadataNoToken", m, 0);
                }
                assertEquals(1, reconcile("unexplained", "--instance-id", OTHER), program.read("unexplained"));
                assertTrue(
                        program.read("unexplained").contains(" that only imdsight has"), program.read("unexplained"));
                cloudWatch.become(CloudWatchStandIn.Mood.FORBIDDING);
                assertEquals(77, reconcile("forbidden"));
                assertTrue(
                        program.read("forbidden.err").contains("allow cloudwatch:GetMetricData"),
                        program.read("forbidden.err"));
            } finally {
                second.destroy();
                assertTrue(second.waitFor(20, TimeUnit.SECONDS));
            }
            assertEquals(List.of(), cloudWatch.complaints());
            assertEquals(14, version1(), "version 1 calls are curl's and nobody else's");
        });
    }

    @Test
    void doctorAsksTheNetworkOnlyWhenToldAndItsDryPutLeavesNothingBehind() throws Exception {
        inPrivateNetwork(() -> {
            doctor("offline");
            assertEquals(List.of(), service.requests(), "no packet without --online");
            assertEquals(0, cloudWatch.connections());
            assertTrue(
                    program.read("offline").contains("at most 14 metrics, 7 of this machine"), program.read("offline"));

            doctor("online", "--online");
            String out = program.read("online");
            assertTrue(
                    out.contains("ok       identity       " + INSTANCE + ", eu-central-1"),
                    out + program.read("online.err"));
            assertTrue(out.contains("ok       cloudwatch-put CloudWatch took the signature"), out);
            assertTrue(out.contains("ok       cloudwatch-read"), out);
            assertEquals(0, cloudWatch.size(), "the dry put left no point");

            doctor("put", "--online", "--cloudwatch-put");
            assertTrue(program.read("put").contains("CloudWatch took a point of DoctorTest"), program.read("put"));
            assertEquals(1, cloudWatch.size());

            cloudWatch.become(CloudWatchStandIn.Mood.FORBIDDING);
            doctor("forbidden", "--online");
            assertTrue(program.read("forbidden").contains("missing  cloudwatch-read"), program.read("forbidden"));
            assertTrue(
                    program.read("forbidden").contains("ok       cloudwatch-put CloudWatch took the signature"),
                    "a service that looks at the date first shows no lack of permission, and the finding says so");
            doctor("put-forbidden", "--online", "--cloudwatch-put");
            assertTrue(
                    program.read("put-forbidden").contains("missing  cloudwatch-put"), program.read("put-forbidden"));
            assertTrue(
                    program.read("put-forbidden").contains("allow cloudwatch:PutMetricData"),
                    program.read("put-forbidden"));
            assertEquals(1, cloudWatch.size());
            assertEquals(0, version1());
        });
    }

    /** A call in fragments, of which the capture can make nothing. */
    private void fragment() throws Exception {
        Process python = new ProcessBuilder("python3", "-c", """
                        import socket, struct, sys
                        s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
                        tcp = struct.pack("!HHIIBBHHH", 40000, 80, 1, 0, 0x50, 2, 1024, 0, 0) + b"x" * 4
                        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 7, 0x2000, 64, 6, 0,
                                         socket.inet_aton(sys.argv[1]), socket.inet_aton("169.254.169.254"))
                        s.sendto(ip + tcp, ("169.254.169.254", 0))
                        """, PrivateNetwork.MACHINE_V4.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("python").toFile())
                .start();
        assertEquals(0, python.waitFor(), program.read("python"));
    }

    /** As AWS would: every answered call without a token, a failed one too, and a zero for each other minute. */
    private void awsCounts(long begin) {
        for (long m = begin - 10; m < minute(); m++) {
            cloudWatch.aws().count(INSTANCE, "MetadataNoToken", m, 0);
        }
        for (StandInRequest r : service.requests()) {
            if (r.version() == Version.V1) {
                cloudWatch.aws().count(INSTANCE, "MetadataNoToken", r.timestampNanos() / MINUTE_NANOS, 1);
            }
        }
    }

    private long version1() {
        return service.requests().stream()
                .filter(r -> r.version() == Version.V1)
                .count();
    }

    private static long minute() {
        return System.currentTimeMillis() / 60_000;
    }

    private static void waitForMinute(long minute) throws InterruptedException {
        while (minute() < minute) {
            Thread.sleep(200);
        }
        Thread.sleep(12_000); // how well a minute was watched is written every ten seconds
    }

    private int reconcile(String name, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("reconcile", "--since", "8m", "--settle", "0s", "--all"));
        arguments.addAll(List.of(more));
        return run(name, arguments);
    }

    private int doctor(String name, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("doctor", "--cloudwatch"));
        arguments.addAll(List.of("--interface", PrivateNetwork.MACHINE_INTERFACE));
        arguments.addAll(List.of(more));
        return run(name, arguments);
    }

    private int run(String name, List<String> arguments) throws Exception {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of("--cloudwatch-endpoint", cloudWatch.endpoint()));
        Process p = program.start(name, all);
        assertTrue(p.waitFor(120, TimeUnit.SECONDS), name + " does not end");
        return p.exitValue();
    }

    private static void curl(String path, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            Process curl = new ProcessBuilder(
                            "curl", "-q", "-s", "-m", "10", "--noproxy", "*", "http://169.254.169.254/latest/" + path)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            assertEquals(0, curl.waitFor());
        }
    }
}
