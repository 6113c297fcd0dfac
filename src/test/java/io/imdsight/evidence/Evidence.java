package io.imdsight.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The figures of docs/attribution.md, in full: see {@code src/bench/attribution}. */
final class Evidence {
    private static final long SECONDS_MAX = 3_600;

    private static final int LINGERING = 200;

    private Evidence() {}

    /** Arguments: the number of clients in each cell of the agent, and of the naive way. */
    public static void main(String[] args) throws Exception {
        int clients = Integer.parseInt(args[0]);
        int naiveClients = Integer.parseInt(args[1]);
        Path directory = Files.createTempDirectory("imdsight-evidence");
        try {
            Tools tools = Tools.compile(directory);
            System.out.println(Score.HEAD);
            Measurement.inPrivateNetwork(tools, directory, SECONDS_MAX, measurement -> {
                for (Cell cell : cells(clients)) {
                    print(measurement.agent(cell));
                    print(measurement.naive(cell.clients(Math.min(naiveClients, clients))));
                }
                return null;
            });
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    /** What the issue asks for. */
    static List<Cell> cells(int clients) {
        return List.of(
                Cell.apart(clients),
                Cell.bursts(clients),
                Cell.apart(clients).idle(5_000, 20),
                Cell.bursts(clients).idle(5_000, 20),
                Cell.apart(clients).stalled(),
                Cell.bursts(clients).stalled(),
                Cell.lingering(Math.min(clients, LINGERING)));
    }

    private static void print(Score score) throws IOException {
        System.out.println(score.row());
        String load = Files.readString(Path.of("/proc/loadavg")).strip();
        System.err.println("    load " + load + "; " + score.remarks());
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path p : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
