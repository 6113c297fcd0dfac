package io.imdsight.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether the agent gets slower where there are many processes: with few and with many by turns, each time a new agent. */
final class Many {
    private static final int FEW = 100;

    /** A second of 2 ms. */
    private static final long FIRST_LOOKS_MAX = 5_000;

    /**
     * One round.
     *
     * @param capturesMillis from the agent's start until it captured
     * @param startCpuMillis the CPU that it took until then, which other load does not lengthen as much
     * @param namesMillis from its start until it had printed the name of a process that called as soon as it captured
     */
    record Round(int processes, long capturesMillis, long startCpuMillis, long namesMillis, Score score) {
        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %,d | %d ms | %d ms | %d ms | %,d µs | %,d | %d | %d |",
                    processes,
                    capturesMillis,
                    startCpuMillis,
                    namesMillis,
                    score.cpuMicros(),
                    score.clients(),
                    score.rightPid(),
                    score.rightArguments());
        }
    }

    static final String HEAD = """
            | processes | start to capture | its CPU | start to first name | CPU a call | clients | right pid | right command line |
            |---|---|---|---|---|---|---|---|""";

    private Many() {}

    /** Few, many, few, many … */
    static List<Round> run(Measurement measurement, int many, int files, int clients, int rounds) throws Exception {
        List<Round> out = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            out.add(round(measurement, FEW, files, clients));
            out.add(round(measurement, many, files, clients));
        }
        return out;
    }

    /** CPU a call with many processes, as a ratio to that with few, by the medians. */
    static double ratio(List<Round> rounds) {
        return median(rounds, false) / median(rounds, true);
    }

    private static double median(List<Round> rounds, boolean few) {
        long[] micros = rounds.stream()
                .filter(r -> few == (r.processes() == FEW))
                .mapToLong(r -> r.score().cpuMicros())
                .sorted()
                .toArray();
        return micros[micros.length / 2];
    }

    @SuppressWarnings("try") // the processes are only there to end with it
    private static Round round(Measurement measurement, int processes, int files, int clients) throws Exception {
        Cell cell = Cell.apart(clients).idle(processes, files);
        try (Herd idle = measurement.herd(cell)) {
            long captures;
            long cpu;
            long names;
            try (AgentProcess first = measurement.startAgent()) {
                captures = first.capturesNanos();
                cpu = Subject.cpuMicros(first.pid());
                Truth truth = measurement.call(Cell.apart(1));
                for (int i = 0; i < FIRST_LOOKS_MAX && first.dealtWith() == 0; i++) {
                    Thread.sleep(2);
                }
                names = first.ageNanos();
                Subject.Named named = first.end(truth).getFirst();
                if (named.pid() != truth.pid(0) || !Boolean.TRUE.equals(named.rightArguments())) {
                    throw new IllegalStateException("the first caller was not named right: " + named);
                }
            }
            try (AgentProcess agent = measurement.startAgent()) {
                Score score = measurement.run(cell, "imdsight", agent);
                return new Round(processes, captures / 1_000_000, cpu / 1_000, names / 1_000_000, score);
            }
        }
    }
}
