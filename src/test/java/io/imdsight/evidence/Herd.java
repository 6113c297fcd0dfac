package io.imdsight.evidence;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A helper that runs beside the load; it and all that it started ends with its standard input, so also when this process is killed. */
final class Herd implements AutoCloseable {
    /** 20,000 processes end within some seconds. */
    private static final long END_SECONDS_MAX = 60;

    private final Process process;
    private final BufferedReader said;

    private Herd(String... command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        said = process.inputReader();
    }

    /** Starts idle processes and waits until each holds its files; null where none are wanted. */
    static Herd idle(Tools tools, int processes, int files) throws IOException {
        if (processes == 0) {
            return null;
        }
        Herd herd = new Herd(tools.herd(), "idle", Integer.toString(processes), Integer.toString(files));
        if (!"ready".equals(herd.said.readLine())) {
            herd.close();
            throw new IOException("cannot start " + processes + " processes; see kernel.pid_max, fs.file-max");
        }
        return herd;
    }

    /** Stops a process for so long, lets it run for so long, again and again; null where it is not to be stopped. */
    static Herd stalling(Tools tools, long pid, Cell.Stall stall) throws IOException {
        return stall == Cell.Stall.NONE
                ? null
                : new Herd(
                        tools.herd(),
                        "stall",
                        Long.toString(pid),
                        Integer.toString(Cell.Stall.STOP_MILLIS),
                        Integer.toString(Cell.Stall.RUN_MILLIS));
    }

    /** Which of these BPF objects the kernel still has, a line each. */
    static List<String> present(Tools tools, String kind, Set<String> ids) throws IOException {
        if (ids.isEmpty()) {
            return List.of();
        }
        List<String> command = new ArrayList<>(List.of(tools.herd(), "gone", kind));
        command.addAll(ids);
        try (Herd herd = new Herd(command.toArray(String[]::new))) {
            return herd.said.lines().toList();
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
