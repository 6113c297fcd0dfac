package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.imdsight.demo.InPrivateNetwork;
import io.imdsight.demo.PrivateNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
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

    private Process agent;

    @AfterEach
    void nothingIsLeft() {
        if (agent != null) {
            agent.destroyForcibly();
        }
    }

    private record Expected(long pid, String arguments) {}

    private static void inPrivateNetwork(InPrivateNetwork.Work work) throws Exception {
        InPrivateNetwork.runServed(280, (network, service) -> work.run(network));
    }

    private void start(String... flags) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("imdsight.tree") + "/bin/imdsight", "agent"));
        command.addAll(List.of(
                "--config",
                "/dev/null",
                "--state-dir",
                directory.resolve("state").toString()));
        command.addAll(List.of(flags));
        Path err = directory.resolve("err");
        agent = new ProcessBuilder(command)
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(err.toFile())
                .start();
        while (!Files.readString(err).contains("watching")) {
            assertTrue(agent.isAlive(), () -> "the agent does not watch: " + said());
            Thread.sleep(20);
        }
    }

    private String said() {
        try {
            return Files.readString(directory.resolve("err"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private List<String> end() throws Exception {
        agent.destroy();
        assertTrue(agent.waitFor(20, TimeUnit.SECONDS), "the agent does not end");
        assertEquals(0, agent.exitValue(), said());
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
    void aThousandCurlsOneByOneAndAThousandTwentyAtATimeAreNamedRight() throws Exception {
        inPrivateNetwork(network -> {
            start("--interface", PrivateNetwork.MACHINE_INTERFACE, "--format", "json");
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
            check(expected, end());
        });
    }

    /** Every pid is right; a command line is right or absent with the reason, never another's, and absent in less than one of a hundred. */
    private void check(Map<String, Expected> expected, List<String> lines) {
        List<String> wrong = new ArrayList<>();
        int unread = 0;
        Map<String, Expected> open = new HashMap<>(expected);
        for (String line : lines) {
            Expected e = open.remove(group(PATH, line));
            String arguments = group(ARGS, line.replaceAll("\"parents\":.*", ""));
            boolean rightPid = e != null && Long.toString(e.pid()).equals(group(PID, line));
            if (rightPid && arguments == null && line.contains("\"reason\":\"the process ended")) {
                unread++;
            } else if (!rightPid || !e.arguments().equals(arguments)) {
                wrong.add(line);
            }
        }
        System.out.printf(
                "of %d curls: right pid %d, right command line %d, command line not read in time %d, wrong %d, not seen %d%n",
                expected.size(),
                lines.size() - wrong.size(),
                lines.size() - wrong.size() - unread,
                unread,
                wrong.size(),
                open.size());
        assertEquals(List.of(), wrong, this::said);
        assertEquals(Map.of(), open, this::said);
        assertTrue(unread * 100 < expected.size(), unread + " command lines not read in time: " + said());
    }

    private static String group(Pattern pattern, String line) {
        Matcher m = pattern.matcher(line);
        return m.find() ? m.group(1) : null;
    }
}
