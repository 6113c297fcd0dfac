package io.imdsight.evidence;

import io.imdsight.demo.PrivateNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The usual way, see {@code naive.c}. */
final class NaiveProcess implements Subject {
    private final Process process;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> latencyNanos = new ArrayList<>();
    private final Thread reader;

    private NaiveProcess(Tools tools) throws IOException {
        process = new ProcessBuilder(tools.naive(), PrivateNetwork.MACHINE_INTERFACE)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader in = process.inputReader();
        if (!"ready".equals(in.readLine())) {
            close();
            throw new IOException("the naive program does not start");
        }
        reader = Thread.ofPlatform().daemon().start(() -> in.lines().forEach(lines::add));
    }

    static NaiveProcess start(Tools tools) throws IOException {
        return new NaiveProcess(tools);
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public int dealtWith() {
        return lines.size();
    }

    @Override
    public List<Named> end(Truth truth) throws Exception {
        process.destroy();
        process.waitFor(10, TimeUnit.SECONDS);
        reader.join(10_000);
        List<Named> named = new ArrayList<>();
        for (String line : lines) {
            String[] w = line.split(" ", 5); // none NUMBER, or: named NUMBER PID NANOS ARGUMENTS
            int number = Integer.parseInt(w[1]);
            if (w[0].equals("none")) {
                named.add(new Named(number, -1, null));
                continue;
            }
            latencyNanos.add(Long.valueOf(w[3]));
            Boolean right = w[4].equals("-") ? null : (Boolean) w[4].equals(truth.argumentsHex(number));
            named.add(new Named(number, Long.parseLong(w[2]), right));
        }
        latencyNanos.sort(null);
        return named;
    }

    @Override
    public long latencyMicros(int perMille) {
        int count = latencyNanos.size();
        return count == 0 ? -1 : latencyNanos.get(Math.min(count * perMille / 1000, count - 1)) / 1000;
    }

    @Override
    public String remarks() {
        return "";
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
