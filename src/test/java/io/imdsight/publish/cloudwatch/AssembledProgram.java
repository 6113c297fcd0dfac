package io.imdsight.publish.cloudwatch;

import io.imdsight.demo.PrivateNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts the program as it is assembled, in the network namespace of the caller. Each run has a name: its output is a file of that name, its messages one
 * with {@code .err} behind it, and all have one state directory.
 */
final class AssembledProgram {
    private static final int LOOKS_MAX = 1200;
    private static final int LOOK_MILLIS = 50;

    private final Path directory;

    /**
     * @param directory for output and state
     */
    AssembledProgram(Path directory) {
        this.directory = directory;
    }

    Path state() {
        return directory.resolve("state");
    }

    Process start(String name, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("imdsight.tree") + "/bin/imdsight"));
        command.addAll(arguments);
        command.addAll(List.of("--config", "/dev/null", "--state-dir", state().toString()));
        return new ProcessBuilder(command)
                .redirectOutput(directory.resolve(name).toFile())
                .redirectError(directory.resolve(name + ".err").toFile())
                .start();
    }

    /** An agent on the private network's interface that prints JSON, and watches. */
    Process agent(String name, String... more) throws Exception {
        List<String> arguments =
                new ArrayList<>(List.of("agent", "--interface", PrivateNetwork.MACHINE_INTERFACE, "--format", "json"));
        arguments.addAll(List.of(more));
        Process agent = start(name, arguments);
        await(name + ".err", "watching", 1);
        return agent;
    }

    /** Until a text is in a run's file so often. */
    void await(String file, String text, int times) throws Exception {
        for (int i = 0; i < LOOKS_MAX; i++) {
            if (count(read(file), text) >= times) {
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
        throw new AssertionError("no " + times + " times " + text + " in " + file + ": " + read(file)
                + (file.endsWith(".err") ? "" : read(file + ".err")));
    }

    private static int count(String in, String text) {
        int times = 0;
        for (int at = in.indexOf(text); at >= 0; at = in.indexOf(text, at + text.length())) {
            times++;
        }
        return times;
    }

    /** What a run has written; nothing where there is no such file. */
    String read(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path, StandardCharsets.UTF_8) : "";
    }
}
