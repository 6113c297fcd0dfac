package io.imdsight.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The agent ended again and again while clients call, by turns in order and by SIGKILL: what is left of it in the kernel, and in its directories.
 */
final class Restarts {
    private static final int CLIENTS = 24;

    /** The kernel frees BPF objects a moment after their last descriptor. */
    private static final int LOOKS_MAX = 100;

    private static final long LOOK_MILLIS = 50;

    private Restarts() {}

    /**
     * Restarts it.
     *
     * @return what is left, a line each; empty where nothing is
     */
    static List<String> run(Measurement measurement, Tools tools, Path directory, int times) throws Exception {
        Set<String> programs = new HashSet<>();
        Set<String> maps = new HashSet<>();
        for (int i = 0; i < times; i++) {
            try (AgentProcess agent = measurement.startAgent()) {
                ids(agent.pid(), "prog_id:", programs);
                ids(agent.pid(), "map_id:", maps);
                Thread calls = Thread.ofPlatform().unstarted(() -> callQuietly(measurement));
                calls.start(); // in the network namespace of this thread
                Thread.sleep(5L * (i % 10));
                agent.end(i % 2 == 0);
                calls.join();
            }
        }
        List<String> left = new ArrayList<>();
        if (programs.isEmpty() && Files.exists(Path.of("/sys/kernel/btf/vmlinux"))) {
            left.add("no BPF program was seen: nothing is shown of them");
        }
        for (int i = 0; i < LOOKS_MAX && (i == 0 || !left.isEmpty()); i++) {
            Thread.sleep(LOOK_MILLIS);
            left.clear();
            left.addAll(Herd.present(tools, "prog", programs));
            left.addAll(Herd.present(tools, "map", maps));
        }
        packetSockets(left);
        try (Stream<Path> files = Files.list(directory.resolve("tmp"))) {
            files.forEach(f -> left.add("temporary file " + f));
        }
        return left;
    }

    private static void callQuietly(Measurement measurement) {
        try {
            measurement.call(Cell.bursts(CLIENTS));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Numbers of BPF objects behind a process's descriptors: proc(5), fdinfo. */
    private static void ids(long pid, String name, Set<String> out) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fdinfo"))) {
            for (Path file : files.toList()) {
                List<String> lines;
                try {
                    lines = Files.readAllLines(file);
                } catch (IOException e) {
                    continue; // closed meanwhile, before it was opened or before it was read; that none is seen at all
                    // is told below
                }
                lines.stream()
                        .filter(l -> l.startsWith(name))
                        .forEach(l -> out.add(l.substring(name.length()).strip()));
            }
        }
    }

    /** Those of this network namespace, in which only the agent makes any. */
    private static void packetSockets(List<String> left) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/thread-self/net/packet"));
        lines.stream().skip(1).forEach(l -> left.add("packet socket " + l));
    }
}
