package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.imdsight.demo.PrivateNetwork;
import io.imdsight.demo.StandInOptions;
import io.imdsight.demo.StandInService;
import io.imdsight.linux.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The assembled agent in a private network, beside the stand-in service and real clients. */
@Timeout(300)
class AgentIT {
    /** How many curls, one after the other and again twenty at a time; the figure by default. */
    private static final int CLIENTS = Integer.getInteger("imdsight.clients", 1000);

    private static final Pattern PATH = Pattern.compile("\"url\":\\{\"path\":\"([^\"]*)\"");
    private static final Pattern PID = Pattern.compile("\"process\":\\{\"pid\":(\\d+)");
    private static final Pattern ARGS = Pattern.compile("\"command_args\":\\[([^\\]]*)\\]");

    @TempDir
    Path directory;

    private record Expected(long pid, String arguments) {}

    private interface Work {
        void run(PrivateNetwork network) throws Exception;
    }

    /** Runs on a thread of its own in a fresh namespace, with the service up. */
    private static void inPrivateNetwork(Work work) throws Exception {
        assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0,
                "SKIPPED: needs root for network namespaces");
        long host = NetworkNamespace.inode(NetworkNamespace.OF_THREAD);
        Callable<Void> inside = () -> {
            NetworkNamespace.enterFresh();
            try (PrivateNetwork network = PrivateNetwork.open(host);
                    StandInService service = StandInService.start(network, StandInOptions.OPTIONAL)) {
                work.run(network);
                assertEquals(0, service.turnedAway());
            }
            return null;
        };
        FutureTask<Void> task = new FutureTask<>(inside);
        Thread thread = new Thread(task, "agent-it");
        thread.start();
        task.get(280, TimeUnit.SECONDS);
    }

    private Process agent(String... flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("imdsight.tree") + "/bin/imdsight", "agent"));
        command.addAll(List.of(flags));
        Process agent = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        BufferedReader said = agent.errorReader(StandardCharsets.UTF_8);
        StringBuilder before = new StringBuilder();
        String line;
        while ((line = said.readLine()) != null) {
            before.append(line).append('\n');
            if (line.contains("capturing")) {
                Thread rest = new Thread(() -> said.lines().forEach(l -> {}), "agent-stderr");
                rest.setDaemon(true);
                rest.start();
                return agent;
            }
        }
        throw new AssertionError("the agent does not capture: " + before);
    }

    private List<String> end(Process agent) throws Exception {
        agent.destroy();
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "the agent does not end");
        assertEquals(0, agent.exitValue());
        return Files.readAllLines(directory.resolve("out"), StandardCharsets.UTF_8);
    }

    private static Process curl(String path) throws IOException {
        return new ProcessBuilder(command(path))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> command(String path) {
        return List.of("curl", "-q", "-s", "-m", "10", "--noproxy", "*", "http://169.254.169.254" + path);
    }

    private static Expected expected(Process curl, String path) {
        return new Expected(curl.pid(), "\"" + String.join("\",\"", command(path)) + "\"");
    }

    @Test
    void aThousandCurlsOneByOneAndAThousandTwentyAtATimeAreAllNamedRight() throws Exception {
        inPrivateNetwork(network -> {
            Process agent = agent("--interface", PrivateNetwork.MACHINE_INTERFACE, "--format", "json");
            Map<String, Expected> expected = new HashMap<>();
            for (int i = 0; i < CLIENTS; i++) {
                String path = "/latest/meta-data/one/" + i;
                Process p = curl(path);
                expected.put(path, expected(p, path));
                assertEquals(0, p.waitFor());
            }
            for (int i = 0; i < CLIENTS; i += 20) {
                List<Process> running = new ArrayList<>();
                for (int k = 0; k < 20; k++) {
                    String path = "/latest/meta-data/twenty/" + (i + k);
                    Process p = curl(path);
                    expected.put(path, expected(p, path));
                    running.add(p);
                }
                for (Process p : running) {
                    assertEquals(0, p.waitFor());
                }
            }
            check(expected, end(agent));
        });
    }

    private static void check(Map<String, Expected> expected, List<String> lines) {
        List<String> wrong = new ArrayList<>();
        int probe = 0;
        Map<String, Expected> open = new HashMap<>(expected);
        for (String line : lines) {
            Expected e = open.remove(group(PATH, line));
            boolean right = e != null
                    && Long.toString(e.pid()).equals(group(PID, line))
                    && e.arguments().equals(group(ARGS, line));
            if (!right) {
                wrong.add(line);
            }
            probe += line.contains("\"connect-probe\"") ? 1 : 0;
        }
        System.out.printf(
                "named right: %d of %d, by the connect probe %d, wrong %d, not seen %d%n",
                lines.size() - wrong.size(), expected.size(), probe, wrong.size(), open.size());
        assertEquals(List.of(), wrong);
        assertEquals(Map.of(), open);
    }

    private static String group(Pattern pattern, String line) {
        Matcher m = pattern.matcher(line);
        return m.find() ? m.group(1) : null;
    }
}
