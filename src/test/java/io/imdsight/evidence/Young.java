package io.imdsight.evidence;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The agent in the first seconds of its life, when the virtual machine still interprets it: started again and again, and called from the moment it
 * captures.
 */
final class Young {
    static final String HEAD = """
            | clients of an agent that has just started | right pid | right command line | wrong | no name | not seen | CPU a call | SYN to name, medians: median | 99 % |
            |---|---|---|---|---|---|---|---|---|""";

    /** So many call it each time: some three seconds. */
    private static final int CLIENTS = 1_500;

    private Young() {}

    /** Starts it so often; the sums of all starts, as a row. */
    static String run(Measurement measurement, int starts) throws Exception {
        List<Score> scores = new ArrayList<>();
        for (int i = 0; i < starts; i++) {
            scores.add(measurement.agentAtOnce(Cell.bursts(CLIENTS)));
        }
        return String.format(
                Locale.ROOT,
                "| %,d in %d starts | %d | %d | %d | %d | %d | %,d µs | %.2f ms | %.2f ms |",
                scores.stream().mapToInt(Score::clients).sum(),
                starts,
                scores.stream().mapToInt(Score::rightPid).sum(),
                scores.stream().mapToInt(Score::rightArguments).sum(),
                scores.stream().mapToInt(Score::wrong).sum(),
                scores.stream().mapToInt(Score::unnamed).sum(),
                scores.stream().mapToInt(Score::notSeen).sum(),
                scores.stream().mapToLong(Score::cpuMicros).sum() / starts,
                median(scores.stream().mapToLong(Score::medianMicros).sorted().toArray()),
                median(scores.stream().mapToLong(Score::p99Micros).sorted().toArray()));
    }

    private static double median(long... sortedMicros) {
        return sortedMicros[sortedMicros.length / 2] / 1_000.0;
    }
}
