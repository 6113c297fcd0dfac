package io.imdsight.publish.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.StandInService;
import io.imdsight.record.AgentRun;
import io.imdsight.record.LedgerReader;
import io.imdsight.record.Tally;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The assembled agent, killed at random moments while calls go on, from packets over its ledger to CloudWatch's stand-in. Each call is made by a script of
 * its own name, so that the ledger counts it apart.
 */
@Timeout(900)
class KillsIT {
    /** Calls made, and how often the agent is killed meanwhile; the figures by default. */
    private static final int CALLS = Integer.getInteger("imdsight.calls", 1000);

    private static final int KILLS = Integer.getInteger("imdsight.kills", 20);

    /** A second run draws other moments. */
    private static final Random MOMENTS = new Random(Long.getLong("imdsight.seed", System.nanoTime()));

    private static final int PAUSE_MILLIS_MAX = 10_000;
    private static final Pattern CALLER = Pattern.compile("\"title\":\"(bash call-\\d+)\"");

    private static final String CALLING = """
            i=1
            while [ $i -le $CALLS ]; do
                cat >call-$i <<'SCRIPT'
            exec 3<>/dev/tcp/169.254.169.254/80
            printf 'GET /latest/meta-data/%s HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n' mac >&3
            timeout 5 cat <&3 >/dev/null
            SCRIPT
                bash call-$i || exit 96
                i=$((i+1))
                sleep 0.1
            done
            """;

    @TempDir
    Path directory;

    private AssembledProgram program;

    /** What the last put before each kill brought of MetadataNoToken: it may count twice, if its answer was not written down any more. */
    private double doubtful;

    @Test
    void aThousandCallsAndTwentyKillsAreInCloudWatchAsInTheLedger() throws Exception {
        InPrivateNetwork.runServed(880, (network, service) -> {
            try (CloudWatchStandIn cloudWatch = new CloudWatchStandIn(System::currentTimeMillis)) {
                chain(service, cloudWatch);
            }
        });
    }

    private void chain(StandInService service, CloudWatchStandIn cloudWatch) throws Exception {
        program = new AssembledProgram(directory);
        Process agent = agent(0, cloudWatch);
        ProcessBuilder calling = new ProcessBuilder("bash", "-c", CALLING).directory(directory.toFile());
        calling.environment().put("CALLS", Integer.toString(CALLS));
        Process calls = calling.redirectErrorStream(true)
                .redirectOutput(directory.resolve("calls").toFile())
                .start();
        int puts = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            Thread.sleep(MOMENTS.nextInt(PAUSE_MILLIS_MAX));
            agent.destroyForcibly();
            assertTrue(agent.waitFor(10, TimeUnit.SECONDS));
            List<Double> sums = cloudWatch.putSums("MetadataNoToken", Map.of());
            if (sums.size() > puts) {
                doubtful += sums.getLast();
                puts = sums.size();
            }
            agent = agent(kill, cloudWatch);
        }
        assertEquals(0, calls.waitFor(), program.read("calls"));
        Thread.sleep(1000);
        agent.destroy();
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "the agent does not end");
        assertEquals(
                CALLS,
                service.requests().stream()
                        .filter(r -> r.target().endsWith("/mac"))
                        .count());
        compare(cloudWatch);
    }

    private void compare(CloudWatchStandIn cloudWatch) throws Exception {
        Map<String, Long> callers = new TreeMap<>();
        Map<Long, Long> minutes = new TreeMap<>();
        long killed;
        try (LedgerReader reader = LedgerReader.open(program.state())) {
            for (Tally t : reader.tallies(0, Long.MAX_VALUE)) {
                if (t.key().classification().countsAsNoToken()) {
                    String title = t.key().caller().title();
                    callers.merge(title == null ? "?" : title, t.count(), Long::sum);
                    minutes.merge(t.key().minute(), t.count(), Long::sum);
                }
            }
            killed = reader.runs(0, Long.MAX_VALUE).stream()
                    .map(AgentRun::end)
                    .filter("killed"::equals)
                    .count();
        }
        Map<String, Integer> printed = new TreeMap<>();
        for (int run = 0; run <= KILLS; run++) {
            Matcher m = CALLER.matcher(program.read("run-" + run));
            while (m.find()) {
                printed.merge(m.group(1), 1, Integer::sum);
            }
        }
        double ledger = minutes.values().stream().mapToLong(l -> l).sum();
        double arrived = cloudWatch.sum("MetadataNoToken", Map.of());
        System.out.printf(
                "of %d calls, agent killed %d times: printed %d, in the ledger %.0f, in CloudWatch %.0f by %d puts; in puts cut off by a kill, at most %.0f%n",
                CALLS,
                killed,
                printed.size(),
                ledger,
                arrived,
                cloudWatch.requests().size(),
                doubtful);
        assertEquals(KILLS, killed);
        assertTrue(printed.size() > CALLS / 2, "too little was captured to say anything: " + printed.size());
        printed.forEach((caller, times) -> {
            assertEquals(1, times, caller + " was printed more than once");
            assertEquals(1L, callers.get(caller), caller + " was printed; counted: " + callers);
        });
        callers.forEach((caller, count) ->
                assertTrue(caller.equals("?") || count == 1, caller + " was counted " + count + " times"));
        assertTrue(ledger <= CALLS, "more counted than called");
        Map<String, String> instance = Map.of("InstanceId", "i-0123456789abcdef0");
        minutes.forEach((minute, count) -> {
            double there = cloudWatch.sum(new StandInRules.Key("imdsight", "MetadataNoToken", instance, minute));
            assertTrue(
                    there >= count, "minute " + minute + ": " + count + " in the ledger, " + there + " in CloudWatch");
        });
        assertTrue(arrived <= ledger + doubtful, arrived + " in CloudWatch, " + ledger + " in the ledger, " + doubtful);
        assertEquals(arrived, cloudWatch.sum("MetadataNoToken", instance));
        assertEquals(List.of(), cloudWatch.complaints());
    }

    private Process agent(int run, CloudWatchStandIn cloudWatch) throws Exception {
        return program.agent(
                "run-" + run,
                "--ledger-callers-max",
                "5000",
                "--cloudwatch",
                "--cloudwatch-endpoint",
                cloudWatch.endpoint(),
                "--cloudwatch-interval",
                "1m");
    }
}
