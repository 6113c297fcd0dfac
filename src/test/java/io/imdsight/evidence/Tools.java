package io.imdsight.evidence;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The programs that the measurement needs, compiled for it.
 *
 * @param tiny clients that live for a millisecond, and who starts them
 * @param herd idle processes, and who stops a process again and again
 * @param naive the usual way to name a caller
 */
record Tools(String tiny, String herd, String naive) {
    private static final long COMPILE_SECONDS_MAX = 60;

    /** Compiles them into a directory; needs gcc. */
    static Tools compile(Path directory) throws IOException, InterruptedException {
        return new Tools(
                compile(directory, "/io/imdsight/attribute/", "tiny"),
                compile(directory, "/io/imdsight/evidence/", "herd"),
                compile(directory, "/io/imdsight/evidence/", "naive"));
    }

    private static String compile(Path directory, String place, String name) throws IOException, InterruptedException {
        Path source = directory.resolve(name + ".c");
        try (InputStream in = Tools.class.getResourceAsStream(place + name + ".c")) {
            Files.write(source, in.readAllBytes());
        }
        String program = directory.resolve(name).toString();
        // distributions of the Red Hat family keep the static C library in a package of its own; without it a client
        // lives a little longer
        if (!gcc("-static", "-O2", "-o", program, source.toString()) && !gcc("-O2", "-o", program, source.toString())) {
            throw new IOException("cannot compile " + source + "; needs gcc and the C library's headers");
        }
        return program;
    }

    private static boolean gcc(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("gcc"));
        command.addAll(List.of(arguments));
        Process gcc = new ProcessBuilder(command).inheritIO().start();
        return gcc.waitFor(COMPILE_SECONDS_MAX, TimeUnit.SECONDS) && gcc.exitValue() == 0;
    }
}
