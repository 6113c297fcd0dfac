package io.imdsight.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Runs a command inside the test and keeps what it printed. */
final class Run {
    /** Three made-up requests, with which the build also trains the class archive: a token request, v2 served, v1 refused. */
    static final Path CAPTURE = Path.of("packaging/training.pcap");

    final Map<String, String> environment = new HashMap<>();
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    Path defaultFile = Path.of("/nonexistent/imdsight.conf");
    byte[] in = new byte[0];
    final Ending ending = new Ending();
    boolean terminal;
    int status;

    Run command(String... args) {
        return into(out, args);
    }

    Run into(OutputStream stdout, String... args) {
        status = Main.run(
                args,
                new Console(
                        environment,
                        new ByteArrayInputStream(in),
                        stdout,
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        terminal,
                        ending),
                defaultFile);
        return this;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    static byte[] capture() {
        try {
            return Files.readAllBytes(CAPTURE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
