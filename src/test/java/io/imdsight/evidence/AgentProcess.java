package io.imdsight.evidence;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The assembled agent. */
final class AgentProcess implements Subject {
    private static final long START_SECONDS_MAX = 20;
    private static final long END_SECONDS_MAX = 20;
    private static final int UNNAMED_SHOWN = 10;
    private static final Pattern NUMBER = Pattern.compile("\"url\":\\{\"path\":\"/n/(\\d+)\"");
    private static final Pattern PID = Pattern.compile("\"process\":\\{\"pid\":(\\d+)");
    private static final Pattern ARGS = Pattern.compile("\"command_args\":\\[([^\\]]*)\\]");
    private static final Pattern NAMING =
            Pattern.compile("\"naming_micros\":\\{\"p50\":(\\d+),\"p99\":(\\d+),\"max\":(\\d+)\\}");
    private static final Pattern REASON = Pattern.compile("\"evidence\":(\\{[^}]*\\})");
    private static final Pattern DROPS = Pattern.compile("\"drops\":(\\{[^}]*\\})");

    private final Process process;
    private final Path out;
    private final Path err;
    private final long startNanos;
    private long capturesNanos;
    private String lastWords = "";
    private final List<String> unnamed = new ArrayList<>();

    private AgentProcess(Path directory, String networkInterface) throws IOException {
        Path temporary = Files.createDirectories(directory.resolve("tmp"));
        out = Files.createTempFile(directory, "agent", ".json");
        err = Files.createTempFile(directory, "agent", ".err");
        startNanos = System.nanoTime();
        List<String> command = new ArrayList<>(
                List.of(System.getProperty("imdsight.agent.before", "").split(" ")));
        command.removeIf(String::isEmpty);
        command.addAll(List.of(
                System.getProperty("imdsight.tree") + "/bin/imdsight",
                "agent",
                "--config",
                "/dev/null",
                "--state-dir",
                directory.resolve("state").toString(),
                "--interface",
                networkInterface,
                "--format",
                "json"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        String options = System.getProperty("imdsight.agent.options", "");
        builder.environment().put("IMDSIGHT_JAVA_OPTIONS", "-Djava.io.tmpdir=" + temporary + " " + options);
        process = builder.start();
    }

    /** Starts it in the calling thread's network namespace and waits until it captures. */
    static AgentProcess start(Path directory, String networkInterface) throws IOException, InterruptedException {
        AgentProcess agent = new AgentProcess(directory, networkInterface);
        while (!agent.said().contains("capturing")) {
            if (!agent.process.isAlive() || agent.ageNanos() > TimeUnit.SECONDS.toNanos(START_SECONDS_MAX)) {
                agent.close();
                throw new IOException("the agent does not capture: " + agent.said());
            }
            Thread.sleep(1);
        }
        agent.capturesNanos = agent.ageNanos();
        return agent;
    }

    private String said() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8);
    }

    /** From its start until it captured; a line that it says is noticed within a millisecond or two. */
    long capturesNanos() {
        return capturesNanos;
    }

    /** Nanoseconds since it was started. */
    long ageNanos() {
        return System.nanoTime() - startNanos;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public int dealtWith() throws IOException {
        try (Stream<String> lines = Files.lines(out, StandardCharsets.UTF_8)) {
            return (int) lines.count();
        } catch (UncheckedIOException e) {
            return 0; // in the middle of a character
        }
    }

    @Override
    public List<Named> end(Truth truth) throws Exception {
        process.destroy();
        if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("the agent does not end in order: " + said());
        }
        lastWords = said();
        List<Named> named = new ArrayList<>();
        try (Stream<String> lines = Files.lines(out, StandardCharsets.UTF_8)) {
            lines.forEach(line -> named.add(named(line, truth)));
        }
        Files.delete(out);
        Files.delete(err);
        return named;
    }

    private Named named(String line, Truth truth) {
        String own = line.replaceAll("\"parents\":.*", "");
        String number = group(NUMBER, own, 1);
        String pid = group(PID, own, 1);
        String arguments = group(ARGS, own, 1);
        int n = number == null ? -1 : Integer.parseInt(number);
        if (pid == null && unnamed.size() < UNNAMED_SHOWN) {
            unnamed.add(n + " " + group(REASON, line, 1));
        }
        Boolean right = arguments == null ? null : (Boolean) arguments.equals(truth.argumentsJson(n));
        return new Named(n, pid == null ? -1 : Long.parseLong(pid), right);
    }

    private static String group(Pattern pattern, CharSequence text, int group) {
        Matcher m = pattern.matcher(text);
        return m.find() ? m.group(group) : null;
    }

    /** Of the agent's own count: from the kernel's time of the connect, just before its SYN, to its caller being known. */
    @Override
    public long latencyMicros(int perMille) {
        String value = group(NAMING, lastWords, perMille == 500 ? 1 : perMille == 990 ? 2 : 3);
        return value == null ? -1 : Long.parseLong(value);
    }

    @Override
    public String remarks() {
        return "drops " + group(DROPS, lastWords, 1) + (unnamed.isEmpty() ? "" : "; unnamed " + unnamed);
    }

    /** Kills it as the kernel would; nothing is left to it to tidy up. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** Ends it, in order or not, and waits for that. */
    void end(boolean inOrder) throws IOException, InterruptedException {
        if (inOrder) {
            process.destroy();
        } else {
            process.destroyForcibly();
        }
        if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS) || inOrder && process.exitValue() != 0) {
            throw new IOException("the agent does not end in order: " + said());
        }
        Files.delete(out);
        Files.delete(err);
    }
}
