package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.PrivateNetwork;
import io.imdsight.demo.StandInOptions;
import io.imdsight.demo.StandInRequest;
import io.imdsight.demo.StandInService;
import io.imdsight.model.Version;
import io.imdsight.publish.identity.IdentitySource;
import io.imdsight.publish.identity.MachineIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * imdsight never makes a version 1 call itself: its identity and its putting process with the real SDK, beside the stand-in service in a private
 * network, in every mode of the service, with an environment and a profile that ask for version 1.
 */
@Timeout(300)
class NeverVersion1IT {
    private static final StandInOptions HOP_LIMITED =
            new StandInOptions(false, Set.of(PrivateNetwork.MACHINE_V4, PrivateNetwork.MACHINE_V6), 0);

    @TempDir
    Path directory;

    /** The environment that argues most for version 1. */
    private Map<String, String> hostile() throws Exception {
        Path profile = directory.resolve("config");
        Files.writeString(
                profile,
                "[default]\nec2_metadata_v1_disabled = false\ndefaults_mode = auto\ncredential_source = Ec2InstanceMetadata\n");
        return Map.of(
                "AWS_EC2_METADATA_V1_DISABLED", "false",
                "AWS_DEFAULTS_MODE", "auto",
                "AWS_CONFIG_FILE", profile.toString(),
                "AWS_SHARED_CREDENTIALS_FILE", directory.resolve("none").toString(),
                "JAVA_TOOL_OPTIONS", "-Daws.disableEc2MetadataV1=false");
    }

    /** The command with the environment put before it; a child begins in the namespace of the thread that starts it. */
    private static List<String> with(Map<String, String> environment, List<String> command) {
        List<String> out = new ArrayList<>(List.of("env", "-i"));
        environment.forEach((k, v) -> out.add(k + "=" + v));
        out.addAll(command);
        return out;
    }

    private PutOutcome put(CloudWatchStandIn cloudWatch) throws Exception {
        Target target = new Target("imdsight", "eu-central-1", cloudWatch.endpoint());
        try (PutProcess sink = new PutProcess(with(hostile(), PutProcess.command(null)), target)) {
            long minute = System.currentTimeMillis() / 60_000;
            return sink.put(List.of(new Point("MetadataNoToken", List.of(), minute, 3)));
        }
    }

    private MachineIdentity identity(PrivateNetwork network) {
        IdentitySource source =
                new IdentitySource(network.endpoints(), directory, "a-host", List.of(MachineIdentity.GROUP_TAG));
        MachineIdentity out = null;
        for (int i = 0; i < 3 && out == null; i++) {
            out = source.tryOnce();
        }
        return out;
    }

    private static void assertNoVersion1(StandInService service) {
        List<StandInRequest> wrong = service.requests().stream()
                .filter(r -> r.version() != Version.V2)
                .toList();
        assertEquals(List.of(), wrong);
        assertFalse(service.requests().isEmpty(), "nothing was asked, so nothing is shown");
    }

    private void servedWithTokens(StandInOptions options) throws Exception {
        InPrivateNetwork.run(280, network -> {
            try (StandInService service = StandInService.start(network, options);
                    CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                MachineIdentity identity = identity(network);
                assertEquals("i-0123456789abcdef0", identity.instanceId());
                assertEquals("eu-central-1", identity.region());
                assertEquals("123456789012", identity.accountId());
                assertEquals("ami-0abcdef1234567890", identity.imageId());
                assertEquals(Map.of(), identity.tags());
                assertEquals(PutOutcome.ACCEPTED, put(cloudWatch));
                assertEquals(3, cloudWatch.sum("MetadataNoToken", Map.of()));
                assertEquals(List.of(), cloudWatch.complaints());
                assertTrue(
                        service.requests().stream().anyMatch(r -> r.target().contains("iam/security-credentials/")),
                        "the credentials came from the service");
                assertNoVersion1(service);
            }
        });
    }

    @Test
    void whereTokensAreOptional() throws Exception {
        servedWithTokens(StandInOptions.OPTIONAL);
    }

    @Test
    void whereTokensAreRequired() throws Exception {
        servedWithTokens(StandInOptions.REQUIRED);
    }

    @Test
    void behindAHopLimitItGoesWithoutIdentityAndCredentialsRatherThanWithoutAToken() throws Exception {
        InPrivateNetwork.run(280, network -> {
            try (StandInService service = StandInService.start(network, HOP_LIMITED);
                    CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                MachineIdentity identity = identity(network);
                assertNull(identity.instanceId());
                assertEquals("a-host", identity.hostName());
                PutOutcome outcome = put(cloudWatch);
                assertEquals(PutOutcome.Kind.NOT_ALLOWED, outcome.kind(), outcome.reason());
                assertNoVersion1(service);
            }
        });
    }

    @Test
    void whereTheServiceIsAbsent() throws Exception {
        InPrivateNetwork.run(280, network -> {
            try (CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                assertEquals("a-host", identity(network).hostName());
                PutOutcome outcome = put(cloudWatch);
                assertEquals(PutOutcome.Kind.NOT_ALLOWED, outcome.kind(), outcome.reason());
                assertEquals(List.of(), cloudWatch.requests());
            }
        });
    }

    @Test
    void theSdkAsItComesDoesMakeVersion1CallsHereSoTheTestsAboveCanFail() throws Exception {
        InPrivateNetwork.run(280, network -> {
            try (StandInService service = StandInService.start(network, HOP_LIMITED);
                    CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                List<String> command = List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PlainSdk.class.getName(),
                        cloudWatch.endpoint());
                Map<String, String> environment = Map.of("AWS_CONFIG_FILE", "/dev/null");
                Process plain = new ProcessBuilder(with(environment, command))
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("plain").toFile())
                        .start();
                assertTrue(plain.waitFor(120, TimeUnit.SECONDS));
                assertTrue(
                        service.requests().stream().anyMatch(r -> r.version() == Version.V1),
                        () -> service.requests().toString());
            }
        });
    }
}
