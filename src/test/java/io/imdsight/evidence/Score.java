package io.imdsight.evidence;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * How a subject did in a cell.
 *
 * @param clients how many called
 * @param rightPid of them, how many were named by their own process id
 * @param rightArguments those of them whose command line was theirs to the byte
 * @param wrong named as another process, with another's command line, or more than once
 * @param unnamed seen, and no process named
 * @param notSeen no word of them at all
 * @param cpuMicros CPU of the whole process for a call, microseconds
 * @param medianMicros from the connect to the name; -1 where none was named
 * @param p99Micros what 99 of a hundred did not exceed
 */
record Score(
        String subject,
        Cell cell,
        int clients,
        int rightPid,
        int rightArguments,
        int wrong,
        int unnamed,
        int notSeen,
        long cpuMicros,
        long medianMicros,
        long p99Micros,
        String remarks) {
    /** The head of a table of {@link #row}. */
    static final String HEAD = """
            | | clients | right pid | right command line | wrong | no name | not seen | CPU a call | SYN to name: median | 99 % |
            |---|---|---|---|---|---|---|---|---|---|""";

    private static final int NO_NUMBER = -1;

    static Score of(Cell cell, String name, Truth truth, List<Subject.Named> named, long cpuMicros, Subject subject) {
        Set<Integer> seen = new HashSet<>(Set.of(NO_NUMBER));
        int rightPid = 0;
        int rightArguments = 0;
        int wrong = 0;
        int unnamed = 0;
        for (Subject.Named n : named) {
            if (n.number() == NO_NUMBER && truth.isClient(n.pid())) {
                continue; // its request's packet was lost: not seen
            }
            boolean right = n.pid() == truth.pid(n.number());
            if (!seen.add(n.number()) || n.pid() >= 0 && !right || Boolean.FALSE.equals(n.rightArguments())) {
                wrong++;
            } else if (n.pid() < 0) {
                unnamed++;
            } else {
                rightPid++;
                rightArguments += n.rightArguments() == null ? 0 : 1;
            }
        }
        seen.remove(NO_NUMBER);
        return new Score(
                name,
                cell,
                truth.clients(),
                rightPid,
                rightArguments,
                wrong,
                unnamed,
                truth.clients() - seen.size(),
                cpuMicros / truth.clients(),
                subject.latencyMicros(500),
                subject.latencyMicros(990),
                subject.remarks());
    }

    String row() {
        return String.format(
                Locale.ROOT,
                "| %s: %s | %,d | %s | %s | %d | %d | %d | %,d µs | %s | %s |",
                subject,
                cell,
                clients,
                percent(rightPid),
                percent(rightArguments),
                wrong,
                unnamed,
                notSeen,
                cpuMicros,
                millis(medianMicros),
                millis(p99Micros));
    }

    private String percent(int count) {
        return count == clients ? "100 %" : String.format(Locale.ROOT, "%.2f %%", 100.0 * count / clients);
    }

    private static String millis(long micros) {
        return micros < 0 ? "–" : String.format(Locale.ROOT, "%.2f ms", micros / 1_000.0);
    }
}
