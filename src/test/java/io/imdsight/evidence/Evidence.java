package io.imdsight.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The figures of docs/attribution.md, in full: see {@code src/bench/attribution}. */
final class Evidence {
    private static final long SECONDS_MAX = 3_600;

    private static final int LINGERING = 200;
    private static final int MANY = 20_000;
    private static final int MANY_FILES = 5;
    private static final int MANY_CLIENTS = 3_000;
    private static final int ROUNDS = 3;
    private static final int RESTARTS = 100;
    private static final int STARTS = 10;

    private Evidence() {}

    /** Arguments: the number of clients in each cell of the agent, and of the naive way; then the parts wanted, none for all. */
    public static void main(String[] args) throws Exception {
        int clients = Integer.parseInt(args[0]);
        int naiveClients = Math.min(Integer.parseInt(args[1]), clients);
        List<String> parts =
                args.length > 2 ? List.of(args).subList(2, args.length) : List.of("cells", "many", "young", "restarts");
        Path directory = Files.createTempDirectory("imdsight-evidence");
        try {
            Tools tools = Tools.compile(directory);
            Measurement.inPrivateNetwork(tools, directory, SECONDS_MAX, measurement -> {
                if (parts.contains("cells")) {
                    cells(measurement, clients, naiveClients);
                }
                if (parts.contains("many")) {
                    many(measurement, clients);
                }
                if (parts.contains("young")) {
                    System.out.println("\n" + Young.HEAD);
                    System.out.println(Young.run(measurement, STARTS));
                }
                if (parts.contains("restarts")) {
                    restarts(measurement, tools, directory);
                }
                return null;
            });
        } finally {
            delete(directory);
        }
        System.exit(0);
    }

    private static void cells(Measurement measurement, int clients, int naiveClients) throws Exception {
        System.out.println(Score.HEAD);
        for (Cell cell : cells(clients)) {
            print(measurement.agent(cell));
            print(measurement.naive(cell.clients(Math.min(cell.clients(), naiveClients))));
        }
    }

    private static void many(Measurement measurement, int clients) throws Exception {
        System.out.println("\n" + Many.HEAD);
        List<Many.Round> rounds = Many.run(measurement, MANY, MANY_FILES, Math.min(clients, MANY_CLIENTS), ROUNDS);
        rounds.forEach(r -> System.out.println(r.row()));
        System.out.printf(Locale.ROOT, "%nCPU a call with %,d processes: %.2f times%n", MANY, Many.ratio(rounds));
    }

    private static void restarts(Measurement measurement, Tools tools, Path directory) throws Exception {
        List<String> left = Restarts.run(measurement, tools, directory, RESTARTS);
        System.out.printf("%n%d restarts, left behind: %s%n", RESTARTS, left);
        print(measurement.agent(Cell.bursts(LINGERING)));
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
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
