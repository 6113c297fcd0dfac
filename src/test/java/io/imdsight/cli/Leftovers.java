package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Ends what a script has left running, above all one that failed half-way: a flood or a caller that goes on would fail the next test too, for the agent's
 * probe sees every network namespace of the machine.
 */
final class Leftovers {
    private Leftovers() {}

    /** Waits for a script, tells all that it left where it takes too long, and ends what it left running. */
    static int await(Process script, int secondsMax, Path directory) throws IOException, InterruptedException {
        try {
            assertTrue(
                    script.waitFor(secondsMax, TimeUnit.SECONDS),
                    () -> "took longer than " + secondsMax + " s: " + Shown.all(directory));
            return script.exitValue();
        } finally {
            end(directory);
        }
    }

    /** Ends the processes that work in a directory of the test's own, whoever their parent is by now. */
    static void end(Path directory) throws IOException {
        Path own = directory.toRealPath();
        if (Path.of("").toRealPath().startsWith(own)) {
            throw new IllegalArgumentException(own + " is no directory of a test's own: this process works there");
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (worksIn(process, own)) {
                    ProcessHandle.of(Long.parseLong(process.getFileName().toString()))
                            .ifPresent(ProcessHandle::destroyForcibly);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean worksIn(Path process, Path directory) {
        try {
            return Files.readSymbolicLink(process.resolve("cwd")).startsWith(directory);
        } catch (IOException e) {
            return false; // it has ended by itself, or is the kernel's
        }
    }
}
